"""What can be asked of the events of a session: rows, lines, values, columns and text search.

Memory holds 62 bytes of an event, and the ids once. A line itself is read through a memory map of
the log when somebody looks at it, or is waiting in memory until the log holds it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.session.envelope import Envelope, Origin
from studio.storage.columns import Columns, Table, Words
from studio.storage.digest import ESCAPED, NO_BODY, ORIGINS, body_places
from studio.storage.lines import envelope_of, line_text, split_line
from studio.storage.logview import LogView
from studio.storage.search import Needle, search

_ROWS_AT_ONCE = 1024


class Row(NamedTuple):
    """An event as a line in a list.

    Attributes:
        type: the wire's word as it was sent; empty for a frame that is no event.
        size_bytes: of the frame as it crossed the wire.
        audio_bytes: of the audio in it, decoded.
        item_id: the item that it speaks of, or empty.
        response_id: the response that it speaks of, or empty.
        call_id: the function call that it speaks of, or empty.
    """

    seq: int
    at: float
    origin: Origin
    type: str
    size_bytes: int
    audio_bytes: int
    item_id: str
    response_id: str
    call_id: str = ""


class Events:
    """All lines of one session, by position from 0.

    Args:
        dialect: how the wire's words are read.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._table = Table()
        self._words = Words()
        self._view: LogView | None = None
        self._header_bytes = 0
        self._waiting: list[bytes] = []

    def __len__(self) -> int:
        return len(self._table)

    @property
    def columns(self) -> Columns:
        """All events as columns of numbers."""
        return Columns(*(self._table.column(name) for name in Columns._fields))

    def row(self, index: int) -> Row:
        """One event as a line in a list."""
        index = range(len(self))[index]
        cell, words = self._table.cell, self._words.spelled
        return Row(
            cell("seq", index),
            cell("at", index),
            ORIGINS[cell("origin", index)],
            words[cell("type", index)],
            cell("size", index),
            cell("audio", index),
            words[cell("item", index)],
            words[cell("response", index)],
            words[cell("call", index)],
        )

    def rows(self, start: int, stop: int) -> tuple[Row, ...]:
        """The rows from `start` up to but without `stop`, as far as they are there."""
        return tuple(self.row(index) for index in range(max(0, start), min(stop, len(self))))

    def line(self, index: int) -> str:
        """The line as it stands in the log, in the current version of its format."""
        index = range(len(self))[index]
        return self._current(line_text(self._encoded(index)), self._table.cell("seq", index))

    def envelope(self, index: int) -> Envelope:
        """The event as a value.

        Raises:
            StudioError: its local event is none that this version knows, or the log has lost it.
        """
        return envelope_of(split_line(self.line(index)), self.dialect)

    def raw(self, index: int) -> str:
        """The frame as the log keeps it: audio is a place in a track.

        Raises:
            StudioError: the log has lost it.
        """
        return split_line(self.line(index)).body

    def frames(self, start: int, stop: int) -> Iterator[bytes]:
        """The frames from `start` to before `stop` as the log keeps them, many read at a time.

        One that does not stand in its line as it crossed the wire is empty: `raw` tells it.
        """
        settled = min(stop, len(self) - len(self._waiting))
        for first in range(start, settled, _ROWS_AT_ONCE):
            rows = slice(first, min(first + _ROWS_AT_ONCE, settled))
            starts, lengths = (
                self._table.column(name)[rows].astype(np.int64) for name in ("start", "length")
            )
            ends = starts + lengths - 1
            places = body_places(self._table.column("body")[rows])
            begins = np.where(places < 0, ends, starts + places)
            assert self._view is not None
            low, high = self._header_bytes + int(starts[0]), self._header_bytes + int(ends[-1])
            text = self._view.read(low, high)
            self._view.forget(low, high)
            cuts = zip((begins - starts[0]).tolist(), (ends - starts[0]).tolist(), strict=True)
            yield from (text[begin:end] for begin, end in cuts)
        for index in range(max(start, settled), stop):
            line, body = self._encoded(index), self._table.cell("body", index)
            yield b"" if body == NO_BODY else line[body & ~ESCAPED : -1]

    def payload(self, index: int) -> object:
        """The frame as JSON values; None where it is no JSON."""
        try:
            raw = self.raw(index)
        except StudioError:
            return None
        try:
            return msgspec.json.decode(raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            return None

    def word(self, code: int) -> str:
        """The type or id that a column names by this code; 0 is the empty word."""
        return self._words.spelled[code]

    def code(self, word: str) -> int | None:
        """The code of a type or id; None where no event names it."""
        return self._words.get(word)

    def codes(self, where: Callable[[str], bool]) -> NDArray[np.uint32]:
        """The codes of all words that a test accepts."""
        chosen = [code for code, word in enumerate(self._words.spelled) if where(word)]
        return np.array(chosen, np.uint32)

    @property
    def may_hold_escapes(self) -> bool:
        """Whether letters stand as escapes in any frame, as far as is known."""
        return bool((self._table.column("body") >= ESCAPED).any())

    def find(
        self, text: str, *, ignore_case: bool = True, start: int = 0, stop: int | None = None
    ) -> NDArray[np.uint32]:
        """The positions from `start` to before `stop` whose frame as kept holds the text."""
        start, stop, _ = slice(start, stop).indices(len(self))
        if not text:
            return np.arange(start, stop, dtype=np.uint32)
        needle = Needle(text, ignore_case=ignore_case)
        settled = max(start, min(stop, len(self) - len(self._waiting)))
        columns = {
            name: self._table.column(name)[start:settled] for name in ("start", "length", "body")
        }
        found = []
        if self._view is not None:
            rows = search(needle, self._view, self._header_bytes, columns)
            found.append(rows + np.uint32(start))
        bodiless = np.flatnonzero(columns["body"] == NO_BODY) + start
        rest = [*bodiless.tolist(), *range(settled, stop)]
        found.append(np.array([at for at in rest if needle.is_in(self._frame(at))], np.uint32))
        return np.sort(np.concatenate(found))

    def _current(self, line: str, seq: int) -> str:  # noqa: ARG002
        """A line of the log in the current version of its format."""
        return line

    def _frame(self, index: int) -> str:
        try:
            return self.raw(index)
        except StudioError:
            return ""

    def _encoded(self, index: int) -> bytes:
        settled = len(self) - len(self._waiting)
        if index >= settled:
            return self._waiting[index - settled]
        assert self._view is not None
        start = self._header_bytes + self._table.cell("start", index)
        return self._view.read(start, start + self._table.cell("length", index))
