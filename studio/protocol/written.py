"""JSON as it is being written: what it says so far, where each value stands, where the hand is.

It reads text that is not whole yet, so nothing here raises; `fault` says what keeps it from being
JSON. Places are offsets in characters.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from studio.protocol.catalog import Path

_TOKEN = re.compile(
    r'(?P<space>\s+)|(?P<string>"(?:[^"\\\n]|\\.)*"?)|(?P<mark>[{}\[\],:])|(?P<word>[^\s{}\[\],:"]+)'
)
_DEEPEST = 200

MOST_TOKENS = 20_000
"""About 50 ms of reading, which a hand that types does not feel."""

_WORDS = {
    "Expecting value": "a value is missing",
    "Expecting ',' delimiter": "a comma is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name enclosed in double quotes": "a name in quotation marks is missing",
    "Illegal trailing comma before end of object": "a comma has nothing after it",
    "Illegal trailing comma before end of array": "a comma has nothing after it",
    "Unterminated string starting at": "a text is not closed",
    "Invalid control character at": "a text holds a line break or another control character",
    "Invalid \\escape": "an escape that JSON does not have",
    "Extra data": "there is more after its end",
}

Sort = Literal["key", "string", "number", "word", "mark"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hand:
    """What the cursor is writing.

    Attributes:
        path: the object or array it is in; of a value in an object, the field.
        holder: the fields that the object has, wherever they stand; empty for an array.
        is_key: whether a field's name is written here, rather than a value.
        span: what is written so far, to be replaced by what is accepted.
        typed: its text without quotation marks.
        has_colon: whether a name is followed by a colon already.
    """

    path: Path
    holder: dict[str, Any]
    is_key: bool
    span: Span
    typed: str
    has_colon: bool = False


@dataclass(slots=True)
class Written:
    """A text, read as far as it goes.

    Attributes:
        value: what it says; None where it says nothing yet.
        spans: where each value stands, by its path.
        keys: where each field's name stands, by the field's path.
        tokens: spans and sorts of what is in it, for colouring.
        fault: where it stops being JSON, and why; None where it is whole.
        hand: what the cursor is writing; None where there is nothing to write.
    """

    value: Any = None
    spans: dict[Path, Span] = field(default_factory=dict)
    keys: dict[Path, Span] = field(default_factory=dict)
    tokens: list[tuple[int, int, Sort]] = field(default_factory=list)
    fault: tuple[int, str] | None = None
    hand: Hand | None = None

    def place_of(self, path: Path) -> Span:
        """Where to point for a path: its name, its value, or the nearest object around it."""
        for end in range(len(path), -1, -1):
            found = self.keys.get(path[:end]) or self.spans.get(path[:end])
            if found is not None:
                return found if end == len(path) else (found[0], min(found[1], found[0] + 1))
        return (0, 1)


def read(text: str, cursor: int = -1) -> Written:
    """Read a text; `cursor` is where the hand is, -1 for nowhere.

    Of one of more than `MOST_TOKENS` only the value and the fault are told.
    """
    fault = fault_of(text)
    reader = _Reader(text, cursor)
    for count, match in enumerate(_TOKEN.finditer(text)):
        if count == MOST_TOKENS:
            return Written(None if fault else json.loads(text), fault=fault)
        reader.take(match)
    written = reader.finish()
    written.fault = fault
    return written


def on_one_line(text: str) -> str:
    """The same JSON without line breaks and indents; every other character stays.

    A text that is no JSON stays as it is.
    """
    if fault_of(text) is not None:
        return text
    pieces = (match.group() for match in _TOKEN.finditer(text))
    return "".join("" if piece.isspace() and "\n" in piece else piece for piece in pieces)


def fault_of(text: str) -> tuple[int, str] | None:
    """Where a text stops being JSON, and why; None where it is whole."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos, _WORDS.get(error.msg, error.msg)
    except (RecursionError, ValueError):
        return 0, "nested too deeply, or a number of too many digits"
    return None


@dataclass(slots=True)
class _Frame:
    """An object or array that is open."""

    holder: dict[str, Any] | list[Any]
    path: Path
    start: int
    key: str | None = None
    expects: Literal["key", "colon", "value", "comma"] = "value"

    @property
    def here(self) -> Path:
        """The path of the value that comes next."""
        if isinstance(self.holder, list):
            return (*self.path, len(self.holder))
        return (*self.path, self.key) if self.key is not None else self.path


class _Reader:
    """Reads glyph by glyph; objects are filled while they are open."""

    def __init__(self, text: str, cursor: int) -> None:
        self._text, self._cursor = text, cursor
        self._written = Written()
        self._open: list[_Frame] = []
        self._is_placed = cursor < 0

    def take(self, match: re.Match[str]) -> None:
        """The next glyph."""
        start, end = match.span()
        sort, glyph = match.lastgroup, match.group()
        is_word = sort in ("string", "word")
        if not self._is_placed and (self._cursor < end or (is_word and self._cursor == end)):
            if is_word and self._cursor > start:
                self._place((start, end), self._text[start : self._cursor].lstrip('"'))
            elif sort != "space" or self._cursor <= end:
                self._place((self._cursor, self._cursor), "")
        if sort == "mark":
            self._written.tokens.append((start, end, "mark"))
            self._mark(glyph, start, end)
        elif is_word:
            self._word(glyph, start, end)

    def finish(self) -> Written:
        """All that was read."""
        if not self._is_placed:
            self._place((self._cursor, self._cursor), "")
        return self._written

    def _place(self, span: Span, typed: str) -> None:
        self._is_placed = True
        frame = self._open[-1] if self._open else None
        if frame is None or frame.expects in ("colon", "comma"):
            return
        is_key = frame.expects == "key"
        holder = frame.holder if isinstance(frame.holder, dict) else {}
        has_colon = is_key and self._text[span[1] :].lstrip().startswith(":")
        path = frame.path if is_key else frame.here
        self._written.hand = Hand(path, holder, is_key, span, typed, has_colon)

    def _mark(self, glyph: str, start: int, end: int) -> None:
        frame = self._open[-1] if self._open else None
        if glyph in "{[":
            if len(self._open) < _DEEPEST:
                self._begin({} if glyph == "{" else [], start)
        elif frame is None:
            return
        elif glyph in "}]":
            self._open.pop()
            self._written.spans[frame.path] = (frame.start, end)
            if self._open:
                self._open[-1].expects = "comma"
        elif glyph == ":" and isinstance(frame.holder, dict):
            frame.expects = "value"
        elif glyph == ",":
            frame.key = None
            frame.expects = "key" if isinstance(frame.holder, dict) else "value"

    def _begin(self, holder: dict[str, Any] | list[Any], start: int) -> None:
        path: Path = self._open[-1].here if self._open else ()
        self._written.spans[path] = (start, len(self._text))
        self._put(holder)
        expects: Literal["key", "value"] = "key" if isinstance(holder, dict) else "value"
        self._open.append(_Frame(holder, path, start, expects=expects))

    def _word(self, glyph: str, start: int, end: int) -> None:
        frame = self._open[-1] if self._open else None
        is_key = frame is not None and frame.expects == "key"
        value = _value(glyph)
        sort: Sort = "word"
        if glyph[0] == '"':
            sort = "key" if is_key else "string"
        elif isinstance(value, int | float) and not isinstance(value, bool):
            sort = "number"
        self._written.tokens.append((start, end, sort))
        if frame is not None and is_key:
            frame.key, frame.expects = str(value), "colon"
            self._written.keys[frame.here] = (start, end)
            return
        self._written.spans[frame.here if frame else ()] = (start, end)
        self._put(value)

    def _put(self, value: object) -> None:
        if not self._open:
            self._written.value = value
            return
        frame = self._open[-1]
        if isinstance(frame.holder, list):
            frame.holder.append(value)
        elif frame.key is not None:
            frame.holder[frame.key] = value
        frame.expects = "comma"


def _value(glyph: str) -> Any:  # noqa: ANN401 a JSON scalar
    """A scalar; what is none of JSON's comes back as the text it is."""
    try:
        return json.loads(glyph)
    except ValueError:
        return glyph.strip('"')
