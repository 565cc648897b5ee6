"""The turns in a whole recording: the segmenter's rules over all frames at once.

At one threshold, a recording is a row of pauses: stretches between two voiced frames in which the
silence clock runs. Which of them end a turn is one comparison for any silence to wait for, so that
a thousand settings cost little more than one. `studio.vad.segmenter.Rules` has the arithmetic; a
test holds this and the frame-by-frame segmenter to the same edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.core.units import VAD_FRAME_MS
from studio.vad.profile import OPENAI, Profile
from studio.vad.segmenter import Rules, SegmenterSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

Probabilities = NDArray[np.float64]
Frames = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Segment:
    """One turn, in ms of the recording.

    Attributes:
        audio_start_ms: what `speech_started` says: where speech begins, less the padding.
        audio_end_ms: what `speech_stopped` says: where its end was decided; None where the
            recording ended before.
        speech_start_ms: the beginning of the first voiced frame.
        silence_start_ms: where the silence began that ended it, or that the recording ended in;
            None where it ended in speech.
    """

    audio_start_ms: int
    audio_end_ms: int | None
    speech_start_ms: int = 0
    silence_start_ms: int | None = None


class Spans(NamedTuple):
    """The turns of a recording in frames, one value for each turn, in order.

    Attributes:
        first_voiced: the frame in which speech begins.
        first_silent: the first frame of the silence at its end; the recording's length where it
            ends in speech.
        deciding: the frame that ends the turn. In an open turn, the one that would if silence
            followed the recording.
        is_open: whether the last turn is open where the recording ends.
    """

    first_voiced: Frames
    first_silent: Frames
    deciding: Frames
    is_open: bool


class Pauses:
    """All that a recording's probabilities decide at one threshold.

    Args:
        probabilities: one for each 32 ms frame.
        rules: of which the two bars are used; the silence to wait for is asked later.
    """

    def __init__(self, probabilities: Probabilities, rules: Rules) -> None:
        self.frames = probabilities.size
        voiced = np.flatnonzero(probabilities >= rules.voiced_from)
        self._first_voiced = int(voiced[0]) if voiced.size else -1
        silent = np.flatnonzero(probabilities < rules.silent_below)
        silent = silent[silent > self._first_voiced] if voiced.size else silent[:0]
        # Silent frames lie in the same pause where as many voiced frames came before them.
        before = np.searchsorted(voiced, silent)
        opens = np.flatnonzero(np.diff(before, prepend=-1))
        self.first_silent: Frames = silent[opens]
        closes = np.append(opens[1:], silent.size)[: opens.size] - 1
        self.last_silent: Frames = silent[closes]
        following = before[opens]
        has_next = following < voiced.size
        self.next_voiced: Frames = np.full(opens.size, self.frames)
        self.next_voiced[has_next] = voiced[following[has_next]]
        self._last_voiced = int(voiced[-1]) if voiced.size else -1
        self._lasts: Frames = self.last_silent - self.first_silent
        # The first silent frame at or after each frame: a pause that is long enough has one.
        self._next_silent: Frames = np.full(self.frames + 1, self.frames)
        self._next_silent[silent] = silent
        self._next_silent = np.minimum.accumulate(self._next_silent[::-1])[::-1]

    def spans(self, silence_frames: int) -> Spans:
        """The turns where a silence of so many frames after its first one ends them."""
        none = np.zeros(0, np.int64)
        if self._first_voiced < 0:
            return Spans(none, none, none, is_open=False)
        ends = np.flatnonzero(self._lasts >= silence_frames)
        first_silent = self.first_silent[ends]
        deciding = self._next_silent[first_silent + silence_frames]
        begins = np.concatenate(([self._first_voiced], self.next_voiced[ends]))
        is_open = bool(begins[-1] < self.frames)
        if not is_open:
            return Spans(begins[:-1], first_silent, deciding, is_open=False)
        runs = self.first_silent.size and self.first_silent[-1] > self._last_voiced
        silent_from = int(self.first_silent[-1]) if runs else self.frames
        waited_until = max(silent_from + silence_frames, self.frames)
        return Spans(
            begins,
            np.append(first_silent, silent_from),
            np.append(deciding, waited_until),
            is_open=True,
        )


def segments(
    probabilities: Sequence[float] | Probabilities,
    settings: SegmenterSettings,
    profile: Profile = OPENAI,
) -> list[Segment]:
    """The turns in a whole recording's probabilities, one for each 32 ms frame."""
    rules = Rules.of(settings, profile)
    pauses = Pauses(np.asarray(probabilities, np.float64), rules)
    spans = pauses.spans(rules.silence_frames)
    last = spans.first_voiced.size - 1 if spans.is_open else -1
    return [
        Segment(
            max(0, rules.start_ms(begin)),
            None if at == last else rules.end_ms(decided),
            begin * VAD_FRAME_MS,
            None if silent >= pauses.frames else (silent + 1) * VAD_FRAME_MS,
        )
        for at, (begin, silent, decided) in enumerate(
            zip(*(each.tolist() for each in spans[:3]), strict=True)
        )
    ]
