"""`studio lab sweep`: its options and their help."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli import options
from studio.cli.takes import AsJson
from studio.cli.telling import say, warn

if TYPE_CHECKING:
    from studio.lab.sweep import Swept


def sweep(
    takes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TAKE]…",
            help="Names, patterns such as 'shipped/*', tag:TAG. [default: your own, or shipped]",
        ),
    ] = None,
    takes_dir: Annotated[
        Path | None,
        typer.Option("--takes-dir", metavar="DIR", help="Where the takes are, a folder each."),
    ] = None,
    threshold: Annotated[
        str, typer.Option("--threshold", metavar="LIST", help="Such as 0.3:0.8:0.05 or 0.4,0.5.")
    ] = "",
    silence: Annotated[
        str, typer.Option("--silence", metavar="LIST", help="In ms, such as 200:1000:100.")
    ] = "",
    prefix: Annotated[
        str, typer.Option("--prefix", metavar="LIST", help="In ms, such as 0,300.")
    ] = "",
    eagerness: Annotated[
        str,
        typer.Option(
            "--eagerness",
            metavar="LIST",
            help="Try semantic_vad, too, by words (extra `local`): low,medium,high.",
        ),
    ] = "",
    augment: Annotated[
        list[str] | None,
        typer.Option(
            "--augment",
            metavar="CHANGE",
            help="Try the takes changed, too: noise:10dB, pink:10dB, babble:10dB, gain:-12dB, "
            "g711, room:0.4s, or several with +. May be repeated.",
        ),
    ] = None,
    search: Annotated[
        bool,
        typer.Option(
            "--search",
            help="Then look closer around the best, in steps down to 0.02 and 10 ms, and beyond "
            "lists that are not given.",
        ),
    ] = False,
    profile: options.ProfileName = "openai",
    budget: Annotated[
        float,
        typer.Option(
            "--budget",
            metavar="SHARE",
            min=0,
            max=1,
            help="The share of turns that may be cut off, missed or merged.",
        ),
    ] = 0.02,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if",
            metavar="CONDITION",
            help="End with status 1 where it is so for the recommended setting: "
            "'cutoff_rate>0.02', 'delay_p95_ms>900'. May be repeated.",
        ),
    ] = None,
    as_json: AsJson = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every setting as CSV.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page to hand on.")
    ] = None,
    jobs: Annotated[
        int,
        typer.Option("--jobs", metavar="N", min=0, help="Processes. [default: as is worth it]"),
    ] = 0,
    cluster: Annotated[
        str,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Have a Dask cluster do the work (extra `cluster`), such as tcp://10.0.0.5:8786.",
        ),
    ] = "",
    resume: Annotated[
        bool,
        typer.Option("--resume/--no-resume", help="Go on where the same sweep was interrupted."),
    ] = True,
) -> None:
    """Try every threshold with every silence on takes, and say which setting is best and why.

    For example: studio lab sweep --augment g711 --fail-if 'cutoff_rate>0.02' --json
    """
    from studio.app.lab_sweep import Wanted, sweep_takes

    wanted = Wanted(
        takes=takes or (),
        takes_dir=takes_dir,
        threshold=threshold,
        silence=silence,
        prefix=prefix,
        eagerness=eagerness,
        augment=augment or (),
        profile=profile,
        budget=budget,
        fail_if=fail_if or (),
        as_json=as_json,
        csv=csv,
        html=html,
        jobs=jobs,
        cluster=cluster,
        resumes=resume,
        searches=search,
    )
    sys.exit(sweep_takes(wanted, os.environ, say=say, warn=warn, progress=_progress))


def _progress(swept: Swept) -> bool:
    """Tell on a terminal how far it is; never stops it, ctrl+c does."""
    if sys.stderr.isatty():
        end = "\r\033[K" if swept.is_whole else ""
        told = f"\r{swept.done} of {swept.parts} parts, {swept.takes:,} takes"
        typer.echo(f"{told}{end}", err=True, nl=False)
    return True
