"""A search that is not finished, in a file: which grid it has come to."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from studio.config.files import replace_file
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.grid import Grid

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA = "studio.search-state/1"


class SearchState:
    """The file of one search.

    Args:
        folder: where it lies.
        told: what is looked for, from where and on which takes; the same for the same search.
    """

    def __init__(self, folder: Path, *told: str) -> None:
        digest = hashlib.sha256("\0".join(told).encode()).hexdigest()
        self.file = folder / f"search-{digest[:24]}.json"

    def read(self, start: Grid) -> Grid:
        """The grid that it had come to; that which it starts from where the file is of no use."""
        try:
            told = json.loads(self.file.read_bytes())
            if told["schema"] != _SCHEMA:
                return start
            grid = Grid(
                tuple(map(float, told["thresholds"])),
                tuple(map(int, told["silences_ms"])),
                start.prefixes_ms,
            )
        except (OSError, ValueError, KeyError, TypeError, StudioError):
            return start
        holds = set(start.thresholds) <= set(grid.thresholds)
        holds = holds and set(start.silences_ms) <= set(grid.silences_ms)
        is_ascending = all(
            [*values] == sorted(set(values)) for values in (grid.thresholds, grid.silences_ms)
        )
        return grid if holds and is_ascending else start

    def write(self, grid: Grid) -> None:
        """Keep how far it has come.

        Raises:
            StudioError: it cannot be written.
        """
        told = {
            "schema": _SCHEMA,
            "thresholds": grid.thresholds,
            "silences_ms": grid.silences_ms,
        }
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.file, json.dumps(told).encode())
        except OSError as failure:
            raise StudioError(
                f"{one_line(str(self.file), 200)} cannot be written ({failure.strerror}).",
                title="The search cannot be kept",
                hint="Make room there, or run it with --no-resume.",
            ) from failure

    def drop(self) -> None:
        """Forget it."""
        self.file.unlink(missing_ok=True)
