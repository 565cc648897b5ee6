"""A sweep that is not finished, in a file: what was counted, and of which parts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from studio.config.files import replace_file
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.refs import Skipped
from studio.lab.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from studio.lab.grid import Grid
    from studio.lab.sweep import Swept

_SCHEMA = "studio.sweep-state/1"


@dataclass(frozen=True, slots=True)
class Known:
    """What was counted before."""

    tally: Tally
    takes: int
    skipped: tuple[Skipped, ...]
    done: frozenset[int]


class SweepState:
    """The file of one sweep.

    Args:
        folder: where it lies.
        digest: of what is tried on which takes.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        self.file = folder / f"sweep-{digest[:24]}.part"
        self._digest = digest

    def read(self, grid: Grid) -> Known | None:
        """What was counted; None where nothing was, or the file is of no use."""
        try:
            head, _, packed = self.file.read_bytes().partition(b"\n")
            told = json.loads(head)
            if told["schema"] != _SCHEMA or told["digest"] != self._digest:
                return None
            tally = Tally.unpacked(packed)
            skipped = tuple(Skipped(**each) for each in told["skipped"])
            known = Known(tally, int(told["takes"]), skipped, frozenset(told["done"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return known if tally.fits(grid) else None

    def write(self, swept: Swept, done: Collection[int]) -> None:
        """Keep what was counted.

        Raises:
            StudioError: it cannot be written.
        """
        told = {
            "schema": _SCHEMA,
            "digest": self._digest,
            "takes": swept.takes,
            "skipped": [asdict(each) for each in swept.skipped],
            "done": sorted(done),
        }
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.file, json.dumps(told).encode() + b"\n" + swept.tally.packed())
        except OSError as failure:
            raise StudioError(
                f"{one_line(str(self.file), 200)} cannot be written ({failure.strerror}).",
                title="The sweep cannot be kept",
                hint="Make room there, or run it with --no-resume.",
            ) from failure

    def drop(self) -> None:
        """Forget it."""
        self.file.unlink(missing_ok=True)
