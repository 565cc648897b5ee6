"""The inspector's rows: one for an event that stands alone, one for a run of deltas or appends.

Which events are a run is the store's to say (`Columns.run`). Here they are counted into rows, all
of them or those that pass a filter: a row stands where its first listed event stands, and grows in
place. Columns of numbers, append-only; no object stands for an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.ui.growing import Growing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.storage.store import Columns


class Listed(NamedTuple):
    """A row: an event, or the listed events of one run.

    Attributes:
        first: position of its first event in the store.
        last: position of its latest event.
        events: how many it holds.
        size_bytes: what they took on the wire.
        audio_bytes: the audio in them, decoded.
    """

    first: int
    last: int
    events: int
    size_bytes: int
    audio_bytes: int


class Rows:
    """Rows over the first `total` events of a store.

    Args:
        is_filtered: whether `take` is told which events to list; all of them otherwise.

    Attributes:
        total: how many events were taken in.
        listed: how many of them are listed.
    """

    def __init__(self, *, is_filtered: bool = False) -> None:
        self.total = 0
        self.listed = 0
        self._chosen = Growing(np.bool_) if is_filtered else None
        self._numbers = Growing(np.int32, -1)  # rows by the position of their run's first event
        self._firsts = Growing(np.uint32)
        self._lasts = Growing(np.uint32)
        self._counts = Growing(np.uint32)
        self._sizes = Growing(np.uint64)
        self._audio = Growing(np.uint64)

    def __len__(self) -> int:
        return len(self._firsts)

    def __getitem__(self, number: int) -> Listed:
        return Listed(
            int(self._firsts.values[number]),
            int(self._lasts.values[number]),
            int(self._counts.values[number]),
            int(self._sizes.values[number]),
            int(self._audio.values[number]),
        )

    @property
    def firsts(self) -> NDArray[np.uint32]:
        """Where each row's first event stands."""
        return self._firsts.values

    @property
    def counts(self) -> NDArray[np.uint32]:
        """How many events each row holds."""
        return self._counts.values

    def take(self, columns: Columns, stop: int, chosen: NDArray[np.bool_] | None = None) -> None:
        """Take in the events from `total` up to `stop`.

        Args:
            columns: of the store, at least `stop` events.
            stop: how many events are known then.
            chosen: for each of these events whether it is listed, where there is a filter.
        """
        start, self.total = self.total, max(self.total, stop)
        if start >= stop:
            return
        which: slice | NDArray[np.uint32] = slice(start, stop)
        positions = np.arange(start, stop, dtype=np.uint32)
        if self._chosen is not None:
            assert chosen is not None
            self._chosen.add(chosen)
            which = positions = positions[chosen]
        self.listed += len(positions)
        self._count(columns, which, positions, stop)

    def _count(
        self,
        columns: Columns,
        which: slice | NDArray[np.uint32],
        positions: NDArray[np.uint32],
        stop: int,
    ) -> None:
        """Count the events at some positions into rows; `which` chooses them in a column."""
        numbers = self._numbers.grow(stop)
        runs = columns.run[which]
        begun = positions[self._begins(runs, positions)]
        numbers[columns.run[begun]] = np.arange(len(self), len(self) + len(begun), dtype=np.int32)
        self._firsts.add(begun)
        rows = numbers[runs]
        self._lasts.grow(len(self))[rows] = positions  # of several, numpy keeps the last
        first = int(rows.min()) if len(rows) else 0
        bins = np.subtract(rows, first, dtype=np.intp)  # else each count converts them
        for sums, of_each in (
            (self._counts, None),
            (self._sizes, columns.size[which]),
            (self._audio, columns.audio[which]),
        ):
            more = np.bincount(bins, of_each, len(self) - first)
            after = sums.grow(len(self))[first:]
            after += more.astype(after.dtype)

    def _begins(self, runs: NDArray[np.uint32], positions: NDArray[np.uint32]) -> NDArray[np.intp]:
        """Where a row begins among these: the first event of each run that has no row."""
        if self._chosen is None:
            return np.flatnonzero(runs == positions)
        fresh = np.flatnonzero(self._numbers.values[runs] < 0)
        _, first = np.unique(runs[fresh], return_index=True)
        begins: NDArray[np.intp] = fresh[np.sort(first)]
        return begins

    def number_of(self, position: int, columns: Columns) -> int | None:
        """The row that lists an event; None where it is not listed."""
        if position >= self.total or not self.lists(position):
            return None
        return self.number_of_run(int(columns.run[position]))

    def number_of_run(self, run: int) -> int | None:
        """The row of the run that began at a position; None where none of it is listed."""
        number = int(self._numbers.values[run]) if run < self.total else -1
        return None if number < 0 else number

    def lists(self, position: int) -> bool:
        """Whether an event is listed."""
        return position < self.total and (
            self._chosen is None or bool(self._chosen.values[position])
        )

    def listed_of(self, positions: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Those of some positions, in order, that are listed."""
        known = positions[: np.searchsorted(positions, self.total)]
        return known if self._chosen is None else known[self._chosen.values[known]]

    def members(self, number: int, columns: Columns) -> NDArray[np.intp]:
        """The positions of a row's events."""
        first, last = int(self._firsts.values[number]), int(self._lasts.values[number]) + 1
        own: NDArray[np.bool_] = columns.run[first:last] == columns.run[first]
        if self._chosen is not None:
            own &= self._chosen.values[first:last]
        return np.flatnonzero(own) + first

    def nearest(self, position: int) -> int | None:
        """The listed event at a position, or after it, or else the last one before."""
        if not self.listed:
            return None
        if self._chosen is None:
            return min(position, self.total - 1)
        chosen = self._chosen.values
        after = _first_true(chosen[position:])
        if after is not None:
            return position + after
        before = _first_true(chosen[:position][::-1])
        return None if before is None else min(position, self.total) - 1 - before


def _first_true(values: NDArray[np.bool_]) -> int | None:
    at = int(values.argmax()) if len(values) else 0
    return at if len(values) and values[at] else None
