"""The inspector's lines: rows, and below a row that is open each of its events; and the cursor.

The cursor stands on an event, not on a line, so it stays where it is when events come, runs grow
or a filter changes. No Textual here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.ui.rows import Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.storage.store import Columns
    from studio.ui.strands import Strands


class Place(NamedTuple):
    """What a line shows: a row, or one of its events; `member` is -1 for the row itself."""

    row: int
    member: int = -1


class Listing:
    """Lines over the events of a store, as far as they were taken in.

    Attributes:
        rows: what is listed.
        columns: of the store, when it was looked at last.
        cursor: the position of the event that the cursor stands on.
    """

    def __init__(self, columns: Columns) -> None:
        self.rows = Rows()
        self.columns = columns
        self.cursor = 0
        self._is_inside = False  # the cursor is on an event below its row, not on the row
        self._opened: set[int] = set()  # the first positions of the runs that are open
        self._open_rows: list[int] = []
        self._open_lines: list[int] = []
        self._open_counts: list[int] = []
        self._members: dict[tuple[int, int], NDArray[np.intp]] = {}

    def take(self, columns: Columns, stop: int, chosen: NDArray[np.bool_] | None = None) -> None:
        """Take in the events up to `stop`; `chosen` as `Rows.take` has it."""
        self.columns = columns
        self.rows.take(columns, stop, chosen)
        self._lay()

    def relist(self, rows: Rows) -> None:
        """List others of the same events; the cursor goes to the nearest that is listed."""
        self.rows = rows
        nearest = rows.nearest(self.cursor)
        if nearest is not None and nearest != self.cursor:
            self.cursor, self._is_inside = nearest, self._is_inside and nearest == self.cursor
        self._members.clear()
        self._lay()

    def _lay(self) -> None:
        """Count the lines anew."""
        numbers = (self.rows.number_of_run(run) for run in self._opened)
        self._open_rows = sorted(number for number in numbers if number is not None)
        self._open_lines, self._open_counts = [], []
        extra = 0
        for row in self._open_rows:
            count = int(self.rows.counts[row])
            self._open_lines.append(row + extra)
            self._open_counts.append(count)
            extra += count

    def __len__(self) -> int:
        return len(self.rows) + sum(self._open_counts)

    def place(self, line: int) -> Place:
        """What stands on a line."""
        at = bisect_right(self._open_lines, line) - 1
        if at < 0:
            return Place(line)
        below = line - self._open_lines[at]
        if below <= self._open_counts[at]:
            return Place(self._open_rows[at], below - 1)
        return Place(self._open_rows[at] + below - self._open_counts[at])

    def line_of(self, place: Place) -> int:
        """The line that something stands on."""
        at = bisect_left(self._open_rows, place.row) - 1
        above = place.row
        if at >= 0:
            above += self._open_lines[at] + self._open_counts[at] - self._open_rows[at]
        return above + 1 + place.member

    def is_open(self, row: int) -> bool:
        """Whether a row's events stand below it."""
        at = bisect_left(self._open_rows, row)
        return at < len(self._open_rows) and self._open_rows[at] == row

    def members(self, row: int) -> NDArray[np.intp]:
        """The positions of a row's events."""
        key = (row, int(self.rows.counts[row]))
        if key not in self._members:
            if len(self._members) > 64:
                self._members.clear()
            self._members[key] = self.rows.members(row, self.columns)
        return self._members[key]

    def position(self, place: Place) -> int:
        """The event at a place; of a row, its first."""
        if place.member < 0:
            return int(self.rows.firsts[place.row])
        return int(self.members(place.row)[place.member])

    # The cursor

    @property
    def cursor_place(self) -> Place | None:
        """Where the cursor stands; None where nothing is listed."""
        if not len(self.rows):
            return None
        row = self.rows.number_of(self.cursor, self.columns)
        if row is None:
            nearest = self.rows.nearest(self.cursor)
            row = None if nearest is None else self.rows.number_of(nearest, self.columns)
            return None if row is None else Place(row)
        if self._is_inside and self.is_open(row):
            return Place(row, int(np.searchsorted(self.members(row), self.cursor)))
        return Place(row)

    @property
    def cursor_line(self) -> int:
        """The line of the cursor, 0 where nothing is listed."""
        place = self.cursor_place
        return 0 if place is None else self.line_of(place)

    def go(self, line: int) -> None:
        """Put the cursor on a line, or as near as there is one."""
        if len(self):
            self._stand(self.place(min(max(line, 0), len(self) - 1)))

    def _stand(self, place: Place) -> None:
        self.cursor, self._is_inside = self.position(place), place.member >= 0

    def go_to_row(self, row: int) -> None:
        """Put the cursor on a row."""
        self._stand(Place(row))

    def line_near(self, position: int) -> int:
        """The line of the row that lists an event, or of the one listed nearest to it."""
        nearest = self.rows.nearest(position)
        row = None if nearest is None else self.rows.number_of(nearest, self.columns)
        return 0 if row is None else self.line_of(Place(row))

    def reveal(self, position: int) -> bool:
        """Put the cursor on an event, opening its run where need be; whether it is listed."""
        row = self.rows.number_of(position, self.columns)
        if row is None:
            return False
        if position != int(self.rows.firsts[row]):
            self.unfold(row)
        inside = self.is_open(row)
        self.cursor, self._is_inside = position, inside
        return True

    def unfold(self, row: int) -> None:
        """Open a row that holds more than one event."""
        if self.rows.counts[row] > 1:
            self._opened.add(self._run_of(row))
            self._lay()

    def fold(self, row: int) -> None:
        """Close a row; the cursor goes to it from its events."""
        self._opened.discard(self._run_of(row))
        if self.rows.number_of(self.cursor, self.columns) == row:
            self._stand(Place(row))
        self._lay()

    def _run_of(self, row: int) -> int:
        return int(self.columns.run[self.rows.firsts[row]])

    def next_of(self, strand: int, row: int, direction: int, strands: Strands) -> int | None:
        """The next row of a strand after a row, or the one before it; None where there is none."""
        firsts = self.rows.firsts
        rest = firsts[row + 1 :] if direction > 0 else firsts[:row][::-1]
        for start in range(0, len(rest), _SLICE):
            hits = np.flatnonzero(strands.of(self.columns, rest[start : start + _SLICE]) == strand)
            if len(hits):
                return row + direction * (1 + start + int(hits[0]))
        return None


_SLICE = 65_536
