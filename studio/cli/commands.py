"""The commands, their options and their help; each hands over to `app` at once."""

from __future__ import annotations

import os
import sys
from copy import copy
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command_name
from typer.models import CommandInfo, TyperInfo

from studio.app.choices import Choices, sound_end
from studio.cli import options
from studio.cli.lab import lab
from studio.cli.presets import presets
from studio.cli.telling import say, warn
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
app.add_typer(lab)
app.add_typer(presets)


def app_for(argument: str) -> typer.Typer:
    """All commands; only the one that the first argument names, if it does."""
    commands = [each for each in app.registered_commands if _name_of(each) == argument]
    groups = [each for each in app.registered_groups if _group_of(each) == argument]
    if not commands and not groups:
        return app
    one = copy(app)
    one.registered_commands, one.registered_groups = commands, groups
    return one


def _name_of(command: CommandInfo) -> str:
    assert command.callback is not None
    return command.name or get_command_name(command.callback.__name__)


def _group_of(group: TyperInfo) -> object:
    return group.typer_instance.info.name if group.typer_instance else None


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
    preset: options.Preset = None,
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
        preset=preset,
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
    preset: options.Preset = None,
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
        preset=preset,
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
    vad_profile: Annotated[
        str,
        typer.Option(
            "--vad-profile",
            metavar="NAME|FILE",
            help="End turns as this provider does: a profile's name, such as azure, or a .toml "
            "file of `studio lab fit`.",
        ),
    ] = "openai",
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
        vad_profile=vad_profile,
        watch_stdin=watch_stdin,
    )


@app.command("open")
def open_session(
    session: Annotated[
        str, typer.Argument(help="A session's folder, its name, the start of it, or 'last'.")
    ],
    sessions_dir: options.SessionsDir = None,
    theme: Annotated[
        str | None, typer.Option("--theme", metavar="NAME", help="The screen's theme.")
    ] = None,
) -> None:
    """Open the screen on a stored session: to read it, and to play it back.

    Nothing is connected and nothing of the session is changed; one that is still being written is
    followed.
    """
    from studio.app.screen import open_screen

    choices = Choices(sessions_dir=sessions_dir, theme=theme)
    sys.exit(open_screen(choices, os.environ, session))


@app.command()
def sessions(
    search: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORDS]…",
            help="Only those in which all of this was said or noted, or that fit tag:, provider:, "
            "model:, voice:, date:, problem: or is:, such as tag:bug or provider:openai.",
        ),
    ] = None,
    archived: Annotated[
        bool, typer.Option("--archived", help="List archived sessions, too.")
    ] = False,
    trash: Annotated[bool, typer.Option("--trash", help="List what was deleted.")] = False,
    empty_trash: Annotated[
        bool, typer.Option("--empty-trash", help="Remove for good what was deleted.")
    ] = False,
    sessions_dir: options.SessionsDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """List the stored sessions, newest first: turns, length, cost where it is known, first words.

    For example: studio sessions weather tag:bug
    """
    from studio.app import library

    choices = Choices(sessions_dir=sessions_dir)
    if empty_trash:
        library.empty_trash(choices, os.environ, say=say)
    elif trash:
        library.list_trash(choices, os.environ, as_json=as_json, say=say)
    else:
        library.list_stored(
            choices,
            os.environ,
            search=search or (),
            archived=archived,
            as_json=as_json,
            say=say,
            warn=warn,
        )


@app.command()
def session(
    name: Annotated[
        str, typer.Argument(help="A session's folder, its name, the start of it, or 'last'.")
    ],
    title: Annotated[
        str | None, typer.Option("--title", metavar="TITLE", help="Call it so; '' takes it away.")
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="Note this about it.")
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="Tag it; may be repeated.")
    ] = None,
    untags: Annotated[
        list[str] | None, typer.Option("--untag", metavar="TAG", help="Take a tag off.")
    ] = None,
    archive: Annotated[
        bool | None,
        typer.Option("--archive/--unarchive", help="Leave it out of the list, or take it in."),
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Move it to the trash.")] = False,
    restore: Annotated[bool, typer.Option("--restore", help="Take it out of the trash.")] = False,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Mend its log and tracks, where the studio was killed."),
    ] = False,
    sessions_dir: options.SessionsDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what is known of a stored session; name, note, tag, archive, delete or repair it.

    For example: studio session last --title "Cut off in the second turn" --tag bug
    """
    from studio.app.library import Tidying, tidy

    tidying = Tidying(
        title=title,
        note=note,
        tags=tags or (),
        untags=untags or (),
        archived=archive,
        deletes=delete,
        restores=restore,
        repairs=repair,
    )
    choices = Choices(sessions_dir=sessions_dir)
    tidy(
        choices,
        os.environ,
        session=name,
        tidying=tidying,
        as_json=as_json,
        say=say,
        warn=warn,
    )


@app.command()
def compare(
    one: Annotated[str, typer.Argument(metavar="A", help="A session, by folder or name.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    sessions_dir: options.SessionsDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Lay two stored sessions beside each other, as Markdown.

    Settings that differ, cost, latency, when each server heard the same sound begin and end, tags,
    problems, and the turns word by word.
    """
    from studio.app.library import compare_stored

    choices = Choices(sessions_dir=sessions_dir)
    compare_stored(choices, os.environ, sessions=(one, other), as_json=as_json, say=say, warn=warn)


@app.command()
def export(
    sessions: Annotated[
        list[str],
        typer.Argument(
            metavar="SESSION",
            help="A session's folder, its name, the start of it, or 'last'; several may be given.",
        ),
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="md, html, vtt, srt, wav, csv, jsonl, jsonl-wire or parquet.",
        ),
    ] = "md",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|DIR",
            help="Write there; several sessions go into a folder. [default: print, or write a "
            "file named after the session]",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="audio|text|ids",
            help="Withhold this from whoever gets the export; may be repeated.",
        ),
    ] = None,
    sessions_dir: options.SessionsDir = None,
) -> None:
    """Export stored sessions: transcript, report, subtitles, sound, tables, or every frame.

    For example: studio export last --to html -o report.html --without ids
    """
    from studio.app.exporting import export_stored

    export_stored(
        Choices(sessions_dir=sessions_dir),
        os.environ,
        sessions=sessions,
        to=to,
        without=without or (),
        output=output,
        print_bytes=_print_bytes,
        warn=warn,
    )


def _filter_help(asked: bool) -> None:
    if asked:
        from studio.app.events import filter_help

        typer.echo(filter_help())
        raise typer.Exit


@app.command()
def events(
    session: Annotated[
        str, typer.Argument(help="A session's folder, its name, the start of it, or 'last'.")
    ] = "last",
    filter_text: Annotated[
        str,
        typer.Option("--filter", "-f", metavar="FILTER", help="Which events; see --filter-help."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the frames as the log keeps them.")
    ] = False,
    count: Annotated[
        bool, typer.Option("--count", "-c", help="Print how many there are and nothing else.")
    ] = False,
    filter_help: Annotated[
        bool,
        typer.Option(
            "--filter-help",
            callback=_filter_help,
            is_eager=True,
            help="Print the terms of a filter, with examples.",
        ),
    ] = False,
    sessions_dir: options.SessionsDir = None,
) -> None:
    """Print the events of a stored session that a filter means, for a terminal or a pipe.

    A line holds, with tabs between: seq, seconds, origin, type, bytes on the wire, and what the
    event says. The exit status is 0 where there are events, 1 where there are none, 2 for a
    mistake. For example: studio events last -f 'is:error or type:response.done' --json
    """
    from studio.app.events import FAILED, FOUND, print_events

    forms = {"json": as_json, "raw": raw, "count": count}
    try:
        status = print_events(
            Choices(sessions_dir=sessions_dir),
            os.environ,
            session=session,
            filter_text=filter_text,
            forms=[name for name, asked in forms.items() if asked],
            say=_say_as_it_is,
            warn=warn,
        )
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = FOUND
    except OSError as failure:
        warn(f"Not finished: {failure.strerror or failure}.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = FAILED
    sys.exit(status)


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
    sys.exit(examine(choices, os.environ, plays_tone=sound, as_json=as_json, say=say))


def _say_as_it_is(text: str) -> None:
    """Print outside text to the byte into a pipe, and made harmless on a terminal."""
    shown = printable(text) if sys.stdout.isatty() else text
    _print_bytes(f"{shown}\n".encode("utf-8", "replace"))


def _print_bytes(data: bytes) -> None:
    """Print an export that is already safe for a terminal, to the byte."""
    typer.echo(data, nl=False)


def _say_plainly(text: str, *, to_errors: bool = False) -> None:
    """Print outside text made harmless; progress goes to standard error."""
    typer.echo(printable(text), err=to_errors)
