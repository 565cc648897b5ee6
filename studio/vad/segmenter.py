"""Turning speech probabilities into turns, with the arithmetic of the hosted `server_vad`.

Probabilities come on a grid of 32 ms frames over all audio of a session. The rules are those of
Silero's streaming iterator, and give the hosted service's `audio_start_ms` and `audio_end_ms` to
the millisecond:

- speech begins with the first frame at or above `threshold`, less the prefix padding;
- a frame below `threshold - 0.15` starts the silence clock at that frame's end, and any frame at or
  above `threshold` stops it; frames between the two leave it running and decide nothing;
- speech ends with the first frame below `threshold - 0.15` whose end is `silence_duration_ms` or
  more after the clock started.

Nothing here knows audio, a detector or the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from studio.core.units import VAD_FRAME_MS

if TYPE_CHECKING:
    from collections.abc import Iterable

HYSTERESIS = 0.15
"""How far below the threshold a frame must fall to count as silence."""


@dataclass(frozen=True, slots=True)
class SegmenterSettings:
    """What `server_vad` lets a client choose. With a threshold under 0.15, speech never ends."""

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 500


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Speech began in frame `frame_index`; `audio_start_ms` includes the padding."""

    audio_start_ms: int
    frame_index: int


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """Speech ended with frame `frame_index`; `audio_end_ms` includes the silence waited for."""

    audio_end_ms: int
    frame_index: int


@dataclass(frozen=True, slots=True)
class SilenceBegan:
    """The silence clock started within speech: the turn may be over."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class SilenceBroken:
    """Speech went on at the start of this frame: the turn was not over."""

    at_ms: int


Edge: TypeAlias = SpeechStarted | SpeechStopped | SilenceBegan | SilenceBroken

_NO_EDGES: tuple[Edge, ...] = ()


class Segmenter:
    """Folds one probability after another into edges; times count from the first frame pushed."""

    def __init__(self, settings: SegmenterSettings) -> None:
        self.update(settings)
        self.reset()

    def update(self, settings: SegmenterSettings) -> None:
        """Use other settings from the next frame on, keeping speech and silence as they stand."""
        self.settings = settings
        self._threshold = settings.threshold
        self._silent_below = settings.threshold - HYSTERESIS

    def reset(self) -> None:
        """Begin a new stream at zero milliseconds."""
        self._speaking = False
        self._frames = 0
        self._silence_start_ms: int | None = None

    @property
    def speaking(self) -> bool:
        """Whether a turn is open (the silence that may end it included)."""
        return self._speaking

    @property
    def position_ms(self) -> int:
        """The end of the last frame pushed."""
        return self._frames * VAD_FRAME_MS

    @property
    def silence_ms(self) -> float:
        """How long the silence clock has been running; 0 where it is not."""
        if self._silence_start_ms is None:
            return 0.0
        return float(self.position_ms - self._silence_start_ms)

    def push(self, probability: float) -> tuple[Edge, ...]:
        """Take the next frame's probability; returns what it changed, in order."""
        self._frames += 1
        if probability >= self._threshold:
            return self._voiced()
        if self._speaking and probability < self._silent_below:
            return self._silent()
        return _NO_EDGES

    def commit(self) -> tuple[Edge, ...]:
        """Close an open turn here and now, as a client that commits its buffer does."""
        if not self._speaking:
            return _NO_EDGES
        return (self._stopped(),)

    def _voiced(self) -> tuple[Edge, ...]:
        frame_index = self._frames - 1
        start_ms = frame_index * VAD_FRAME_MS
        if not self._speaking:
            self._speaking = True
            padded_ms = max(0, start_ms - self.settings.prefix_padding_ms)
            return (SpeechStarted(padded_ms, frame_index),)
        if self._silence_start_ms is None:
            return _NO_EDGES
        self._silence_start_ms = None
        return (SilenceBroken(start_ms),)

    def _silent(self) -> tuple[Edge, ...]:
        began = self._silence_start_ms is None
        if self._silence_start_ms is None:
            self._silence_start_ms = self.position_ms
        over = self.position_ms - self._silence_start_ms >= self.settings.silence_duration_ms
        if not began and not over:
            return _NO_EDGES
        edges: tuple[Edge, ...] = (SilenceBegan(self.position_ms),) if began else ()
        return (*edges, self._stopped()) if over else edges

    def _stopped(self) -> SpeechStopped:
        self._speaking = False
        self._silence_start_ms = None
        return SpeechStopped(self.position_ms, self._frames - 1)


@dataclass(frozen=True, slots=True)
class Segment:
    """One turn; `audio_end_ms` is None where the probabilities ran out before it ended."""

    audio_start_ms: int
    audio_end_ms: int | None


def segments(probabilities: Iterable[float], settings: SegmenterSettings) -> list[Segment]:
    """The turns in a whole recording's probabilities."""
    segmenter = Segmenter(settings)
    found: list[Segment] = []
    for probability in probabilities:
        for edge in segmenter.push(probability):
            if isinstance(edge, SpeechStarted):
                found.append(Segment(edge.audio_start_ms, None))
            elif isinstance(edge, SpeechStopped):
                found[-1] = Segment(found[-1].audio_start_ms, edge.audio_end_ms)
    return found
