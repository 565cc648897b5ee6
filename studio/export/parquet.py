"""The events of a session as a Parquet table, for DuckDB, pandas and the like.

One row for every event, also for what happened on this machine. `payload` is the event's JSON with
its audio cut out: `{"$audio": {"track", "offset", "bytes"}}` says where it lies in the session's
tracks. Needs the extra `analysis`.
"""

from __future__ import annotations

import io
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from typing_extensions import override

from studio.core.errors import StudioError
from studio.core.text import without_secrets
from studio.export.sharing import Redaction
from studio.export.told import Told
from studio.session.envelope import Origin

if TYPE_CHECKING:
    import pyarrow as pa
    from typing_extensions import Buffer

_ROWS = 16_384
"""In a row group: what is held in memory."""
_MOST_BYTES = 2**32 - 1


class Entry(Protocol):
    """A line of a session's log."""

    @property
    def seq(self) -> int:
        """Its place."""
        ...

    @property
    def at(self) -> float:
        """Session seconds."""
        ...

    @property
    def origin(self) -> Origin:
        """Who said it."""
        ...

    @property
    def body(self) -> str:
        """The frame as the log keeps it, its audio cut out."""
        ...


def write_parquet(
    told: Told, entries: Iterable[Entry], sink: Callable[[bytes], object], redaction: Redaction
) -> None:
    """Write the table.

    Raises:
        StudioError: the extra `analysis` is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as failure:
        raise StudioError(
            "Parquet is written by pyarrow, which is not installed.",
            title="Parquet needs the extra `analysis`",
            hint='Install it with: pip install "realtime-studio[analysis]"',
        ) from failure
    schema = _schema()
    turn_of = _TurnOf(told)
    remaining = iter(entries)
    with pq.ParquetWriter(
        pa.PythonFile(_Sink(sink), mode="w"), schema, compression="zstd"
    ) as writer:
        while rows := [
            _row(told.name, entry, turn_of, redaction) for entry in islice(remaining, _ROWS)
        ]:
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))


class _Sink(io.RawIOBase):
    """What is written to it goes on at once; it cannot be read or searched."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        super().__init__()
        self._take = take

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        taken = bytes(data)
        self._take(taken)
        return len(taken)


def _schema() -> pa.Schema:
    import pyarrow as pa

    word = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field("session", word, nullable=False),
            pa.field("seq", pa.uint64(), nullable=False),
            pa.field("at_s", pa.float64(), nullable=False),
            pa.field("origin", word, nullable=False),
            pa.field("type", word, nullable=False),
            pa.field("event_id", pa.string()),
            pa.field("item_id", pa.string()),
            pa.field("response_id", pa.string()),
            pa.field("call_id", pa.string()),
            pa.field("turn", pa.uint32()),
            pa.field("size_bytes", pa.uint32()),
            pa.field("audio_bytes", pa.uint32(), nullable=False),
            pa.field("payload", pa.string(), nullable=False),
        ]
    )


class _TurnOf:
    """Finds the turn of an event: by its item, by its response, else by the time."""

    def __init__(self, told: Told) -> None:
        self._by_id: dict[str, int] = {}
        self._starts: list[float] = []
        self._indexes: list[int] = []
        for turn in told.turns:
            ids = [said.item.id for said in turn.said]
            ids += [each.id for each in turn.responses]
            ids += [call.item_id for call in turn.calls]
            ids += [turn.user_item_id] if turn.user_item_id else []
            self._by_id |= dict.fromkeys(ids, turn.index)
            if not self._starts or turn.started_at >= self._starts[-1]:
                self._starts.append(turn.started_at)
                self._indexes.append(turn.index)

    def find(self, item_id: str | None, response_id: str | None, at: float) -> int | None:
        for known in (item_id, response_id):
            if known in self._by_id:
                return self._by_id[known or ""]
        place = bisect_right(self._starts, at)
        return self._indexes[place - 1] if place else None


def _row(name: str, entry: Entry, turn_of: _TurnOf, redaction: Redaction) -> dict[str, object]:
    event = _object(entry.body)
    item, response = _part(event, "item"), _part(event, "response")
    item_id = _text(event, "item_id") or _text(item, "id")
    response_id = _text(event, "response_id") or _text(response, "id")
    call_id = _text(event, "call_id") or _text(item, "call_id")
    audio_bytes, cut_bytes = _audio(event)
    size = len(entry.body.encode("utf-8", "surrogatepass")) + cut_bytes
    return {
        "session": name,
        "seq": entry.seq,
        "at_s": entry.at,
        "origin": entry.origin.value,
        "type": _readable(_text(event, "type") or ""),
        "event_id": _id(_text(event, "event_id"), redaction),
        "item_id": _id(item_id, redaction),
        "response_id": _id(response_id, redaction),
        "call_id": _id(call_id, redaction),
        "turn": turn_of.find(item_id, response_id, entry.at),
        "size_bytes": None if entry.origin is Origin.LOCAL else min(size, _MOST_BYTES),
        "audio_bytes": min(audio_bytes, _MOST_BYTES),
        "payload": _readable(without_secrets(redaction.frame(entry.body))),
    }


def _object(body: str) -> dict[str, Any]:
    """The event as a JSON object; an empty one where it is none."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _part(event: dict[str, Any], name: str) -> dict[str, Any]:
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def _text(event: dict[str, Any], name: str) -> str | None:
    value = event.get(name)
    return value if isinstance(value, str) and value else None


def _id(known: str | None, redaction: Redaction) -> str | None:
    return _readable(redaction.id(known)) if known is not None else None


def _audio(event: dict[str, Any]) -> tuple[int, int]:
    """The bytes of an event's audio, and how much longer the frame was with it."""
    for name in ("audio", "delta"):
        span = _part(_part(event, name), "$audio")
        n_bytes = span.get("bytes")
        if isinstance(n_bytes, int):
            place = json.dumps({"$audio": span}, separators=(",", ":"))
            return n_bytes, 2 + (n_bytes + 2) // 3 * 4 - len(place)
    inline = event.get("audio")
    return (len(inline) * 3 // 4 if isinstance(inline, str) else 0), 0


def _readable(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate cannot stand in a table."""
    return text.encode("utf-8", "replace").decode()
