"""`studio presets …`: named settings, listed, compared, exported and taken in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from studio.cli.telling import say, warn

presets = typer.Typer(
    name="presets",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Session settings under a name, with where they come from. Without a command they are "
    "listed.",
)

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Name = Annotated[str, typer.Argument(help="A preset's name, or its beginning.")]


@presets.callback()
def listed(context: typer.Context, as_json: _AsJson = False) -> None:
    """List the presets."""
    if context.invoked_subcommand is not None:
        return
    from studio.app.presets import list_presets

    list_presets(os.environ, as_json=as_json, say=say, warn=warn)


@presets.command()
def show(name: _Name, as_json: _AsJson = False) -> None:
    """Show what a preset states and where it comes from."""
    from studio.app.presets import show_preset

    show_preset(os.environ, name, as_json=as_json, say=say)


@presets.command()
def diff(one: _Name, other: _Name) -> None:
    """Show what differs between two presets."""
    from studio.app.presets import compare_presets

    compare_presets(os.environ, one, other, say=say)


@presets.command(name="import")
def take_in(
    file: Annotated[
        Path, typer.Argument(help="A preset, or a provider's session or turn_detection as JSON.")
    ],
) -> None:
    """Keep the preset that a file holds, under the file's name."""
    from studio.app.presets import presets_of

    say(f"Kept: {presets_of(os.environ).take_in(str(file)).name}")


@presets.command()
def export(
    name: _Name, to: Annotated[Path, typer.Option("--to", help="The file, or its folder.")]
) -> None:
    """Write a preset to a file, for somebody else or for a repository."""
    from studio.app.presets import presets_of

    say(f"Written: {presets_of(os.environ).export(name, str(to))}")


@presets.command()
def delete(name: _Name) -> None:
    """Take a preset away."""
    from studio.app.presets import presets_of

    kept = presets_of(os.environ)
    preset = kept.named(name)
    kept.delete(preset.name)
    say(f"Deleted: {preset.name}")
