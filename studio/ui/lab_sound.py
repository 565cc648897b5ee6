"""What the lab lets one hear: a stretch of a take, or of a session's microphone, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.audio.formats import AudioFormat
from studio.export.placed import Placed
from studio.runtime.messages import PlayRecording

if TYPE_CHECKING:
    from studio.runtime.link import Feed
    from studio.runtime.messages import RecordingHeard


class Source(NamedTuple):
    """Where sound is read from.

    Attributes:
        path: a session's folder, or a WAV file.
        audio_format: of the session's track.
    """

    path: str
    is_file: bool
    audio_format: AudioFormat = AudioFormat.PCM16


class LabSound:
    """Plays one stretch at a time.

    Attributes:
        at_s: where the ear is, in seconds of the take; None where nothing sounds.
        is_virtual: whether nobody can hear it, since there is no card.
    """

    def __init__(self, feed: Feed) -> None:
        self.at_s: float | None = None
        self.is_virtual = False
        self._feed = feed
        self._number = 0

    @property
    def is_playing(self) -> bool:
        """Whether something sounds."""
        return self.at_s is not None

    def play(self, source: Source, begin_ms: float, end_ms: float, speaker: str) -> None:
        """Let a stretch sound, to the sample, in place of what sounds."""
        form = AudioFormat.PCM16 if source.is_file else source.audio_format
        begin = form.ms_to_bytes(begin_ms)
        placed = (Placed(begin, form.ms_to_bytes(end_ms) - begin, begin_ms / 1000),)
        self._number -= 1  # recordings count upwards, one event's sound is 0
        self.at_s = begin_ms / 1000
        self._feed.play_recording(
            PlayRecording(
                number=self._number,
                path=source.path,
                input=() if source.is_file else placed,
                output=placed if source.is_file else (),
                from_s=begin_ms / 1000,
                speaker=speaker,
                is_centred=True,
                is_file=source.is_file,
            )
        )

    def stop(self) -> None:
        """Be silent."""
        if self.at_s is not None:
            self.at_s = None
            self._feed.stop_recording()

    def heard(self, heard: RecordingHeard) -> None:
        """The ear is there, as far as that is of what was asked last."""
        if heard.number == self._number and self.at_s is not None:
            self.is_virtual = heard.is_virtual
            self.at_s = None if heard.is_over else heard.at
