"""A search over the events of a store: all places that hold some words, kept as events come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.query.spellings import spellings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.storage.store import EventStore
    from studio.ui.rows import Rows


class Finding:
    """The events that hold some words, in capitals or not.

    Attributes:
        words: what is looked for, as it was typed.
        positions: where it was found, in order.
    """

    def __init__(self, words: str, store: EventStore) -> None:
        self.words = words
        self.positions: NDArray[np.uint32] = _found(words, store, 0, len(store))
        self._total = len(store)

    def take(self, store: EventStore) -> None:
        """Look through what came since."""
        start, self._total = self._total, len(store)
        if start < self._total:
            found = _found(self.words, store, start, self._total)
            self.positions = np.append(self.positions, found)

    def listed(self, rows: Rows) -> NDArray[np.uint32]:
        """The places that are listed."""
        return rows.listed_of(self.positions)

    def next(self, rows: Rows, cursor: int, direction: int, *, include_here: bool) -> int | None:
        """The match after the cursor, or the one before, round the ends; None where there is none.

        `include_here` takes one at the cursor itself.
        """
        listed = self.listed(rows)
        if not len(listed):
            return None
        if direction > 0:
            at = int(np.searchsorted(listed, cursor, "left" if include_here else "right"))
        else:
            at = int(np.searchsorted(listed, cursor)) - 1
        return int(listed[at % len(listed)])

    def told(self, rows: Rows, cursor: int) -> str:
        """Where the cursor is among the matches: `3 of 120`."""
        listed = self.listed(rows)
        at = int(np.searchsorted(listed, cursor))
        is_on = at < len(listed) and listed[at] == cursor
        return f"{at + 1:,} of {len(listed):,}" if is_on else f"{len(listed):,} found"


def _found(words: str, store: EventStore, start: int, stop: int) -> NDArray[np.uint32]:
    """Where some words stand, however JSON spells them."""
    ways = spellings(words, in_escapes=store.may_hold_escapes)
    found = [store.find(way, start=start, stop=stop) for way in sorted(ways)]
    return found[0] if len(found) == 1 else np.unique(np.concatenate(found))
