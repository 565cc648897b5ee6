"""The stored sessions as a table with a cursor, marks, and a head that can be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import palette_from
from studio.ui.present.shelf import Table, head_line, row_line
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from studio.ui.shelf import Column, Entry


class ShelfTable(Lines):
    """Sessions as rows. The cursor holds on to its session wherever that goes."""

    BINDINGS = bindings_of("library")

    class Moved(Message):
        """The cursor is on another session."""

    def __init__(self) -> None:
        super().__init__(id="library")
        self.head = ShelfHead()
        self.marked: set[str] = set()
        self._entries: Sequence[Entry] = ()
        self._table = Table.over(80)
        self._place = 0
        self._told: Sequence[str] = ()

    @property
    def entry(self) -> Entry | None:
        """The session at the cursor; None where there is none."""
        return self._entries[self._place] if self._entries else None

    @property
    def chosen(self) -> list[Entry]:
        """The marked sessions that are listed, or the one at the cursor where none is marked."""
        marked = [entry for entry in self._entries if entry.path in self.marked]
        return marked or ([self.entry] if self.entry is not None else [])

    def show(self, entries: Sequence[Entry], told: Sequence[str]) -> None:
        """Draw these; where there are none, `told` stands there."""
        held = self.entry.path if self.entry is not None else ""
        self._entries, self._told = entries, told
        places = (at for at, entry in enumerate(entries) if entry.path == held)
        self._place = next(places, min(self._place, max(0, len(entries) - 1)))
        self._draw()

    def _draw(self) -> None:
        self._table = Table.over(self.columns)
        self.head.fit(self._table)
        self.changed()
        if self._entries:
            self.show_line(self._place)

    @override
    def line_count(self) -> int:
        return len(self._entries) or len(self._told)

    @override
    def line(self, index: int, width: int) -> Text:
        if not self._entries:
            line = Text(f" {self._told[index]}", self.palette.muted, no_wrap=True, end="")
            line.truncate(width, overflow="ellipsis")
            return line
        entry = self._entries[index]
        line = row_line(
            entry,
            self._table,
            self.palette,
            is_at=index == self._place,
            is_marked=entry.path in self.marked,
        )
        line.truncate(width)
        return line

    @override
    def highlighted(self) -> int:
        return self._place if self._entries else -1

    def on_resize(self) -> None:
        """Other columns have room."""
        self._draw()

    def move(self, rows: int) -> None:
        """Move the cursor."""
        if self._entries:
            self._go(min(max(self._place + rows, 0), len(self._entries) - 1))

    def page(self, pages: int) -> None:
        """Move the cursor by what the screen shows."""
        self.move(pages * max(1, self.scrollable_content_region.height - 1))

    def mark(self) -> None:
        """Mark the session at the cursor or take the mark off, and move on."""
        if self.entry is not None:
            self.marked ^= {self.entry.path}
            self.move(1)
            self.refresh()

    def _go(self, place: int) -> None:
        self._place = place
        self.show_line(place)
        self.refresh()
        self.post_message(self.Moved())

    async def on_click(self, event: events.Click) -> None:
        """A click goes to the session, two open it."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._entries):
            self._go(place)
            if event.chain == 2:
                await self.run_action("screen.open")


class ShelfHead(Widget):
    """The columns' names, which stay while the sessions scroll."""

    DEFAULT_CSS = "ShelfHead { height: 1; width: 1fr; }"

    class Clicked(Message):
        """A column is to be sorted by."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    def __init__(self) -> None:
        super().__init__(id="library-head")
        self._table = Table.over(80)
        self._column: Column = "date"
        self._descending = True

    def fit(self, table: Table) -> None:
        """Stand over these columns."""
        self._table = table
        self.refresh()

    def sort(self, column: Column, *, descending: bool) -> None:
        """Show what is sorted by."""
        self._column, self._descending = column, descending
        self.refresh()

    @override
    def render(self) -> Text:
        palette = palette_from(self.app.theme_variables)
        return head_line(self._table, self._column, palette, descending=self._descending)

    def on_click(self, event: events.Click) -> None:
        """A click on a name sorts by it."""
        column = self._table.column_at(event.x)
        if column is not None:
            self.post_message(self.Clicked(column))
