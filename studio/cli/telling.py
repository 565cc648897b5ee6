"""How commands print."""

from __future__ import annotations

import typer

from studio.core.text import printable


def say(text: str) -> None:
    """Print text that is already safe for a terminal, such as JSON."""
    typer.echo(text)


def warn(text: str) -> None:
    """Print outside text made harmless on standard error."""
    typer.echo(printable(text), err=True)
