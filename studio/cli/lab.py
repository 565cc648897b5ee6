"""`studio lab …`: takes, and what settings would make of them; each hands over to `app` at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from studio.cli import options
from studio.cli.audition import audition
from studio.cli.sweep import sweep
from studio.cli.takes import AsJson, take
from studio.cli.telling import say, warn
from studio.cli.trial import trial, trials

lab = typer.Typer(
    name="lab",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Try turn detection on recordings, and voices on lines: what a setting makes of the same.",
)

Threshold = Annotated[
    float,
    typer.Option("--threshold", min=0, max=1, help="How sure of speech a frame has to be."),
]
Silence = Annotated[
    int,
    typer.Option("--silence", metavar="MS", min=0, max=60_000, help="silence_duration_ms."),
]
Prefix = Annotated[
    int,
    typer.Option("--prefix", metavar="MS", min=0, max=60_000, help="prefix_padding_ms."),
]
lab.add_typer(take)
lab.command()(audition)
lab.command()(sweep)
lab.command()(trial)
lab.command()(trials)


@lab.command()
def segments(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="WAV, FLAC, Ogg, MP3 or AIFF files, or folders."),
    ],
    threshold: Threshold = 0.5,
    silence: Silence = 500,
    prefix: Prefix = 300,
    profile: options.ProfileName = "openai",
    as_json: AsJson = False,
) -> None:
    """Print where a server's turn detection would begin and end speech in sound files.

    Mono WAV files with 16 bits at 24 kHz or G.711 at 8 kHz are taken to the byte as audio on the
    wire; others are converted to 24 kHz. For example: studio lab segments call.wav --silence 200
    """
    from studio.app.lab_segments import print_segments
    from studio.vad.segmenter import SegmenterSettings

    sys.exit(
        print_segments(
            os.environ,
            files=files,
            settings=SegmenterSettings(threshold, prefix, silence),
            profile=profile,
            as_json=as_json,
            say=say,
            warn=warn,
        )
    )


@lab.command()
def fit(
    sessions: Annotated[
        list[str],
        typer.Argument(
            metavar="SESSION…", help="Sessions' folders, names, starts of them, or 'last'."
        ),
    ],
    save: Annotated[
        str | None,
        typer.Option("--save", metavar="NAME", help="Keep the profile under this name."),
    ] = None,
    as_json: AsJson = False,
    sessions_dir: options.SessionsDir = None,
) -> None:
    """Find how a provider's turn detection differs, from sessions that were recorded with it.

    What was sent is heard again and held to the speech edges that the server reported: by how much
    its threshold, its starts and its ends are shifted, how many edges that explains to the
    millisecond, and which it does not. For example: studio lab fit last --save azure-sweden
    """
    from studio.app.choices import Choices
    from studio.app.lab_fit import print_fit

    choices = Choices(sessions_dir=sessions_dir)
    sys.exit(
        print_fit(
            choices,
            os.environ,
            sessions=sessions,
            save=save,
            as_json=as_json,
            say=say,
            warn=warn,
        )
    )


@lab.command()
def observed(
    session: Annotated[
        str, typer.Argument(help="A session's folder, its name, the start of it, or 'last'.")
    ] = "last",
    as_json: AsJson = False,
    sessions_dir: options.SessionsDir = None,
) -> None:
    """Say of each setting what was asked, what was echoed, and what the server really did.

    Verdicts rest on the audio and the events of the session, with the evidence in a sentence. The
    exit status is 1 where the server did something else than it was asked.
    """
    from studio.app.choices import Choices
    from studio.app.lab_observed import print_observed

    choices = Choices(sessions_dir=sessions_dir)
    sys.exit(print_observed(choices, os.environ, session=session, as_json=as_json, say=say))


@lab.command()
def takes(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]…", help="Only these: names, patterns such as 'shipped/*', tag:TAG."
        ),
    ] = None,
    trash: Annotated[bool, typer.Option("--trash", help="List what was removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the takes at hand: length, turns, noises, where they are from."""
    from studio.app.lab_takes import list_takes

    list_takes(os.environ, wanted=wanted or (), trash=trash, as_json=as_json, say=say, warn=warn)
