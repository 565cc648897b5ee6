"""The readings of an audition as a table with a cursor, and a head that can be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from studio.ui.audition_table import Arrangement
from studio.ui.present.audition import Columns, Shown, head_line, row_line
from studio.ui.present.palette import palette_from
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from studio.lab.sheet import Row

NUMBER_KEYS = "1234567890"


class AuditionList(Lines):
    """Readings as rows. The cursor holds on to its reading wherever that goes."""

    BINDINGS = bindings_of("audition")

    class Moved(Message):
        """The cursor is on another reading."""

    def __init__(self, sound_of: Callable[[Row], str]) -> None:
        super().__init__(id="audition")
        self.head = AuditionHead()
        self._rows: Sequence[Row] = ()
        self._arranged = Arrangement()
        self._columns = Columns.over(80)
        self._place = 0
        self._sound_of = sound_of

    @property
    def row(self) -> Row | None:
        """The reading at the cursor; None where there is none."""
        return self._rows[self._place] if self._rows else None

    def row_of_key(self, number: int) -> Row | None:
        """The reading that a number key plays."""
        return self._rows[number] if 0 <= number < min(len(self._rows), len(NUMBER_KEYS)) else None

    def show(self, rows: Sequence[Row], arranged: Arrangement) -> None:
        """Draw these."""
        held = self.row.key if self.row is not None else ""
        self._rows, self._arranged = rows, arranged
        places = (at for at, row in enumerate(rows) if row.key == held)
        self._place = next(places, min(self._place, max(0, len(rows) - 1)))
        self._draw()

    def forget(self) -> None:
        """The cursor begins anew: where it was would tell which reading that is."""
        self._rows, self._place = (), 0

    def shown(self, place: int) -> Shown:
        """How a row is drawn."""
        return Shown(
            place=place + 1,
            number=NUMBER_KEYS[place] if place < len(NUMBER_KEYS) else "",
            is_at=place == self._place,
            is_blind=self._arranged.is_blind,
            sound=self._sound_of(self._rows[place]),
        )

    @property
    def at(self) -> Shown:
        """How the row at the cursor is drawn."""
        return self.shown(self._place)

    def _draw(self) -> None:
        self._columns = Columns.over(self.columns)
        self.head.fit(self._columns, self._arranged)
        self.changed()
        if self._rows:
            self.show_line(self._place)

    @override
    def line_count(self) -> int:
        return len(self._rows)

    @override
    def line(self, index: int, width: int) -> Text:
        line = row_line(self._rows[index], self._columns, self.shown(index), self.palette)
        line.truncate(width, overflow="ellipsis")
        return line

    @override
    def highlighted(self) -> int:
        return self._place if self._rows else -1

    def on_resize(self) -> None:
        """Other columns have room."""
        self._draw()

    def move(self, rows: int) -> None:
        """Move the cursor."""
        if self._rows:
            self.go(min(max(self._place + rows, 0), len(self._rows) - 1))

    def go_to(self, key: str) -> None:
        """Put the cursor on a reading."""
        place = next((at for at, row in enumerate(self._rows) if row.key == key), None)
        if place is not None:
            self.go(place)

    def go(self, place: int) -> None:
        """Put the cursor on a row."""
        self._place = place
        self.show_line(place)
        self.changed()
        self.post_message(self.Moved())

    async def on_click(self, event: events.Click) -> None:
        """A click goes to the reading, two play it."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._rows):
            self.go(place)
            if event.chain == 2:
                await self.run_action("screen.play")


class AuditionHead(Widget):
    """The columns' names, which stay while the readings scroll."""

    DEFAULT_CSS = "AuditionHead { height: 1; width: 1fr; }"

    class Clicked(Message):
        """A column is to be sorted by."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    def __init__(self) -> None:
        super().__init__(id="audition-head")
        self._columns = Columns.over(80)
        self._arranged = Arrangement()

    def fit(self, columns: Columns, arranged: Arrangement) -> None:
        """Stand over these columns."""
        self._columns, self._arranged = columns, arranged
        self.refresh()

    @override
    def render(self) -> Text:
        return head_line(self._columns, self._arranged, palette_from(self.app.theme_variables))

    def on_click(self, event: events.Click) -> None:
        """A click on a name sorts by it."""
        column = self._columns.at(event.x)
        if column is not None:
            self.post_message(self.Clicked(column))
