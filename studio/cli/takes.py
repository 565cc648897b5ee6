"""`studio lab take …`: one take at a time; each command hands over to `app` at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from studio.cli import options
from studio.cli.telling import say, warn

take = typer.Typer(
    name="take",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Add, label, show and remove takes: recordings of a user's side.",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A take's name; see: studio lab takes")]
Names = Annotated[list[str], typer.Argument(metavar="NAME…", help="Takes' names.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", metavar="TAG", help="Tag it; may be repeated.")
]
Propose = Annotated[
    bool, typer.Option("--propose", help="Propose labels: a patient detector, then the level.")
]


@take.command()
def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE…",
            help="Sound files or folders, session:NAME (or session:last), script:FILE, or "
            "'say:My number is [0.6s] five five [1.2s] two one.'",
        ),
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What to call it.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--label", metavar="FILE", help="Its labels: an Audacity track, or RTTM."),
    ] = None,
    proposes: Propose = False,
    turns: Annotated[
        bool, typer.Option("--turns", help="Cut a session by turn: a take for each.")
    ] = False,
    server_turns: Annotated[
        bool,
        typer.Option(
            "--server-turns", help="Take the turns that a session's server saw for the true ones."
        ),
    ] = False,
    voice: Annotated[
        str, typer.Option("--voice", metavar="NAME", help="The local voice that speaks a script.")
    ] = "marin",
    tags: Tags = None,
    sessions_dir: options.SessionsDir = None,
    as_json: AsJson = False,
) -> None:
    """Keep recordings as takes. What cannot be used is named and skipped.

    For example: studio lab take add 'say:So, um, [0.5s] I would like tea.' --name tea
    """
    from studio.app.choices import Choices
    from studio.app.lab_adding import Adding, add_takes

    adding = Adding(name, turns, labels, proposes, server_turns, voice, tags or ())
    sys.exit(
        add_takes(
            Choices(sessions_dir=sessions_dir),
            os.environ,
            sources=sources,
            adding=adding,
            as_json=as_json,
            say=say,
            warn=warn,
        )
    )


@take.command()
def record(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="What to call it.", show_default=False)
    ] = "",
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", metavar="N", min=0.1, help="End after so much."),
    ] = None,
    mic: Annotated[
        str | None,
        typer.Option(
            "--mic", metavar="SOURCE", help="auto, device, device:NAME, FILE.wav, or 'say:WORDS'."
        ),
    ] = None,
    input_device: options.InputDevice = None,
    as_json: AsJson = False,
) -> None:
    """Record a take from the microphone, after two seconds that check its level.

    Enter, Ctrl+C or --seconds ends it. For example: studio lab take record order --seconds 20
    """
    from studio.app.choices import Choices, sound_end
    from studio.app.lab_record import record_take

    microphone = sound_end("--mic", mic, "--input-device", input_device)
    sys.exit(
        record_take(
            Choices(microphone=microphone),
            os.environ,
            name=name,
            seconds=seconds,
            as_json=as_json,
            say=say,
            warn=warn,
        )
    )


@take.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show what is known of a take: its labels, where it is from."""
    from studio.app.lab_takes import show_take

    show_take(os.environ, name=name, as_json=as_json, say=say)


@take.command()
def label(
    name: Name,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Take them from an Audacity track, or RTTM."),
    ] = None,
    proposes: Propose = False,
    forgets: Annotated[
        bool, typer.Option("--unknown", help="Say that nobody knows what is true of it.")
    ] = False,
    rename: Annotated[
        str | None, typer.Option("--rename", metavar="NAME", help="Call it so.")
    ] = None,
    tags: Tags = None,
    untags: Annotated[
        list[str] | None, typer.Option("--untag", metavar="TAG", help="Take a tag off.")
    ] = None,
    to: Annotated[
        Literal["audacity", "rttm"] | None,
        typer.Option("--export", metavar="audacity|rttm", help="Print its labels so, and no more."),
    ] = None,
) -> None:
    """Say what is true of a take, name and tag it, or print its labels for another program."""
    from studio.app import lab_takes

    if to is not None:
        lab_takes.export_labels(os.environ, name=name, to=to, say=say)
        return
    labelling = lab_takes.Labelling(file, proposes, forgets, rename, tags or (), untags or ())
    lab_takes.label_take(os.environ, name=name, labelling=labelling, say=say, warn=warn)


@take.command()
def remove(names: Names) -> None:
    """Move takes into the trash."""
    from studio.app.lab_takes import remove_takes

    remove_takes(os.environ, names=names, say=say)


@take.command()
def restore(names: Names) -> None:
    """Bring takes back from the trash."""
    from studio.app.lab_takes import restore_takes

    restore_takes(os.environ, names=names, say=say)
