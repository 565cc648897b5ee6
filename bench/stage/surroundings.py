"""The environment of a program that is measured: a user's, who has started it before."""

from __future__ import annotations

import os

_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""Where it is set, every start compiles all modules anew, which nobody's second start does."""


def surroundings(**changes: str) -> dict[str, str]:
    """This process's environment with changes, and with compiled modules kept between starts."""
    return {name: each for name, each in os.environ.items() if name != _NO_BYTECODE} | changes
