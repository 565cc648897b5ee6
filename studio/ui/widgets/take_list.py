"""The takes as a list with one chosen, and as one line where there is no room for a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.message import Message
from typing_extensions import override

from studio.ui.present.take_rows import TakeRow, chooser_line, empty_lines, take_line
from studio.ui.widgets.bars import Bar
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
        self._count = 0
        self._row_at: Callable[[int], TakeRow] | None = None
        self._place = 0
        self._told: list[Text] = []
        self._rows: dict[int, TakeRow] = {}
        self._seen: tuple[object, ...] = ()

    def show(
        self,
        count: int,
        row_at: Callable[[int], TakeRow],
        place: int,
        hints: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Draw so many, each made when it is looked at; hints stand under a short list."""
        moved = place != self._place
        self._count, self._row_at, self._place = count, row_at, place
        self._told = empty_lines(hints, self.palette) if hints else []
        before, self._rows = self._rows, {}
        seen = (count, place, tuple(hints), self.palette, self.columns, self.scroll_offset)
        if seen == self._seen and before:
            self._refresh_rows(before)
        else:
            self._seen = seen
            self.changed()
        if moved and place >= 0:
            self.show_line(place)

    def _refresh_rows(self, before: Mapping[int, TakeRow]) -> None:
        """Paint those that were painted and are others now."""
        top, width = self.scroll_offset.y, self.size.width
        changed = [at for at, row in before.items() if self._row(at) != row]
        if changed:
            self.refresh(*(Region(0, at - top, width, 1) for at in changed))

    def _row(self, at: int) -> TakeRow:
        """A row, made when it is looked at."""
        assert self._row_at is not None
        if at not in self._rows:
            self._rows[at] = self._row_at(at)
        return self._rows[at]

    @override
    def line_count(self) -> int:
        return self._count + (1 + len(self._told) if self._told else 0)

    @override
    def line(self, index: int, width: int) -> Text:
        if index >= self._count or self._row_at is None:
            at = index - self._count - 1
            line = self._told[at].copy() if at >= 0 else Text("", end="")
            line.truncate(width, overflow="ellipsis")
            return line
        return take_line(self._row(index), width, self.palette, is_at=index == self._place)

    @override
    def highlighted(self) -> int:
        return self._place if self._count else -1

    def on_click(self, event: events.Click) -> None:
        """A click chooses the take."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < self._count:
            self.post_message(self.Chosen(place))


class TakeLine(Bar):
    """The chosen take on one line, with arrows to the ones beside it."""

    def __init__(self) -> None:
        super().__init__("take-line")

    def say(self, row: TakeRow | None, place: int, count: int) -> None:
        """Draw the take at a place."""
        from studio.ui.present.palette import palette_from

        palette = palette_from(self.app.theme_variables)
        line = chooser_line(row, place, count, self.size.width, palette)
        line.stylize(Style.from_meta({"do": "screen.take(-1)"}), 0, 3)
        after = line.plain.find("›")
        if after > 0:
            line.stylize(Style.from_meta({"do": "screen.take(1)"}), after - 1, after + 2)
        self.show(line)
