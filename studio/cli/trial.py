"""`studio lab trial`: its options and their help."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from studio.cli import options
from studio.cli.takes import AsJson
from studio.cli.telling import say, warn


def trial(
    takes: Annotated[
        list[str],
        typer.Argument(
            metavar="TAKE…", help="Names, patterns such as 'shipped/*', tag:TAG, or sound files."
        ),
    ],
    settings: Annotated[
        list[str],
        typer.Option(
            "--settings",
            "-s",
            metavar="SETTINGS",
            help="What to compare, once for each: silence=300,threshold=0.6, semantic_vad, "
            "eagerness=low, any PATH=VALUE of a session, or a preset's name.",
        ),
    ],
    provider: options.Provider = None,
    base_url: options.BaseUrl = None,
    model: options.Model = None,
    repeats: Annotated[
        int, typer.Option("--repeats", min=1, max=100, help="How often to hold each.")
    ] = 1,
    parallel: Annotated[
        int, typer.Option("--parallel", min=1, max=16, help="How many sessions at once.")
    ] = 2,
    seed: Annotated[int, typer.Option("--seed", help="Decides the order.")] = 0,
    answers: Annotated[
        bool,
        typer.Option("--answers", help="Let the model answer, and measure how fast it is heard."),
    ] = False,
    profile: Annotated[
        str,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="Whose turn detection the twin predicts: a profile, or a .toml file.",
        ),
    ] = "openai",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask whether the cost is all right.")
    ] = False,
    save_as: Annotated[
        str,
        typer.Option(
            "--save-as", metavar="NAME", help="Keep the best setting as a preset of this name."
        ),
    ] = "",
    as_json: AsJson = False,
    sessions_dir: options.SessionsDir = None,
) -> None:
    """Send the same takes to fresh sessions under several settings, and compare.

    In real time, in random order, with what it will cost said before. What the server did is held
    to what the lab predicts, edge by edge, and to what is labelled. Ctrl+C keeps what is done.
    For example: studio lab trial account-number -s silence=200 -s silence=500 --repeats 3
    """
    from studio.app.choices import Choices
    from studio.app.trials import Asked, print_trial

    sys.exit(
        print_trial(
            Choices(provider=provider, base_url=base_url, model=model, sessions_dir=sessions_dir),
            os.environ,
            Asked(
                tuple(takes),
                tuple(settings),
                repeats,
                parallel,
                seed,
                answers,
                profile,
                confirmed=yes,
                save_as=save_as,
            ),
            as_json=as_json,
            say=say,
            warn=warn,
            confirm=lambda question: typer.confirm(question, err=True),
        )
    )


def trials(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="One of them, the start of its name, or 'last'.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the trials that were held, newest first; or tell one of them again.

    For example: studio lab trials last
    """
    from studio.app.trials_kept import print_trials

    print_trials(os.environ, name=name, as_json=as_json, say=say, warn=warn)
