"""The user's audio that is not an item yet, on one timeline in milliseconds of all audio sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat


class InputBuffer:
    """Bytes of one format, found by the milliseconds at which they were appended."""

    def __init__(self, audio_format: AudioFormat, begins_at_ms: float = 0.0) -> None:
        self.audio_format = audio_format
        self._base_ms = begins_at_ms
        self._held = bytearray()
        self._dropped_bytes = 0

    @property
    def position_ms(self) -> float:
        """Where the next append begins: all audio of the session so far."""
        appended = self._dropped_bytes + len(self._held)
        return self._base_ms + self.audio_format.bytes_to_ms(appended)

    @property
    def held_from_ms(self) -> float:
        """Where the audio that is still held begins."""
        return self._base_ms + self.audio_format.bytes_to_ms(self._dropped_bytes)

    @property
    def held_ms(self) -> float:
        """How much audio is held."""
        return self.audio_format.bytes_to_ms(len(self._held))

    def append(self, payload: bytes) -> None:
        """More audio."""
        self._held += payload

    def between(self, start_ms: float, end_ms: float) -> bytes:
        """The held audio from `start_ms` to `end_ms`."""
        return bytes(self._held[self._index(start_ms) : self._index(end_ms)])

    def drop_before(self, ms: float) -> None:
        """Forget what was appended before `ms`."""
        count = self._index(ms)
        del self._held[:count]
        self._dropped_bytes += count

    def clear(self) -> None:
        """Forget everything that is held; the timeline goes on."""
        self._dropped_bytes += len(self._held)
        self._held.clear()

    def _index(self, ms: float) -> int:
        index = self.audio_format.ms_to_bytes(max(0.0, ms - self._base_ms)) - self._dropped_bytes
        return min(max(0, index), len(self._held))
