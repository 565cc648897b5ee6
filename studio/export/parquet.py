"""The events of a session as a Parquet table, for DuckDB, pandas and the like.

One row for every event, also for what happened on this machine; its turn, its ids and its size are
those of `studio events`. `payload` is the event's JSON with its audio cut out: `{"$audio":
{"track", "offset", "bytes"}}` says where it lies in the session's tracks. Needs the extra
`analysis`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from typing_extensions import override

from studio.core.errors import StudioError
from studio.core.text import without_secrets
from studio.export.sharing import Redaction
from studio.export.told import Told
from studio.session import facts
from studio.session.envelope import Origin

if TYPE_CHECKING:
    import pyarrow as pa
    from typing_extensions import Buffer

_ROWS = 16_384
"""In a row group: what is held in memory."""


class Row(Protocol):
    """What is known of an event without its payload; ids are empty where there are none."""

    @property
    def seq(self) -> int:
        """Its number."""

    @property
    def at(self) -> float:
        """Session seconds."""

    @property
    def origin(self) -> Origin:
        """Who said it."""

    @property
    def type(self) -> str:
        """The wire's word."""

    @property
    def size_bytes(self) -> int:
        """Of the frame as it crossed the wire."""

    @property
    def audio_bytes(self) -> int:
        """Of the audio in it, decoded."""

    @property
    def item_id(self) -> str:
        """The item that it speaks of."""

    @property
    def response_id(self) -> str:
        """The response that it speaks of."""

    @property
    def call_id(self) -> str:
        """The function call that it speaks of."""


class Events(facts.Events, Protocol):
    """The events of a session, by position from 0."""

    def __len__(self) -> int:
        """How many there are."""

    def row(self, index: int) -> Row:
        """What is known of one."""

    def raw(self, index: int) -> str:
        """Its frame as the log keeps it, its audio cut out."""


def write_parquet(
    told: Told,
    events: Events,
    sink: Callable[[bytes], object],
    redaction: Redaction,
    tick: Callable[[float], None] = lambda _part: None,
) -> None:
    """Write the table.

    `tick` is told how much of it is written, from 0 to 1.

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
    with pq.ParquetWriter(
        pa.PythonFile(_Sink(sink), mode="w"), schema, compression="zstd"
    ) as writer:
        rows = _rows(told, events, redaction)
        for start in range(0, len(events), _ROWS):
            batch = list(islice(rows, _ROWS))
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=schema))
            tick(start / len(events))


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
            pa.field("turn", pa.uint32(), nullable=False),
            pa.field("size_bytes", pa.uint32()),
            pa.field("audio_bytes", pa.uint32(), nullable=False),
            pa.field("payload", pa.string(), nullable=False),
        ]
    )


def _rows(told: Told, events: Events, redaction: Redaction) -> Iterator[dict[str, object]]:
    turns = facts.facts_of(told.state, events, known=told.turns).turn.tolist()
    for position, turn in enumerate(turns):
        row, frame = events.row(position), events.raw(position)
        yield {
            "session": told.name,
            "seq": row.seq,
            "at_s": row.at,
            "origin": row.origin.value,
            "type": _readable(redaction.protocol_word(row.type)),
            "event_id": _id(_event_id(frame), redaction),
            "item_id": _id(row.item_id, redaction),
            "response_id": _id(row.response_id, redaction),
            "call_id": _id(row.call_id, redaction),
            "turn": turn,
            "size_bytes": None if row.origin is Origin.LOCAL else row.size_bytes,
            "audio_bytes": row.audio_bytes,
            "payload": _readable(without_secrets(redaction.frame(frame))),
        }


def _event_id(frame: str) -> str:
    try:
        event = json.loads(frame)
    except (ValueError, RecursionError):
        return ""
    known = event.get("event_id") if isinstance(event, dict) else None
    return known if isinstance(known, str) else ""


def _id(known: str, redaction: Redaction) -> str | None:
    return _readable(without_secrets(redaction.id(known))) if known else None


def _readable(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate cannot stand in a table."""
    return text.encode("utf-8", "replace").decode()
