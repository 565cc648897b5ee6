"""The way to the server while it is used: how long it takes, and whether anything gets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.session.local import LinkMeasured, ProblemSeen

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.session.local import LocalEvent
    from studio.transport.peer import Connection

TELL_EVERY_S = 10.0
_NOTABLE_MS, _NOTABLE_PART = 5.0, 0.25

STALLED_MS = 1_000
"""Audio that the other end has not taken, from which on the connection is stuck."""

_BASE64 = 4 / 3
_HINT = "What is said now arrives late, or never. Check the network."
_LOCAL_HINT = (
    "What is said now arrives late, or never. The local server is busy, or its machine is slow: "
    "end what else works there."
)


class LinkWatch:
    """Tells what changed about a connection.

    Args:
        audio_format: of what is sent.
        is_local: whether the other end is the local server, which no network is to blame for.
    """

    def __init__(self, audio_format: AudioFormat, *, is_local: bool = False) -> None:
        self._hint = _LOCAL_HINT if is_local else _HINT
        self._stalled_bytes = STALLED_MS * audio_format.bytes_per_ms * _BASE64
        self._told_ms: float | None = None
        self._told_at = 0.0
        self._is_stalled = False

    def look(self, connection: Connection, now: float) -> list[LocalEvent]:
        """What is worth telling at session second `now`."""
        return [*self._measured(connection.rtt_ms, now), *self._stalled(connection.unsent_bytes)]

    def _measured(self, rtt_ms: float | None, now: float) -> list[LocalEvent]:
        """A way that takes notably longer or shorter at once, any other now and then."""
        told_ms = self._told_ms
        if rtt_ms is None or rtt_ms == told_ms:
            return []
        if told_ms is not None and now - self._told_at < TELL_EVERY_S:
            notable_ms = max(_NOTABLE_MS, _NOTABLE_PART * told_ms)
            if abs(rtt_ms - told_ms) < notable_ms:
                return []
        self._told_ms, self._told_at = rtt_ms, now
        return [LinkMeasured(rtt_ms=round(rtt_ms, 2))]

    def _stalled(self, unsent_bytes: int) -> list[LocalEvent]:
        """Once for each time that it gets stuck; half of it must get through in between."""
        if self._is_stalled:
            self._is_stalled = unsent_bytes > self._stalled_bytes / 2
            return []
        self._is_stalled = unsent_bytes > self._stalled_bytes
        if not self._is_stalled:
            return []
        return [
            ProblemSeen(
                severity="warning",
                title="The connection is stuck",
                message="More than a second of audio was sent that the other end has not taken.",
                hint=self._hint,
            )
        ]
