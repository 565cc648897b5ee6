"""The waterfall of turns: a list of bars with a cursor, under its legend and axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import palette_from
from studio.ui.present.waterfall import Row, Scale, axis_line, legend_line, row_line
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_EMPTY = (
    " No turn has been answered yet.",
    "",
    " A bar stands here for every turn: from the user's last sound to the",
    " first that was heard of the reply, one part after the other.",
)


class Waterfall(Lines):
    """Turns as bars. The cursor holds on to a turn; at the newest one it follows."""

    BINDINGS = bindings_of("latency")

    class Moved(Message):
        """The cursor is on another turn."""

    def __init__(self) -> None:
        super().__init__(id="latency")
        self.following = True
        self.head = WaterfallHead()
        self._rows: Sequence[Row] = ()
        self._scale = Scale.over((), 80)
        self._cursor: int | None = None

    @property
    def cursor(self) -> int | None:
        """The number of the turn at the cursor; None where there is none."""
        return self._rows[self._place].index if self._rows else None

    @property
    def _place(self) -> int:
        if self.following:
            return len(self._rows) - 1
        at = (place for place, row in enumerate(self._rows) if row.index == self._cursor)
        return next(at, len(self._rows) - 1)

    def show(self, rows: Sequence[Row]) -> None:
        """Draw these turns; the cursor stays where it is."""
        self._rows = rows
        self._draw()
        if self.following:
            self.show_line(self._place)

    def _draw(self) -> None:
        self._scale = Scale.over(self._rows, self.columns)
        self.head.show(self._scale if self._rows else None, self.columns)
        self.changed()

    @override
    def line_count(self) -> int:
        return len(self._rows) or len(_EMPTY)

    @override
    def line(self, index: int, width: int) -> Text:
        if not self._rows:
            return Text(_EMPTY[index], self.palette.muted, no_wrap=True, end="")
        is_at = index == self._place
        return row_line(self._rows[index], self._scale, self.palette, width, is_at=is_at)

    @override
    def highlighted(self) -> int:
        return self._place if self._rows else -1

    def on_resize(self) -> None:
        """Bars are as long as the screen is wide, and the cursor stays in sight."""
        self._draw()
        if self._rows:
            self.show_line(self._place)

    def move(self, rows: int) -> None:
        """Move the cursor."""
        if self._rows:
            self._go(min(max(self._place + rows, 0), len(self._rows) - 1))

    def go_to_slowest(self) -> None:
        """Go to the turn that took longest, where there are several to compare."""
        slowest = next((at for at, row in enumerate(self._rows) if row.is_slowest), None)
        if slowest is not None:
            self._go(slowest)

    def _go(self, place: int) -> None:
        self._cursor = self._rows[place].index
        self.following = place == len(self._rows) - 1
        self.show_line(place)
        self.refresh()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """A click goes to the turn."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._rows):
            self._go(place)


class WaterfallHead(Widget):
    """Legend and axis, which stay while the turns scroll."""

    DEFAULT_CSS = "WaterfallHead { height: 2; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__(id="latency-axis")
        self._scale: Scale | None = None
        self._columns = 80

    def show(self, scale: Scale | None, columns: int) -> None:
        """Draw this axis over bars in so many columns; None for the legend alone."""
        if (scale, columns) != (self._scale, self._columns):
            self._scale, self._columns = scale, columns
            self.refresh()

    @override
    def render(self) -> Text:
        palette = palette_from(self.app.theme_variables)
        lines = [legend_line(palette, self._columns)]
        if self._scale is not None:
            lines.append(axis_line(self._scale, palette, self._columns))
        return Text("\n").join(lines)


class Words(Lines):
    """Lines of words that somebody else makes for the width there is; they scroll."""

    def __init__(self, name: str, *, can_focus: bool = False) -> None:
        super().__init__(id=name)
        self.can_focus = can_focus
        self._lines: Sequence[Text] = ()

    def say(self, lines: Sequence[Text], *, from_top: bool = False) -> None:
        """Show these, from the first line on where they are about something else than before."""
        self._lines = lines
        self.changed()
        if from_top:
            self.scroll_to(y=0, animate=False, immediate=True, force=True)

    @override
    def line_count(self) -> int:
        return len(self._lines)

    @override
    def line(self, index: int, width: int) -> Text:
        line = self._lines[index].copy()
        line.end = ""
        line.truncate(width, overflow="ellipsis")
        return line

    async def on_click(self, event: events.Click) -> None:
        """Do what stands under the pointer."""
        if do := event.style.meta.get("do"):
            await self.app.run_action(do, default_namespace=self.screen)
