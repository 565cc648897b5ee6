"""Synthetic conversations as exports see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from studio.export.told import Told, tell
from studio.session.envelope import Envelope
from studio.storage.header import FormatName, Header
from studio.storage.reader import StoredSession, read_session
from studio.storage.writer import SessionWriter

NAME = "2026-01-01T12-00-00_local_0000"


def header(audio_format: FormatName = "pcm16") -> Header:
    return Header(
        started_at=datetime(2026, 1, 1, 12, 0, tzinfo=UTC),
        provider="local",
        model="studio-host",
        input_format=audio_format,
        output_format=audio_format,
    )


def stored(
    envelopes: Sequence[Envelope], sessions_dir: Path, audio_format: FormatName = "pcm16"
) -> StoredSession:
    """These envelopes as a session on disk."""
    folder = sessions_dir / NAME
    folder.mkdir(parents=True)
    writer = SessionWriter(folder, header(audio_format))
    for envelope in envelopes:
        writer.append(envelope)
    writer.close()
    return read_session(folder)


def told(envelopes: Sequence[Envelope]) -> Told:
    """These envelopes without their sound, as if the tracks were lost."""
    return tell(NAME, header(), envelopes, lambda _track, _offset, _length: b"")


def told_from(session: StoredSession) -> Told:
    """A session on disk with its sound."""
    return tell(session.path.name, session.header, session.envelopes(), session.read_track)
