"""The takes as a list with one chosen, and as one line where there is no room for a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.message import Message
from typing_extensions import override

from studio.ui.present.take_rows import TakeRow, chooser_line, empty_lines, take_line
from studio.ui.widgets.bars import Bar
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class TakeList(Lines):
    """Takes by name; one is chosen."""

    class Chosen(Message):
        """A take was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self) -> None:
        super().__init__(id="takes", can_focus=False)
        self._rows: Sequence[TakeRow] = ()
        self._place = 0
        self._hints: Sequence[tuple[str, str]] = ()
        self._told: list[Text] = []

    @property
    def in_sight(self) -> range:
        """The places that the screen shows."""
        top = self.scroll_offset.y
        return range(top, min(len(self._rows), top + self.size.height))

    def show(
        self, rows: Sequence[TakeRow], place: int, hints: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Draw these; hints on how to get more stand under a short list."""
        if (rows, place, hints) == (self._rows, self._place, self._hints):
            return
        moved = place != self._place
        self._rows, self._place, self._hints = rows, place, hints
        self._told = empty_lines(hints, self.palette) if hints else []
        self.changed()
        if moved and rows:
            self.show_line(place)

    @override
    def line_count(self) -> int:
        return len(self._rows) + (1 + len(self._told) if self._told else 0)

    @override
    def line(self, index: int, width: int) -> Text:
        if index >= len(self._rows):
            at = index - len(self._rows) - 1
            line = self._told[at].copy() if at >= 0 else Text("", end="")
            line.truncate(width, overflow="ellipsis")
            return line
        row = self._rows[index]
        return take_line(row, width, self.palette, is_at=index == self._place)

    @override
    def highlighted(self) -> int:
        return self._place if self._rows else -1

    def on_click(self, event: events.Click) -> None:
        """A click chooses the take."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._rows):
            self.post_message(self.Chosen(place))


class TakeLine(Bar):
    """The chosen take on one line, with arrows to the ones beside it."""

    def __init__(self) -> None:
        super().__init__("take-line")

    def say(self, rows: Sequence[TakeRow], place: int) -> None:
        """Draw the take at a place."""
        from studio.ui.present.palette import palette_from

        palette = palette_from(self.app.theme_variables)
        row = rows[place] if 0 <= place < len(rows) else None
        line = chooser_line(row, place, len(rows), self.size.width, palette)
        line.stylize(Style.from_meta({"do": "screen.take(-1)"}), 0, 3)
        after = line.plain.find("›")
        if after > 0:
            line.stylize(Style.from_meta({"do": "screen.take(1)"}), after - 1, after + 2)
        self.show(line)
