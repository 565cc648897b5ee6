"""The local VAD: what it hears in the audio that was really sent, block by block."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from studio.runtime.cells import PROBABILITY_WINDOW_FRAMES
from studio.session.local import LocalSpeechStarted, LocalSpeechStopped
from studio.vad.detector import ProbabilityStream, SpeechDetector
from studio.vad.segmenter import (
    Segmenter,
    SegmenterSettings,
    SilenceBegan,
    SilenceBroken,
    SpeechStarted,
    SpeechStopped,
)

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.protocol.settings import SessionSettings
    from studio.session.local import LocalEvent

_SILENCE_MS = 200
_DEFAULT_THRESHOLD = 0.5
_KEPT_BLOCKS = 1500  # half a minute: the longest silence that any server waits for


class Hearing:
    """Turns sent blocks into speech edges, with the threshold that the server was asked to use.

    Its silence is shorter than servers wait for, and the end it tells is where the silence began:
    the moment from which a person counts the wait for an answer.
    """

    def __init__(self, detector: SpeechDetector, audio_format: AudioFormat) -> None:
        self._stream = ProbabilityStream(detector, audio_format)
        self._segmenter = Segmenter(_settings(_DEFAULT_THRESHOLD))
        self._format = audio_format
        self._sent_bytes = 0
        self._sent: deque[tuple[float, float]] = deque(maxlen=_KEPT_BLOCKS)
        self._silence_began_ms = 0
        self.frames: deque[tuple[int, float]] = deque(maxlen=PROBABILITY_WINDOW_FRAMES)
        """The latest frames and their probabilities, to four digits."""

    def ask(self, settings: SessionSettings) -> None:
        """Use the threshold of these settings from the next frame on."""
        turns = settings.turn_detection
        asked = None if turns is None else turns.threshold
        threshold = _DEFAULT_THRESHOLD if asked is None else asked
        if threshold != self._segmenter.settings.threshold:
            self._segmenter.update(_settings(threshold))

    def hear(self, payload: bytes, captured_at: float) -> list[LocalEvent]:
        """Take a block that was sent; returns the edges it completes.

        Args:
            payload: in the wire's format.
            captured_at: the session second at which its last sample was at the microphone.
        """
        self._sent_bytes += len(payload)
        self._sent.append((self._format.bytes_to_ms(self._sent_bytes), captured_at))
        events: list[LocalEvent] = []
        for index, probability in self._stream.push(payload):
            self.frames.append((index, round(probability, 4)))
            for edge in self._segmenter.push(probability):
                match edge:
                    case SpeechStarted():
                        events.append(LocalSpeechStarted(audio_ms=edge.audio_start_ms))
                    case SilenceBegan():
                        self._silence_began_ms = edge.at_ms
                    case SpeechStopped():
                        events.append(self._stopped())
                    case SilenceBroken():
                        pass
        return events

    def _stopped(self) -> LocalSpeechStopped:
        began_ms = self._silence_began_ms
        end_ms, captured_at = next(
            (block for block in self._sent if block[0] >= began_ms), self._sent[-1]
        )
        stopped_at = captured_at - max(0.0, end_ms - began_ms) / 1000
        return LocalSpeechStopped(audio_ms=began_ms, stopped_at=stopped_at)


def _settings(threshold: float) -> SegmenterSettings:
    return SegmenterSettings(
        threshold=threshold, prefix_padding_ms=0, silence_duration_ms=_SILENCE_MS
    )
