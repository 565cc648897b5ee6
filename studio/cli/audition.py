"""`studio lab audition`: its options and their help; it hands over to `app` at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from studio.cli import options
from studio.cli.takes import AsJson
from studio.cli.telling import say, warn
from studio.core.errors import StudioError
from studio.core.text import printable


def audition(
    lines: Annotated[list[str], typer.Argument(metavar="LINE…", help="What is to be read aloud.")],
    voice: Annotated[
        list[str] | None,
        typer.Option(
            "--voice",
            metavar="NAME,…",
            help="Who reads: marin,cedar or all. [default: all of the provider's]",
        ),
    ] = None,
    speed: Annotated[
        list[str] | None,
        typer.Option("--speed", metavar="X,…", help="How fast, such as 1,1.2. [default: 1]"),
    ] = None,
    instructions: Annotated[
        list[str] | None,
        typer.Option(
            "--instructions",
            metavar="TEXT",
            help="How to read; may be repeated, and each is heard.",
        ),
    ] = None,
    provider: options.Provider = None,
    base_url: options.BaseUrl = None,
    model: options.Model = None,
    dialect: options.DialectName = None,
    settings: options.Set = None,
    sessions_dir: options.SessionsDir = None,
    parallel: Annotated[
        int, typer.Option("--parallel", min=1, max=16, help="Sessions open at once.")
    ] = 2,
    repeats: Annotated[
        int, typer.Option("--repeats", min=1, max=20, help="How often each is read.")
    ] = 1,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before it costs money.")
    ] = False,
    as_json: AsJson = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep the sheet and its sound under DIR."),
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="Write a page with the sound beside the sheet.")
    ] = False,
) -> None:
    """Hear lines in several voices, each in a short session of its own, side by side.

    Voices are measured and kept as a sheet with their sound; the studio's screen (V) plays them
    equally loud. For example: studio lab audition "Your table is ready." --voice marin,cedar
    """
    from studio.app.audition import Wish, print_audition
    from studio.app.choices import Choices

    choices = Choices(
        provider=provider,
        base_url=base_url,
        model=model,
        dialect=dialect,
        sessions_dir=sessions_dir,
        sets=tuple(settings or ()),
    )
    wish = Wish(lines, voice or (), speed or (), instructions or (), repeats, parallel)
    sys.exit(
        print_audition(
            choices,
            os.environ,
            wish,
            out=out,
            with_page=html,
            as_json=as_json,
            confirm=lambda words: yes or _is_confirmed(words),
            say=say if as_json else lambda text: typer.echo(printable(text)),
            warn=warn,
        )
    )


def _is_confirmed(words: str) -> bool:
    """Ask on a terminal; without one nobody can say yes.

    Raises:
        StudioError: there is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise StudioError(
            words, title="Not begun: it may cost money", hint="Say --yes where that is all right."
        )
    return typer.confirm(printable(f"{words} Go on?"), err=True)
