"""The turns of a take with the verdict on each; a cursor stands on one."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from typing_extensions import override

from studio.ui.present.palette import Palette
from studio.ui.present.verdicts import VerdictRow, reason_lines, verdict_line
from studio.ui.widgets.lines import CURSOR, Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_KEPT_LINES = 400


class VerdictList(Lines):
    """Turns and ghosts in order of time."""

    class Moved(Message):
        """The hand went to another turn."""

        def __init__(self, at: float) -> None:
            super().__init__()
            self.at = at

    def __init__(self) -> None:
        super().__init__(id="verdicts", can_focus=False)
        self.rows: Sequence[VerdictRow] = ()
        self._place = 0
        self._has_b = False
        self._told = ""
        self._drawn: object = None
        self._look = Palette()
        self._below: list[Text] = []
        self._kept: dict[tuple[object, ...], Text] = {}

    @property
    def row(self) -> VerdictRow | None:
        """The turn at the cursor; None where there is none."""
        return self.rows[self._place] if self._place < len(self.rows) else None

    def show(self, rows: Sequence[VerdictRow], told: str, *, has_b: bool) -> None:
        """Draw these; where there are none, `told` stands there."""
        self._look = self.palette
        drawn = (rows, told, has_b, self._look, self.columns)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self.rows, self._told, self._has_b = rows, told, has_b
        self._place = min(self._place, max(0, len(rows) - 1))
        self._draw()

    def select(self, at: float) -> None:
        """Put the cursor on the turn at a moment, or the last before it."""
        if self.rows:
            self._put(max(0, bisect_right(self.rows, at, key=lambda each: each.at) - 1))

    def move(self, rows: int) -> bool:
        """Go to another turn; whether there is one."""
        if not self.rows:
            return False
        self._put(min(max(self._place + rows, 0), len(self.rows) - 1))
        return True

    def find(self, step: int) -> bool:
        """Go to the next problem or the one before, round the end; whether there is one."""
        count = len(self.rows)
        for far in range(1, count + 1):
            at = (self._place + far * step) % count
            if self.rows[at].is_problem:
                self._put(at)
                return True
        return False

    def _put(self, place: int) -> None:
        if place != self._place:
            self._place = place
            self._draw()
        self._see()

    def _draw(self) -> None:
        """The row at the cursor has its reason below, where it is cut."""
        row, width = self.row, self.columns
        self._below = []
        if row is not None and width:
            line = verdict_line(row, width, self._look, is_at=True, has_b=self._has_b)
            if line.cell_len > width:
                self._below = reason_lines(row, width, self._look)
        self.changed()

    def _see(self) -> None:
        """Have the row at the cursor in sight, with all that belongs to it."""
        if self.rows:
            self.show_line(self._place + len(self._below))
            self.show_line(self._place)

    def on_resize(self) -> None:
        """Lines are made for the width there is."""
        self._draw()

    @override
    def line_count(self) -> int:
        return len(self.rows) + len(self._below) or 1

    def _row_of(self, index: int) -> int:
        """The row that a line belongs to."""
        return index if index <= self._place else max(self._place, index - len(self._below))

    @override
    def line(self, index: int, width: int) -> Text:
        if not self.rows:
            line = Text(f" {self._told}", self._look.muted, no_wrap=True, end="")
        elif self._place < index <= self._place + len(self._below):
            return self._below[index - self._place - 1]
        else:
            return self._row_line(self._row_of(index), width)
        line.truncate(width, overflow="ellipsis")
        return line

    def _row_line(self, at: int, width: int) -> Text:
        """The line of a row, made again only where it is another."""
        key = (self.rows[at], width, self._look, at == self._place, self._has_b)
        if key not in self._kept:
            if len(self._kept) > _KEPT_LINES:
                self._kept.clear()
            row, is_at = self.rows[at], at == self._place
            line = verdict_line(row, width, self._look, is_at=is_at, has_b=self._has_b)
            line.truncate(width, overflow="ellipsis")
            self._kept[key] = line
        return self._kept[key]

    @override
    def highlighted(self) -> int:
        return self._place if self.rows else -1

    @override
    def ground(self, index: int) -> str:
        is_at = bool(self.rows) and self._row_of(index) == self._place
        return CURSOR if is_at else ""

    def on_click(self, event: events.Click) -> None:
        """A click goes to the turn."""
        place = self._row_of(event.y + self.scroll_offset.y)
        if place < len(self.rows):
            self._put(place)
            self.post_message(self.Moved(self.rows[place].at))
