"""The list of turns and what was found in them, with a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from typing_extensions import override

from studio.ui.present.turn_rows import FindingRow, ListRow, list_line
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_READING = (" The session is being read.",)
_EMPTY = (
    " No turn yet.",
    "",
    " Each stands here with what was found",
    " in it: who was cut off, what was",
    " missed, which answer was slow.",
)


class TurnList(Lines):
    """Turns and findings. The cursor holds on to a row; at the last one it follows."""

    can_focus = False

    class Moved(Message):
        """The hand moved the cursor to another row."""

    def __init__(self) -> None:
        super().__init__(id="turn-list")
        self.following = True
        self._rows: Sequence[ListRow] = ()
        self._empty: Sequence[str] = _EMPTY
        self._key: object = None

    @property
    def rows(self) -> Sequence[ListRow]:
        """All rows."""
        return self._rows

    @property
    def row(self) -> ListRow | None:
        """The row at the cursor; None where there are none."""
        return self._rows[self._place] if self._rows else None

    @property
    def _place(self) -> int:
        if self.following:
            return len(self._rows) - 1
        at = (place for place, row in enumerate(self._rows) if _key(row) == self._key)
        return next(at, len(self._rows) - 1)

    def show(self, rows: Sequence[ListRow], *, is_reading: bool = False) -> None:
        """Draw these; the cursor stays on its row. More may come while a session is read."""
        self._rows = rows
        self._empty = _READING if is_reading else _EMPTY
        self.changed()
        if self._rows:
            self.show_line(self._place)

    def forget(self) -> None:
        """Another session: its end is followed."""
        self.following, self._key = True, None

    def move(self, rows: int) -> None:
        """Move the cursor."""
        if self._rows:
            self._go(min(max(self._place + rows, 0), len(self._rows) - 1))

    def find(self, step: int) -> bool:
        """Go to the next finding, or the one before; round at the ends. Whether there is one."""
        found = [at for at, row in enumerate(self._rows) if isinstance(row, FindingRow)]
        if not found:
            return False
        if step > 0:
            place = next((at for at in found if at > self._place), found[0])
        else:
            place = next((at for at in reversed(found) if at < self._place), found[-1])
        self._go(place)
        return True

    def begin(self) -> None:
        """Go to the first finding of a session that is whole; where there is none, to its end.

        Mild ones are passed over, unless there are no others.
        """
        self.following = True
        found = [row for row in self._rows if isinstance(row, FindingRow)]
        first = next((row for row in found if not row.is_mild), found[0] if found else None)
        if first is not None:
            self._key, self.following = _key(first), False
        self.show(self._rows)

    def follow(self) -> None:
        """Go to the last row, and with it."""
        self.following = True
        self.show(self._rows)

    def select(self, at: float) -> None:
        """Put the cursor on the row that began last by a session second, telling nobody."""
        place = 0
        for number, row in enumerate(self._rows):
            if row.at <= at:
                place = number
        if self._rows:
            self._key, self.following = _key(self._rows[place]), False
            self.show_line(place)
            self.refresh()

    def _go(self, place: int) -> None:
        self._key, self.following = _key(self._rows[place]), False
        self.show_line(place)
        self.refresh()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        if self._rows:
            self.show_line(self._place)

    def on_click(self, event: events.Click) -> None:
        """A click goes to the row."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._rows):
            self._go(place)

    @override
    def line_count(self) -> int:
        return len(self._rows) or len(self._empty)

    @override
    def line(self, index: int, width: int) -> Text:
        if not self._rows:
            return Text(self._empty[index], self.palette.muted, no_wrap=True, end="")
        return list_line(self._rows[index], self.palette, width, is_at=index == self._place)

    @override
    def highlighted(self) -> int:
        return self._place if self._rows else -1


def _key(row: ListRow) -> object:
    return row.key if isinstance(row, FindingRow) else row.number
