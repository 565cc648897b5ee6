"""Playback as a session sees it: one speaker that goes on while the real one is changed.

What has arrived and was not heard is carried from one speaker to the next, from the very position
where the ear was; positions count on from there.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.audio.playout import Finished, Heard, Playing, Started
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.audio.formats import AudioFormat
    from studio.audio.playout import PlayoutEvent
    from studio.audio.speakers import Speaker

Key = tuple[str, int]
"""An audio part: its item and content index."""


@dataclass(slots=True)
class _Part:
    """What arrived of a part after the first `played_bytes`, which other speakers have played."""

    pcm: bytearray = field(default_factory=bytearray)
    played_bytes: int = 0
    is_complete: bool = False


class Output:
    """Plays parts through the speaker of the moment, and through the next one from there on.

    Args:
        speaker: the first.
        audio_format: the wire's.
    """

    def __init__(self, speaker: Speaker, audio_format: AudioFormat) -> None:
        self.speaker: Speaker = speaker
        """What sounds now."""
        self._format = audio_format
        self._parts: dict[Key, _Part] = {}
        self._met: list[PlayoutEvent] = []

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Queue a piece of a part, in the wire's format."""
        whole = len(pcm) - len(pcm) % self._format.bytes_per_sample  # a torn sample is not played
        self._parts.setdefault((item_id, content_index), _Part()).pcm += pcm[:whole]
        self.speaker.play(item_id, content_index, pcm)

    def end(self, item_id: str, content_index: int) -> None:
        """No more will come for this part."""
        part = self._parts.get((item_id, content_index))
        if part is not None:
            part.is_complete = True
        self.speaker.end(item_id, content_index)

    def flush(self) -> list[Heard]:
        """Be silent now; tells every part that was not wholly heard."""
        heard = [Heard(*self._whole(each)) for each in self.speaker.flush()]
        self._parts.clear()
        return heard

    def poll(self) -> list[PlayoutEvent]:
        """What the ear met since the last poll; a part that goes on did not start again.

        Raises:
            StudioError: the card went away.
        """
        met, self._met = self._met, []
        return met + self._polled()

    def head(self) -> Playing | None:
        """The part at the ear."""
        head = self.speaker.head()
        return None if head is None else Playing(*self._whole(head))

    def begun(self, enough_bytes: int) -> Iterator[tuple[Key, bytearray]]:
        """Parts that are being played, from their beginning: all there is, or at least so much."""
        for key, part in self._parts.items():
            if not part.played_bytes and (part.is_complete or len(part.pcm) >= enough_bytes):
                yield key, part.pcm

    def go_over(self, speaker: Speaker) -> Speaker:
        """Play through this speaker what was not heard, and all that comes.

        Returns the one before, which is silent and still open.
        """
        with suppress(StudioError):
            self._met += self._polled()
        for heard in self.speaker.flush():
            part = self._parts[heard.item_id, heard.content_index]
            played_bytes = self._format.ms_to_bytes(heard.played_ms)
            del part.pcm[:played_bytes]
            part.played_bytes += played_bytes
        before, self.speaker = self.speaker, speaker
        for (item_id, content_index), part in self._parts.items():
            speaker.play(item_id, content_index, bytes(part.pcm))
            if part.is_complete:
                speaker.end(item_id, content_index)
        return before

    def _polled(self) -> list[PlayoutEvent]:
        return [told for event in self.speaker.poll() if (told := self._as_one(event)) is not None]

    def _as_one(self, event: PlayoutEvent) -> PlayoutEvent | None:
        match event:
            case Started(item_id, content_index):
                part = self._parts.get((item_id, content_index))
                return None if part is not None and part.played_bytes else event
            case Finished(item_id, content_index):
                part = self._parts.pop((item_id, content_index), None)
                if part is None or not part.played_bytes:
                    return event
                return event._replace(played_ms=self._received_ms(part))
            case _:
                return event

    def _whole(self, told: Playing | Heard) -> tuple[str, int, float, float]:
        """What one speaker tells of a part, counted from the part's beginning."""
        part = self._parts.get((told.item_id, told.content_index))
        if part is None or not part.played_bytes:
            return told
        received_ms = self._received_ms(part)
        played_ms = self._format.bytes_to_ms(part.played_bytes) + told.played_ms
        return told.item_id, told.content_index, min(played_ms, received_ms), received_ms

    def _received_ms(self, part: _Part) -> float:
        return self._format.bytes_to_ms(part.played_bytes + len(part.pcm))
