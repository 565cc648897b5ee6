"""The commands, their options and their help; each hands over to `app` at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from studio.app.choices import Choices, sound_end
from studio.cli import options
from studio.core.text import printable

app = typer.Typer(
    name="studio",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Talk to a Realtime voice model, turn its knobs while talking, see every event, keep it "
    "all. Without a command the studio's screen opens; with no key and no sound card it talks to "
    "a local server through a virtual microphone.",
)


def _version(asked: bool) -> None:
    if asked:
        from studio import __version__

        typer.echo(f"realtime-studio {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def screen(
    context: typer.Context,
    provider: options.Provider = None,
    base_url: options.BaseUrl = None,
    model: options.Model = None,
    dialect: options.DialectName = None,
    mic: options.Microphone = None,
    speaker: options.Speaker = None,
    input_device: options.InputDevice = None,
    output_device: options.OutputDevice = None,
    echo: options.EchoWay = None,
    noise_suppression: options.NoiseSuppression = None,
    gain_control: options.GainControl = None,
    settings: options.Set = None,
    sessions_dir: options.SessionsDir = None,
    theme: Annotated[
        str | None, typer.Option("--theme", metavar="NAME", help="The screen's theme.")
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Open the studio's screen."""
    if context.invoked_subcommand is not None:
        return
    from studio.app.screen import open_screen

    choices = Choices(
        provider=provider,
        base_url=base_url,
        model=model,
        dialect=dialect,
        microphone=sound_end("--mic", mic, "--input-device", input_device),
        speaker=sound_end("--speaker", speaker, "--output-device", output_device),
        echo=echo,
        noise_suppression=noise_suppression,
        gain_control=gain_control,
        theme=theme,
        sessions_dir=sessions_dir,
        sets=tuple(settings or ()),
    )
    sys.exit(open_screen(choices, os.environ))


@app.command()
def talk(
    provider: options.Provider = None,
    base_url: options.BaseUrl = None,
    model: options.Model = None,
    dialect: options.DialectName = None,
    mic: options.Microphone = None,
    speaker: options.Speaker = None,
    input_device: options.InputDevice = None,
    output_device: options.OutputDevice = None,
    echo: options.EchoWay = None,
    noise_suppression: options.NoiseSuppression = None,
    gain_control: options.GainControl = None,
    settings: options.Set = None,
    sessions_dir: options.SessionsDir = None,
    turns: Annotated[
        int | None,
        typer.Option(
            "--turns", min=1, help="End after so many answered turns. [default: until the end]"
        ),
    ] = None,
    max_seconds: Annotated[
        float,
        typer.Option("--max-seconds", min=1, help="End after so many seconds in any case."),
    ] = 600,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep the session under DIR."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Hold a conversation without a screen: same worker, same session on disk.

    For example: studio talk --mic "say:What time is it?" --turns 1
    """
    from studio.app.conversation import hold_conversation

    choices = Choices(
        provider=provider,
        base_url=base_url,
        model=model,
        dialect=dialect,
        microphone=sound_end("--mic", mic, "--input-device", input_device),
        speaker=sound_end("--speaker", speaker, "--output-device", output_device),
        echo=echo,
        noise_suppression=noise_suppression,
        gain_control=gain_control,
        sessions_dir=out or sessions_dir,
        sets=tuple(settings or ()),
    )
    sys.exit(
        hold_conversation(
            choices,
            os.environ,
            turns=turns,
            max_seconds=max_seconds,
            as_json=as_json,
            say=_say_plainly,
        )
    )


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8765,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse the beta dialect, as OpenAI does.")
    ] = False,
    api_key: Annotated[
        str | None,
        typer.Option(
            "--api-key",
            envvar="STUDIO_SERVER_KEY",
            show_envvar=True,
            help="Ask clients for this key; otherwise any key or none will do.",
        ),
    ] = None,
    llm_base_url: Annotated[
        str | None,
        typer.Option(
            "--llm-base-url",
            metavar="URL",
            help="An OpenAI-compatible chat endpoint that writes the replies, such as "
            "http://127.0.0.1:11434/v1. Otherwise a built-in host without a model does.",
        ),
    ] = None,
    llm_model: Annotated[
        str, typer.Option("--llm-model", metavar="NAME", help="The chat model to ask for.")
    ] = "",
    max_sessions: Annotated[
        int, typer.Option("--max-sessions", min=1, help="How many sessions at once.")
    ] = 16,
    watch_stdin: Annotated[bool, typer.Option("--watch-stdin", hidden=True)] = False,
) -> None:
    """Run a local Realtime server: real VAD, speech recognition and voices, no network.

    Point any Realtime client at ws://HOST:PORT/v1/realtime. The chat endpoint's key, where it
    needs one, comes from STUDIO_LLM_KEY.
    """
    from studio.app.serving import serve_forever

    serve_forever(
        os.environ,
        host=host,
        port=port,
        strict=strict,
        api_key=api_key,
        llm_base_url=llm_base_url,
        llm_model=llm_model,
        max_sessions=max_sessions,
        watch_stdin=watch_stdin,
    )


@app.command()
def sessions(
    sessions_dir: options.SessionsDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """List the stored sessions, newest first."""
    from studio.app.library import list_stored

    list_stored(Choices(sessions_dir=sessions_dir), os.environ, as_json=as_json, say=_say)


@app.command()
def export(
    session: Annotated[
        str, typer.Argument(help="A session's folder, its name, the start of it, or 'last'.")
    ],
    to: Annotated[
        str, typer.Option("--to", metavar="md|jsonl", help="Transcript, or every frame.")
    ] = "md",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there. [default: print]"),
    ] = None,
    sessions_dir: options.SessionsDir = None,
) -> None:
    """Export a stored session: a Markdown transcript, or the wire's frames with their audio."""
    from studio.app.library import export_stored

    choices = Choices(sessions_dir=sessions_dir)
    export_stored(choices, os.environ, session=session, to=to, output=output, say=_say, warn=_warn)


@app.command()
def doctor(
    provider: options.Provider = None,
    base_url: options.BaseUrl = None,
    sound: Annotated[
        bool, typer.Option("--sound", help="Play a short, quiet tone on each speaker.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check sound, speech models, settings, keys and the server, and say what to do.

    Each microphone is listened to for half a second, and each speaker plays silence.
    """
    from studio.app.doctor import examine

    choices = Choices(provider=provider, base_url=base_url)
    sys.exit(examine(choices, os.environ, plays_tone=sound, as_json=as_json, say=_say))


def _say(text: str) -> None:
    """Print text that is already safe for a terminal, such as JSON or an export to a file."""
    typer.echo(text)


def _warn(text: str) -> None:
    """Print outside text made harmless on standard error."""
    _say_plainly(text, to_errors=True)


def _say_plainly(text: str, *, to_errors: bool = False) -> None:
    """Print outside text made harmless; progress goes to standard error."""
    typer.echo(printable(text), err=to_errors)
