"""Sessions on disk, as the tests of storage make them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from studio.protocol.dialect import Dialect
from studio.session.envelope import Envelope, Origin
from studio.session.local import ProblemSeen
from studio.storage.header import Header
from studio.storage.writer import SessionWriter

STARTED = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def header(dialect: Dialect = Dialect.GA, **fields: str) -> Header:
    return Header.model_validate({"started_at": STARTED, "dialect": dialect} | fields)


def noted(seq: int, at: float, message: str = "x") -> Envelope:
    event = ProblemSeen(severity="info", title="t", message=message)
    return Envelope(seq, at, Origin.LOCAL, event)


def write(folder: Path, envelopes: tuple[Envelope, ...], dialect: Dialect = Dialect.GA) -> None:
    writer = SessionWriter(folder, header(dialect))
    for envelope in envelopes:
        writer.append(envelope)
    writer.close("done")
    assert writer.take_failure() is None
