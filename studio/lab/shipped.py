"""The takes that come with the studio: short, hard, and known to the millisecond.

Made by `docs/make_takes.py`. They are read where they are installed and cannot be changed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import studio.lab
from studio.audio.formats import AudioFormat
from studio.lab.take_files import StoredTake, stored_take
from studio.lab.take_notes import TakeNotes

PREFIX = "shipped/"
"""Their names begin with this; no take of a person's own does."""

LABELS_NAME = "takes.json"


def shipped_folder() -> Path:
    """Where they are installed."""
    return Path(studio.lab.__path__[0]) / "shipped"


@cache
def shipped_takes() -> tuple[StoredTake, ...]:
    """Every one of them, by name."""
    folder = shipped_folder()
    told: dict[str, dict[str, Any]] = msgspec.json.decode((folder / LABELS_NAME).read_bytes())
    return tuple(
        stored_take(
            f"{PREFIX}{name}",
            folder / f"{name}.flac",
            AudioFormat.PCM16,
            fields["duration_ms"],
            TakeNotes.of(fields),
        )
        for name, fields in sorted(told.items())
    )
