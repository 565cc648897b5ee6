"""A window on something over time, and a cursor in it: moved, zoomed and clicked in one way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from studio.ui.present.time_sheet import LABEL_CELLS
from studio.ui.present.window import Window
from studio.ui.widgets.lines import Drawing

if TYPE_CHECKING:
    from textual import events

_LEAST_SPAN_S = 4.0
"""A session that has just begun does not fill the lanes at once."""
_CLOSE_CELL_S = 0.4
"""In longer cells, pauses and answers cannot be told apart."""
_AROUND_S = 16.0
"""How much around a finding is enough to understand it."""
_MARGIN = 0.06
"""How much of the window is left free before and after what it is made to show."""


class TimeView(Drawing, can_focus=True):
    """Seconds as cells. At the end of what goes on, window and cursor follow it."""

    class Moved(Message):
        """The hand moved the cursor to another moment."""

        def __init__(self, at: float) -> None:
            super().__init__()
            self.at = at

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.following = True
        self.cursor = 0.0
        self.window = Window.over(0.0, _LEAST_SPAN_S, 1)
        self._fits_all = True
        self._end = self._now = 0.0

    @property
    def _cells(self) -> int:
        return max(1, self.size.width - LABEL_CELLS)

    @property
    def _longest_s(self) -> float:
        return max(self._end, _LEAST_SPAN_S)

    def reach(self, end: float, now: float | None = None) -> None:
        """So long is what is shown; the cursor goes to `now`, or the end, where it follows."""
        self._end, self._now = end, end if now is None else now
        if self.following:
            self.cursor = self._now
        self._place()

    def on_resize(self) -> None:
        """As much in sight as there is room for."""
        self.window = replace(self.window, cells=self._cells)
        self._place()

    def _place(self) -> None:
        if self._fits_all:
            self.window = Window.over(0.0, self._longest_s, self._cells)
        elif self.following:
            self.window = self.window.showing(self.cursor)
        self.redraw()

    def forget(self) -> None:
        """Another session: all of it is shown, and followed."""
        self._fits_all = self.following = True
        self.cursor = 0.0

    # Moving

    def go(self, at: float) -> None:
        """Put the cursor on a moment and have it in sight."""
        self.cursor = min(max(at, 0.0), self._longest_s)
        self.following = False
        self._see(self.window.showing(self.cursor))

    def step(self, cells: float) -> None:
        """Move the cursor by so many cells."""
        self.go(self.cursor + cells * self.window.cell_s)
        self.post_message(self.Moved(self.cursor))

    def page(self, pages: float) -> None:
        """Move the cursor by so many windows."""
        self.step(pages * self.window.cells)

    def scroll(self, pages: float) -> None:
        """Move the window and leave the cursor."""
        if not self._fits_all:
            self.following = False
            begin = self.window.begin + pages * self.window.cells * self.window.cell_s
            self._see(replace(self.window, begin=begin))

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Make each cell `factor` times as long; the cursor stays where it is."""
        around = self.cursor if around is None else around
        if factor >= 1 and self._fits_all:
            return
        window = self.window.zoomed(factor, around, self._longest_s)
        self._fits_all = window.cells * window.cell_s >= self._longest_s
        self._see(window)

    def fit_all(self) -> None:
        """Show all of it."""
        self._fits_all = True
        self._place()

    def fit(self, begin: float, end: float) -> None:
        """Show this stretch whole, with a margin."""
        margin = max(end - begin, 0.1) * _MARGIN
        self._fits_all = False
        self._see(Window.over(begin - margin, end + margin, self._cells))

    def close_in(self, at: float) -> None:
        """Go to a moment, near enough to see what happened there."""
        length = self._longest_s if self._fits_all else self.window.cells * self.window.cell_s
        if length > _CLOSE_CELL_S * self._cells:
            length, self._fits_all = _AROUND_S, False
        middle = self.window.begin + length / 2
        if not self._fits_all and abs(at - middle) > length / 4:
            self.window = Window.over(at - length / 2, at + length / 2, self._cells)
        self.go(at)

    def follow(self) -> None:
        """Go to the end, and with it."""
        self.following = True
        self.cursor = self._now
        self._place()

    def _see(self, window: Window) -> None:
        if not self._fits_all:
            self.window = window.within(self._longest_s)
        self.redraw()

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there."""
        column = self.column_of(event)
        if 0 <= column < self.window.cells:
            self.go(self.window.at(column))
            self.post_message(self.Moved(self.cursor))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel zooms in with ctrl, and else scrolls."""
        self._wheel(event, 0.5, -0.1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel zooms out with ctrl, and else scrolls."""
        self._wheel(event, 2.0, 0.1)

    def _wheel(self, event: events.MouseEvent, factor: float, pages: float) -> None:
        event.stop()
        if event.ctrl:
            self.zoom(factor, self.window.at(max(0, self.column_of(event))))
        else:
            self.scroll(pages)

    def column_of(self, event: events.MouseEvent) -> int:
        """The cell under the pointer; negative over the labels."""
        place = event.get_content_offset(self)
        return -1 if place is None else place.x - LABEL_CELLS
