"""Which events belong together: a strand is a response with all its items, or an item alone.

A strand reaches from its first event to its last. Strands that are open at the same time get lanes
beside one another, the lowest that is free, as the branches of a history do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.ui.growing import Growing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.storage.store import Columns

_CHAIN = 64
"""How many strands back, each overlapping the next, lanes are still counted from."""
_MOST = 2_000
"""Strands that begin in one view; beyond are no lanes, in a log that nobody could follow."""


class Strand(NamedTuple):
    """Events that belong together, and where they stand.

    Attributes:
        code: the word code of the response's id, or of the item's.
        lane: the column it is drawn in, from 0.
        first: position of its first event.
        last: position of its latest event.
        is_response: whether it is a response rather than an item alone.
    """

    code: int
    lane: int
    first: int
    last: int
    is_response: bool


class Strands:
    """The strands of the first `total` events of a store."""

    def __init__(self) -> None:
        self.total = 0
        self._owners = Growing(np.uint32)  # the response of an item, by the item's code
        self._firsts = Growing(np.int64, -1)
        self._lasts = Growing(np.int64, -1)
        self._responses = Growing(np.bool_)

    def take(self, columns: Columns, stop: int) -> None:
        """Take in the events from `total` up to `stop`."""
        start, self.total = self.total, max(self.total, stop)
        if start >= stop:
            return
        items, responses = columns.item[start:stop], columns.response[start:stop]
        room = int(max(items.max(), responses.max())) + 1
        for each in (self._owners, self._firsts, self._lasts, self._responses):
            each.grow(room)
        self._responses.values[responses[_changes(responses)]] = True
        self._own(items, responses)
        codes = self._codes(items, responses)
        here = np.flatnonzero(codes)
        held = codes[here]
        begins = _changes(held)
        ends = np.append(begins[1:], len(held))[: len(begins)] - 1
        fresh = begins[self._firsts.values[held[begins]] < 0][::-1]
        self._firsts.values[held[fresh]] = here[fresh] + start
        self._lasts.values[held[ends]] = here[ends] + start

    def _own(self, items: NDArray[np.uint32], responses: NDArray[np.uint32]) -> None:
        """Give items to their responses; what an item's own strand held goes with it."""
        both = (items > 0) & (responses > 0)
        owned, owners = items[both], responses[both]
        once = np.union1d(_changes(owned), _changes(owners))
        owned, owners = owned[once], owners[once]
        self._owners.values[owned] = owners
        firsts, lasts = self._firsts.values, self._lasts.values
        alone = (firsts[owned] >= 0) & (owned != owners)
        moved, to = owned[alone], owners[alone]
        if len(moved):
            begun = np.where(firsts[to] < 0, np.iinfo(np.int64).max, firsts[to])
            firsts[to] = begun
            np.minimum.at(firsts, to, firsts[moved])
            np.maximum.at(lasts, to, lasts[moved])
            firsts[moved] = lasts[moved] = -1

    def _codes(
        self, items: NDArray[np.uint32], responses: NDArray[np.uint32]
    ) -> NDArray[np.uint32]:
        owners = self._owners.values[items]
        return np.where(responses > 0, responses, np.where(owners > 0, owners, items))

    def of(self, columns: Columns, positions: NDArray[np.integer]) -> NDArray[np.uint32]:
        """The strand of each of these events, 0 for none."""
        if not self.total:
            return np.zeros(len(positions), np.uint32)
        return self._codes(columns.item[positions], columns.response[positions])

    def of_one(self, columns: Columns, position: int) -> int:
        """The strand of an event, 0 for none."""
        response, item = int(columns.response[position]), int(columns.item[position])
        if response or position >= self.total:
            return response
        return int(self._owners.values[item]) or item

    def lanes(self, start: int, stop: int) -> tuple[Strand, ...]:
        """The strands with something between two positions, both included, each in its lane.

        Lanes are dealt from the latest point at which no strand was open, so that a strand keeps
        its lane wherever one looks from.
        """
        firsts, lasts = self._firsts.values, self._lasts.values
        start = self._clear_before(start)
        seen = np.flatnonzero((firsts >= 0) & (firsts <= stop) & (lasts >= start))
        if len(seen) > _MOST:
            return ()
        found: list[Strand] = []
        ends: list[int] = []
        for code in seen[np.argsort(firsts[seen], kind="stable")].tolist():
            first, last = int(firsts[code]), int(lasts[code])
            lane = next((at for at, end in enumerate(ends) if end < first), len(ends))
            ends[lane : lane + 1] = [last]
            found.append(Strand(code, lane, first, last, bool(self._responses.values[code])))
        return tuple(found)

    def _clear_before(self, position: int) -> int:
        firsts, lasts = self._firsts.values, self._lasts.values
        for _ in range(_CHAIN):
            across = firsts[(firsts >= 0) & (firsts < position) & (lasts >= position)]
            if not len(across):
                break
            position = int(across.min())
        return position


def _changes(codes: NDArray[np.uint32]) -> NDArray[np.intp]:
    """Where another code begins than the one before: most come again and again."""
    return np.flatnonzero(np.append(len(codes) > 0, codes[1:] != codes[:-1])[: len(codes)])
