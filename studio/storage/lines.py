"""One line of a session log: an envelope, its audio kept in a track, its frame kept to the byte.

A line is `{"seq":N,"at":S,"origin":O,"event":FRAME}`. FRAME is the frame's own text, so whitespace,
key order and escapes survive; only base64 audio is cut out of it, and `{"$audio":{"track":T,
"offset":B,"bytes":B}}` stands in its place. Where that could not be undone to the byte (no JSON on
one line, base64 that is not canonical, a frame that speaks of `$audio` itself), the line holds
`"raw":` and the frame as a JSON string instead, audio and all. Local events have no frame; their
own JSON stands there.

A line that another tool wrote anew, with blanks or its keys in another order, is read as well. Its
frame is what the JSON says, spelled without blanks: the bytes of the wire are not to be had.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from studio.core.errors import StudioError
from studio.protocol.codec import decode_client, decode_server
from studio.protocol.dialect import Dialect
from studio.protocol.events import (
    InputAudioBufferAppend,
    Malformed,
    ResponseOutputAudioDelta,
    WireEvent,
)
from studio.session.envelope import Envelope, Origin
from studio.session.local import LocalEvent, read_local

Track = Literal["input", "output"]
ReadTrack = Callable[[Track, int, int], bytes]
"""Reads (track, offset, length) bytes of audio; fewer where the track is shorter."""

_MARK = "$audio"
LONGEST_S = 1e12
"""No moment of a session is further from its beginning."""
PREFIX = re.compile(
    r'\{"seq":(\d{1,18}),"at":(-?[0-9.e+-]{1,32}),"origin":"(server|client|local)","(event|raw)":',
    re.ASCII,
)
"""What a line begins with: seq, at, origin, and the form of the frame that follows."""
SPAN = re.compile(
    r'\{"\$audio":\{"track":"(input|output)","offset":(\d{1,18}),"bytes":(\d{1,18})\}\}',
    re.ASCII,
)
"""What stands in a line in place of base64: track, offset, bytes."""
_KEYS = {
    "input": re.compile(r'"audio"[ \t]*:[ \t]*\Z'),
    "output": re.compile(r'"delta"[ \t]*:[ \t]*\Z'),
}
_LONGEST_KEY = 32
_BYTE_ORDER_MARK = "\ufeff"
_SPAN_KEYS = ("track", "offset", "bytes")
_SEQ_BELOW = 10**18


def line_text(encoded: bytes) -> str:
    """A line's text, without a byte-order mark; what is no UTF-8 becomes replacement characters."""
    try:
        text = encoded.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = encoded.decode("utf-8", "replace")
    return text.removeprefix(_BYTE_ORDER_MARK)


class Audio(NamedTuple):
    """The audio of an envelope: its track, its bytes, and the base64 that spelled them.

    `payload` is None where the bytes have to be kept with the line, because the base64 cannot be
    rebuilt from them.
    """

    track: Track
    data: bytes
    payload: str | None


def audio_of(envelope: Envelope) -> Audio | None:
    """The audio that an envelope carries over the wire, decoded; None where it carries none."""
    event = envelope.event
    if type(event) is InputAudioBufferAppend and envelope.origin is Origin.CLIENT:
        track: Track = "input"
        payload = event.audio
    elif type(event) is ResponseOutputAudioDelta and envelope.origin is Origin.SERVER:
        track, payload = "output", event.delta
    else:
        return None
    if not isinstance(payload, str):
        return None
    try:
        data = a2b_base64(payload)
    except (NotBase64, ValueError):
        return None
    exact = b2a_base64(data, newline=False) == payload.encode("ascii", "replace")
    return Audio(track, data, payload if exact else None)


def write_line(envelope: Envelope, audio: Audio | None = None, offset: int | None = None) -> str:
    """The line for an envelope, without its newline.

    Args:
        envelope: what happened; `raw` is the frame as it crossed the wire.
        audio: what `audio_of` found.
        offset: where those bytes stand in the track; None where they could not be written.
    """
    head = f'{{"seq":{envelope.seq},"at":{envelope.at!r},"origin":"{envelope.origin.value}",'
    if envelope.origin is Origin.LOCAL:
        body = json.dumps(_local_json(envelope.event), ensure_ascii=True, separators=(",", ":"))
        return f'{head}"event":{body}}}'
    frame = envelope.raw
    if _holds(envelope.event, frame):
        if audio is not None and audio.payload and offset is not None:
            cut = _cut(frame, audio, audio.payload, offset)
            if cut is not None:
                return f'{head}"event":{cut}}}'
        return f'{head}"event":{frame}}}'
    return f'{head}"raw":{json.dumps(frame)}}}'


def _local_json(event: WireEvent | LocalEvent) -> object:
    return event.model_dump(mode="json", exclude_unset=True) | {"type": event.type}


def _holds(event: WireEvent | LocalEvent, frame: str) -> bool:
    """Whether the frame can stand in a line as it is."""
    return (
        type(event) is not Malformed
        and "\n" not in frame
        and "\r" not in frame
        and _MARK not in frame
        and (frame.isascii() or _is_utf8(frame))
    )


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cut(frame: str, audio: Audio, payload: str, offset: int) -> str | None:
    """The frame with its base64 replaced; None where the text does not hold it as expected."""
    literal = f'"{payload}"'
    at = frame.find(literal)
    if at < 0 or frame.find(literal, at + 1) >= 0:
        return None
    if _KEYS[audio.track].search(frame[max(0, at - _LONGEST_KEY) : at]) is None:
        return None
    span = f'{{"track":"{audio.track}","offset":{offset},"bytes":{len(audio.data)}}}'
    return f'{frame[:at]}{{"{_MARK}":{span}}}{frame[at + len(literal) :]}'


class Stored(NamedTuple):
    """A line taken apart, its event not decoded.

    `body` is the frame as the log keeps it; whether it is `whole` says that no audio was cut out.
    """

    seq: int
    at: float
    origin: Origin
    body: str
    whole: bool


def split_line(line: str) -> Stored:
    """Take a line apart.

    Raises:
        StudioError: it is not a line of a session log.
    """
    line = line.rstrip("\r\n")
    match = PREFIX.match(line)
    if match is None:
        return _respelled(line)
    if not line.endswith("}"):
        raise _unreadable()
    seq, at, origin, form = match.groups()
    kept = line[match.end() : -1]
    try:
        body: object = json.loads(kept) if form == "raw" else kept
        moment = float(at)
    except (ValueError, RecursionError) as failure:
        raise _unreadable() from failure
    if not isinstance(body, str) or not abs(moment) <= LONGEST_S:
        raise _unreadable()
    return Stored(int(seq), moment, Origin(origin), body, form == "raw" or _MARK not in body)


def _respelled(line: str) -> Stored:
    """Take a line apart that has the keys of ours, in whatever order and with whatever blanks."""
    try:
        fields = json.loads(line, object_pairs_hook=_with_usual_span)
        seq, at, origin = int(fields["seq"]), float(fields["at"]), Origin(fields["origin"])
        is_raw = "event" not in fields
        body = fields["raw"] if is_raw else json.dumps(fields["event"], separators=(",", ":"))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as failure:
        raise _unreadable() from failure
    is_sound = isinstance(body, str) and 0 <= seq < _SEQ_BELOW and abs(at) <= LONGEST_S
    if not is_sound or type(fields["seq"]) is not int or isinstance(fields["at"], bool | str):
        raise _unreadable()
    return Stored(seq, at, origin, body, is_raw or _MARK not in body)


def _with_usual_span(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; the place of audio with its keys as `SPAN` has them."""
    fields = dict(pairs)
    span = fields.get(_MARK)
    if isinstance(span, dict) and span.keys() == set(_SPAN_KEYS):
        fields[_MARK] = {key: span[key] for key in _SPAN_KEYS}
    return fields


def read_line(line: str, dialect: Dialect) -> Envelope:
    """The envelope of a line; audio stays where it is, as `StoredAudio`.

    Raises:
        StudioError: it is not a line of a session log.
    """
    return envelope_of(split_line(line), dialect)


def envelope_of(stored: Stored, dialect: Dialect) -> Envelope:
    """The envelope of a line that was taken apart.

    Raises:
        StudioError: its local event is none that this version knows.
    """
    event: WireEvent | LocalEvent
    if stored.origin is Origin.SERVER:
        event = decode_server(stored.body, dialect)
    elif stored.origin is Origin.CLIENT:
        event = decode_client(stored.body, dialect)
    else:
        try:
            event = read_local(stored.body)
        except ValueError as failure:
            raise _unreadable() from failure
        return Envelope(stored.seq, stored.at, stored.origin, event)
    return Envelope(stored.seq, stored.at, stored.origin, event, stored.body)


def raw_frame(line: str, read_track: ReadTrack) -> str:
    """The frame of a line exactly as it crossed the wire; a local event's JSON.

    Raises:
        StudioError: it is not a line of a session log, or its audio is gone from the track.
    """
    stored = split_line(line)
    if stored.whole or stored.origin is Origin.LOCAL:
        return stored.body
    match = SPAN.search(stored.body)
    if match is None:
        return stored.body
    track: Track = "input" if match[1] == "input" else "output"
    offset, length = int(match[2]), int(match[3])
    data = read_track(track, offset, length)
    if len(data) != length:
        raise StudioError(
            f"{length:,} bytes of {track} audio at offset {offset:,} are not in the track.",
            title="Audio of the session is missing",
            hint="The events can still be read; only this frame cannot be rebuilt.",
        )
    payload = b64encode(data).decode("ascii")
    return f'{stored.body[: match.start()]}"{payload}"{stored.body[match.end() :]}'


def _unreadable() -> StudioError:
    return StudioError("A line is not an entry of a session log.", title="Unreadable line")
