"""What the columns of a store hold of a line, taken from its bytes in one fast pass.

Lines as the studio writes them are decoded by msgspec, and only the wanted fields of them. A line
that it refuses (`"raw"` frames, wrong types, no UTF-8, nesting without end) is taken apart by
`lines.split_line`, which is slower and refuses nothing that makes sense.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from studio.core.errors import StudioError
from studio.protocol.values import payload_bytes
from studio.session.envelope import Origin
from studio.storage.lines import LONGEST_S, SPAN, line_text, split_line

ORIGINS = (Origin.SERVER, Origin.CLIENT, Origin.LOCAL)
"""Origins by their code in a column."""
APPEND = "input_audio_buffer.append"
NO_BODY = 255
"""The place of a frame that does not stand in its line as it crossed the wire."""
ESCAPED = 128
"""Beside the place of a frame in which letters stand as escapes, such as `\\u00e9`."""

_ORIGIN_CODES = {origin.value: code for code, origin in enumerate(ORIGINS)}
_AUDIO_KEYS = {
    APPEND: "audio",
    "response.output_audio.delta": "delta",
    "response.audio.delta": "delta",
}
_USUAL_PREFIX = re.compile(
    rb'\{"seq":[0-9]{1,18},"at":[0-9.e+-]{1,32},"origin":"[a-z]{5,6}","event":'
)
"""Fits every line that holds its frame as it was; `split_line` knows the origins and more."""
_CUT = b'{"$audio":{"track":"%b","offset":%d,"bytes":%d}}'
_MARK = b'"$audio"'
_MOST_AUDIO_BYTES = 2**31


@dataclass(slots=True)
class Digest:
    """What columns hold of some lines, in order, without those that are no entries of a log.

    Attributes:
        lines: the lines that are entries, as they were given.
        damaged: the places of those that are none.
        columns: `seq`, `at`, `origin` (its place in `ORIGINS`), `size` (bytes on the wire), `audio`
            (bytes, decoded), and `body`: where in a line the frame begins, which ends before the
            last bracket, with `ESCAPED` where it is so, or `NO_BODY`.
        words: `type`, as it was sent and empty for a frame that is no event, and the ids of the
            `item`, `response` and `call` that it speaks of, or empty.
    """

    lines: Sequence[bytes]
    damaged: list[int]
    columns: dict[str, Sequence[float]]
    words: dict[str, list[str]]


_Moment = Annotated[float, msgspec.Meta(ge=-LONGEST_S, le=LONGEST_S)]
_Place = Annotated[int, msgspec.Meta(ge=0, lt=10**18)]


class _Span(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    track: Literal["input", "output"]
    offset: _Place
    bytes: _Place


class _Cut(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    span: _Span = msgspec.field(name="$audio")


class _Named(msgspec.Struct, gc=False, frozen=True):
    id: str | None = None
    call_id: str | None = None


_NOTHING = _Named()


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    item_id: str | None = None
    item: _Named = _NOTHING
    response_id: str | None = None
    response: _Named = _NOTHING
    call_id: str | None = None
    audio: str | _Cut | None = None
    delta: str | _Cut | None = None


class _Line(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    seq: int
    at: _Moment
    origin: Literal["server", "client", "local"]
    event: _Event


class _Odd(NamedTuple):
    """A line that msgspec did not decode, and what else there is to know of it."""

    line: _Line
    size: int
    audio: int
    body: int


_decode = msgspec.json.Decoder(_Line).decode


def digest(lines: Sequence[bytes]) -> Digest:
    """Take lines apart, without their newlines."""
    parsed: list[_Line] = []
    bodies: list[int] = []
    odd: dict[int, _Odd] = {}
    damaged: list[int] = []
    for number, encoded in enumerate(lines):
        prefix = _USUAL_PREFIX.match(encoded)
        if prefix is not None and encoded.endswith(b"}}"):
            try:
                parsed.append(_decode(encoded))
            except (msgspec.MsgspecError, ValueError, RecursionError):
                pass
            else:
                bodies.append(prefix.end())
                continue
        try:
            told = odd[len(parsed)] = _tolerant(encoded)
        except StudioError:
            damaged.append(number)
        else:
            parsed.append(told.line)
            bodies.append(told.body)
    if damaged:
        lines = [lines[number] for number in sorted({*range(len(lines))}.difference(damaged))]
    audio, added = _audio(lines, parsed)
    sizes = [
        len(encoded) - body - 1 + more
        for encoded, body, more in zip(lines, bodies, added, strict=True)
    ]
    for place, told in odd.items():
        sizes[place], audio[place] = told.size, told.audio
    events = [line.event for line in parsed]
    columns: dict[str, Sequence[float]] = {
        "seq": [line.seq for line in parsed],
        "at": [line.at for line in parsed],
        "origin": [_ORIGIN_CODES[line.origin] for line in parsed],
        "size": sizes,
        "audio": audio,
        "body": _with_escapes(lines, bodies),
    }
    words = {
        "type": [event.type for event in events],
        "item": [event.item_id or event.item.id or "" for event in events],
        "response": [event.response_id or event.response.id or "" for event in events],
        "call": [event.call_id or event.item.call_id or "" for event in events],
    }
    return Digest(lines, damaged, columns, words)


def body_places(bodies: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.int64]:
    """Where in their lines some frames begin, from their column `body`; -1 for `NO_BODY`."""
    places = bodies.astype(np.int64)
    places[bodies == NO_BODY] = -1
    places[places >= ESCAPED] -= ESCAPED
    return places


def _with_escapes(lines: Sequence[bytes], bodies: list[int]) -> list[int]:
    """The column `body`."""
    return [
        body | ESCAPED if b"\\" in encoded and b"\\u" in encoded else body
        for encoded, body in zip(lines, bodies, strict=True)
    ]


def _audio(lines: Sequence[bytes], parsed: list[_Line]) -> tuple[list[int], list[int]]:
    """The bytes of audio in each event, and by how much its frame was longer on the wire."""
    audio = [0] * len(parsed)
    added = [0] * len(parsed)
    for place, line in enumerate(parsed):
        event = line.event
        key = _AUDIO_KEYS.get(event.type)
        payload, other = event.audio, event.delta
        if key != "audio":
            payload, other = None if key is None else event.delta, event.audio
        if isinstance(payload, _Cut):
            span = payload.span
            n_bytes = audio[place] = min(span.bytes, _MOST_AUDIO_BYTES)
            cut = _CUT % (span.track.encode(), span.offset, span.bytes)
            if cut in lines[place] and not isinstance(other, _Cut):
                added[place] = _base64_bytes(n_bytes) - len(cut)
                continue
        elif payload:
            audio[place] = payload_bytes(payload)
        if _MARK in lines[place]:
            added[place] = _added(line_text(lines[place]))
    return audio, added


def _added(text: str) -> int:
    """By how much longer than in the log a frame is once its audio is back in it."""
    span = SPAN.search(text)
    if span is None:
        return 0
    return _base64_bytes(min(int(span[3]), _MOST_AUDIO_BYTES)) - len(span.group())


def _base64_bytes(n_bytes: int) -> int:
    return (n_bytes + 2) // 3 * 4 + 2


def _tolerant(encoded: bytes) -> _Odd:
    stored = split_line(line_text(encoded))
    payload = _payload(stored.body)
    event_type = _word(payload.get("type"))
    item = payload.get("item")
    event = _Event(
        type=event_type,
        item_id=_word(payload.get("item_id")) or _word_in(item, "id"),
        response_id=_word(payload.get("response_id")) or _word_in(payload.get("response"), "id"),
        call_id=_word(payload.get("call_id")) or _word_in(item, "call_id"),
    )
    audio_bytes = _audio_bytes(payload, event_type)
    size = len(stored.body.encode("utf-8", "surrogatepass"))
    if not stored.whole:
        size += _added(stored.body)
    usual = _USUAL_PREFIX.match(encoded)
    body = NO_BODY if usual is None else usual.end()
    line = _Line(stored.seq, stored.at, stored.origin.value, event)
    return _Odd(line, size, audio_bytes, body)


def _payload(body: str) -> dict[str, object]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _audio_bytes(payload: dict[str, object], event_type: str) -> int:
    audio = payload.get(_AUDIO_KEYS.get(event_type, ""))
    if isinstance(audio, str):
        return payload_bytes(audio)
    span = audio.get("$audio") if isinstance(audio, dict) else None
    n_bytes = span.get("bytes") if isinstance(span, dict) else None
    if not isinstance(n_bytes, int):
        return 0
    return max(0, min(n_bytes, _MOST_AUDIO_BYTES))


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _word_in(value: object, key: str) -> str:
    return _word(value.get(key)) if isinstance(value, dict) else ""
