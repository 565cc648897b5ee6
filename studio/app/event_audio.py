"""The audio of one event of a session's folder, also while the session is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.audio.wav import track_data
from studio.core.errors import StudioError
from studio.protocol.values import StoredAudio
from studio.storage.folders import TRACK_NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from studio.session.envelope import Envelope


def event_audio(folder: Path, envelope: Envelope) -> bytes | None:
    """The bytes in the wire's format, fewer where the track lost some; None where there is none."""
    kept = next((each for each in _payloads(envelope) if isinstance(each, StoredAudio)), None)
    if kept is None:
        return None
    track = folder / TRACK_NAMES[kept.span.track]
    if not track.is_file():  # a pipe of that name would be waited for
        return None
    try:
        data = track_data(track)
        with track.open("rb") as file:
            file.seek(data.data_offset + kept.span.offset)
            return file.read(kept.span.bytes)
    except (OSError, StudioError):
        return None


def _payloads(envelope: Envelope) -> tuple[object, ...]:
    event = envelope.event
    return getattr(event, "audio", None), getattr(event, "delta", None)
