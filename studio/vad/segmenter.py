"""Turning speech probabilities into turns, with the arithmetic of the hosted `server_vad`.

Probabilities come on a grid of 32 ms frames over all audio of a session. The rules are those of
Silero's streaming iterator, and give the hosted service's `audio_start_ms` and `audio_end_ms` to
the millisecond:

- speech begins with the first frame at or above `threshold`, less the prefix padding;
- a frame below `threshold - 0.15` starts the silence clock at that frame's end, and any frame at or
  above `threshold` stops it; frames between the two leave it running and decide nothing;
- speech ends with the first frame below `threshold - 0.15` whose end is `silence_duration_ms` or
  more after the clock started.

`Rules` says this once. `Segmenter` follows it frame by frame as audio comes; `studio.vad.whole`
follows it over a whole recording for many settings. Nothing here knows audio, a detector or the
wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from studio.core.units import VAD_FRAME_MS
from studio.vad.profile import OPENAI, Profile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frames = TypeVar("Frames", int, NDArray[np.int64])

HYSTERESIS = 0.15
"""How far below the threshold a frame must fall to count as silence."""

LONGEST_TURN_MS = 10 * 60_000
"""The local server ends a turn that lasts longer, and keeps no more without a commit; no other is
known to."""


@dataclass(frozen=True, slots=True)
class SegmenterSettings:
    """What `server_vad` lets a client choose. With a threshold under 0.15, speech never ends."""

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 500


class Rules(NamedTuple):
    """The settings as a provider's detector applies them, in frames.

    Attributes:
        voiced_from: a frame at or above this probability is speech.
        silent_below: a frame below this one is silence.
        silence_frames: how many frames after the first silent one may end a turn.
        start_offset_ms: from the first voiced frame's beginning to `audio_start_ms`.
        end_offset_ms: from the deciding frame's end to `audio_end_ms`.
    """

    voiced_from: float
    silent_below: float
    silence_frames: int
    start_offset_ms: int
    end_offset_ms: int

    @staticmethod
    def of(settings: SegmenterSettings, profile: Profile = OPENAI) -> Rules:
        """The rules of a provider with these settings."""
        voiced_from = settings.threshold + profile.threshold_shift
        return Rules(
            voiced_from,
            voiced_from - HYSTERESIS,
            -(-settings.silence_duration_ms // VAD_FRAME_MS),
            profile.start_shift_ms - settings.prefix_padding_ms,
            profile.end_shift_ms,
        )

    def start_ms(self, frame: Frames) -> Frames:
        """`audio_start_ms` of speech that begins in a frame; the session's start cuts it at 0."""
        return frame * VAD_FRAME_MS + self.start_offset_ms

    def end_ms(self, frame: Frames) -> Frames:
        """`audio_end_ms` of speech whose end a frame decides."""
        return (frame + 1) * VAD_FRAME_MS + self.end_offset_ms


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

    def __init__(self, settings: SegmenterSettings, profile: Profile = OPENAI) -> None:
        self._profile = profile
        self.update(settings)
        self.reset()

    def update(self, settings: SegmenterSettings) -> None:
        """Use other settings from the next frame on, keeping speech and silence as they stand."""
        self.settings = settings
        self._rules = Rules.of(settings, self._profile)

    def reset(self) -> None:
        """Begin a new stream at zero milliseconds."""
        self._speaking = False
        self._frames = 0
        self._first_silent: int | None = None

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
        if self._first_silent is None:
            return 0.0
        return float((self._frames - 1 - self._first_silent) * VAD_FRAME_MS)

    def push(self, probability: float) -> tuple[Edge, ...]:
        """Take the next frame's probability; returns what it changed, in order."""
        self._frames += 1
        if probability >= self._rules.voiced_from:
            return self._voiced()
        if self._speaking and probability < self._rules.silent_below:
            return self._silent()
        return _NO_EDGES

    def commit(self) -> tuple[Edge, ...]:
        """Close an open turn here and now, as a client that commits its buffer does."""
        if not self._speaking:
            return _NO_EDGES
        return (self._stopped(),)

    def _voiced(self) -> tuple[Edge, ...]:
        frame_index = self._frames - 1
        if not self._speaking:
            self._speaking = True
            return (SpeechStarted(max(0, self._rules.start_ms(frame_index)), frame_index),)
        if self._first_silent is None:
            return _NO_EDGES
        self._first_silent = None
        return (SilenceBroken(frame_index * VAD_FRAME_MS),)

    def _silent(self) -> tuple[Edge, ...]:
        frame_index = self._frames - 1
        began = self._first_silent is None
        if self._first_silent is None:
            self._first_silent = frame_index
        over = frame_index - self._first_silent >= self._rules.silence_frames
        if not began and not over:
            return _NO_EDGES
        edges: tuple[Edge, ...] = (SilenceBegan(self.position_ms),) if began else ()
        return (*edges, self._stopped()) if over else edges

    def _stopped(self) -> SpeechStopped:
        self._speaking = False
        self._first_silent = None
        frame_index = self._frames - 1
        return SpeechStopped(self._rules.end_ms(frame_index), frame_index)
