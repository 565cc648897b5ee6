"""The events of a session in memory, live or stored: append-only, compact, decoded when asked.

An hour of talk is some 200,000 lines. They are kept as one run of bytes beside columns of numbers;
an event becomes a value only while somebody looks at it.
"""

from __future__ import annotations

import json
from array import array
from typing import NamedTuple

from studio.protocol.dialect import Dialect
from studio.protocol.values import payload_bytes
from studio.session.envelope import Envelope, Origin
from studio.storage.lines import SPAN, Stored, envelope_of, split_line

_ORIGINS = (Origin.SERVER, Origin.CLIENT, Origin.LOCAL)
_ORIGIN_CODES = {origin: code for code, origin in enumerate(_ORIGINS)}
_AUDIO_KEYS = {
    "input_audio_buffer.append": "audio",
    "response.output_audio.delta": "delta",
    "response.audio.delta": "delta",
}


class Row(NamedTuple):
    """An event as a line in a list.

    Attributes:
        type: the wire's word as it was sent; empty for a frame that is no event.
        size_bytes: of the frame as it crossed the wire.
        audio_bytes: of the audio in it, decoded.
        item_id: the item that it speaks of, or empty.
        response_id: the response that it speaks of, or empty.
    """

    seq: int
    at: float
    origin: Origin
    type: str
    size_bytes: int
    audio_bytes: int
    item_id: str
    response_id: str


class EventStore:
    """All lines of one session, by index from 0."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._text = bytearray()
        self._ends = array("Q")
        self._seqs = array("Q")
        self._ats = array("d")
        self._origins = array("B")
        self._sizes = array("Q")
        self._audio_sizes = array("Q")
        self._words: list[str] = [""]
        self._codes: dict[str, int] = {"": 0}
        self._types = array("I")
        self._item_ids = array("I")
        self._response_ids = array("I")

    def __len__(self) -> int:
        return len(self._ends)

    def append(self, line: str) -> Row:
        """Take a line of the log, without its newline.

        Raises:
            StudioError: it is not a line of a session log.
        """
        stored = split_line(line)
        payload = _payload(stored)
        named = payload.get("type")
        event_type = named if isinstance(named, str) else ""
        audio_bytes = _audio_bytes(payload, event_type)
        encoded = line.encode("utf-8", "surrogatepass")
        self._text += encoded
        self._ends.append(len(self._text))
        self._seqs.append(stored.seq)
        self._ats.append(stored.at)
        self._origins.append(_ORIGIN_CODES[stored.origin])
        self._sizes.append(_wire_bytes(stored, audio_bytes))
        self._audio_sizes.append(audio_bytes)
        self._types.append(self._code(event_type))
        self._item_ids.append(self._code(_id_of(payload, "item")))
        self._response_ids.append(self._code(_id_of(payload, "response")))
        return self.row(len(self) - 1)

    def row(self, index: int) -> Row:
        """One event as a line in a list."""
        return Row(
            self._seqs[index],
            self._ats[index],
            _ORIGINS[self._origins[index]],
            self._words[self._types[index]],
            self._sizes[index],
            self._audio_sizes[index],
            self._words[self._item_ids[index]],
            self._words[self._response_ids[index]],
        )

    def rows(self, start: int, stop: int) -> tuple[Row, ...]:
        """The rows from `start` up to but without `stop`, as far as they are there."""
        return tuple(self.row(index) for index in range(max(0, start), min(stop, len(self))))

    def line(self, index: int) -> str:
        """The line as it stands in the log."""
        start = self._ends[index - 1] if index else 0
        return self._text[start : self._ends[index]].decode("utf-8", "surrogatepass")

    def envelope(self, index: int) -> Envelope:
        """The event as a value."""
        return envelope_of(split_line(self.line(index)), self._dialect)

    def raw(self, index: int) -> str:
        """The frame as the log keeps it: audio is a place in a track."""
        return split_line(self.line(index)).body

    def _code(self, word: str) -> int:
        code = self._codes.get(word)
        if code is None:
            code = self._codes[word] = len(self._words)
            self._words.append(word)
        return code


def _payload(stored: Stored) -> dict[str, object]:
    try:
        payload = json.loads(stored.body)
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _audio_bytes(payload: dict[str, object], event_type: str) -> int:
    audio = payload.get(_AUDIO_KEYS.get(event_type, ""))
    if isinstance(audio, str):
        return payload_bytes(audio)
    span = audio.get("$audio") if isinstance(audio, dict) else None
    n_bytes = span.get("bytes") if isinstance(span, dict) else None
    return n_bytes if isinstance(n_bytes, int) and 0 <= n_bytes < 2**53 else 0


def _wire_bytes(stored: Stored, audio_bytes: int) -> int:
    """The size of the frame: base64 and its quotes count, the place of it in the log does not."""
    in_log = len(stored.body.encode("utf-8", "surrogatepass"))
    match = None if stored.whole else SPAN.search(stored.body)
    if match is None:
        return in_log
    return in_log - len(match.group()) + (audio_bytes + 2) // 3 * 4 + 2


def _id_of(payload: dict[str, object], kind: str) -> str:
    """`item_id`, or the id of the `item` itself; the same for responses."""
    named = payload.get(f"{kind}_id")
    if named is None:
        whole = payload.get(kind)
        named = whole.get("id") if isinstance(whole, dict) else None
    return named if isinstance(named, str) else ""
