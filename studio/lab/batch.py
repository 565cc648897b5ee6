"""Several takes laid end to end, so that a setting is tried on all of them at once.

Between two takes lies silence that is long enough for any setting to end a turn in it. So no turn
reaches from one take into the next, and an open turn at a take's end is decided where it would be
if silence followed, as the rules for a single recording have it. A test holds both to the same
figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.core.units import VAD_FRAME_MS
from studio.lab.score import Bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from studio.lab.labels import Label, Truth
    from studio.vad.whole import Probabilities

_SILENCE = -1.0
"""Below the bar of any threshold, those under 0.15 included, at which even 0 is no silence."""
_BEYOND_A_LABEL = 2
"""Frames by which a take's last label may reach past its last whole frame, and one more."""


class Heard(NamedTuple):
    """A take that has been listened to.

    Attributes:
        turn_units: for each of its true turns, which unit of the evidence it counts for.
        unit: the one that its length and its ghosts before any turn count for.
    """

    probabilities: Probabilities
    truth: Truth
    turn_units: Sequence[int]
    unit: int


class Batch:
    """Probabilities, labels and units of takes on one axis of time.

    Args:
        takes: what was heard.
        longest_silence_ms: the longest that any setting waits for.
    """

    def __init__(self, takes: Sequence[Heard], longest_silence_ms: int) -> None:
        gap = -(-longest_silence_ms // VAD_FRAME_MS) + _BEYOND_A_LABEL
        silence = np.full(gap, _SILENCE)
        self.probabilities: Probabilities = np.concatenate(
            [piece for take in takes for piece in (take.probabilities, silence)] or [silence]
        )
        lengths = np.array([take.probabilities.size + gap for take in takes], np.int64)
        begins = np.cumsum(lengths) - lengths
        self.turns = _bounds([take.truth.turns for take in takes], begins)
        self.noises = _bounds([take.truth.noises for take in takes], begins)
        self.turn_units: NDArray[np.int64] = np.array(
            [unit for take in takes for unit in take.turn_units], np.int64
        )
        self._takes = takes
        # A ghost counts for the unit of the turn before it in its take.
        marks, units = [], []
        for take, begin in zip(takes, begins.tolist(), strict=True):
            marks.append(begin)
            units.append(take.unit)
            for turn, unit in zip(take.truth.turns, take.turn_units, strict=True):
                marks.append(begin + turn.begin_ms // VAD_FRAME_MS)
                units.append(unit)
        self._marks = np.array(marks, np.int64)
        self._units = np.array(units, np.int64)

    def audio_ms(self, units: int) -> NDArray[np.int64]:
        """How long the takes of each unit are together, in whole frames."""
        found = np.zeros(units, np.int64)
        for take in self._takes:
            found[take.unit] += take.probabilities.size * VAD_FRAME_MS
        return found

    def units_at(self, frames: NDArray[np.int64]) -> NDArray[np.int64]:
        """The unit that each of these frames counts for."""
        return self._units[np.searchsorted(self._marks, frames, "right") - 1]


def _bounds(labels: Sequence[tuple[Label, ...]], begins: NDArray[np.int64]) -> Bounds:
    """The bounds of each take's labels, moved to where the take begins."""
    shifts = (begins * VAD_FRAME_MS).tolist()
    own = [
        (each.begin_ms + shift, each.end_ms + shift)
        for each, shift in zip(map(Bounds.of, labels), shifts, strict=True)
    ]
    none = np.zeros(0, np.int64)
    return Bounds(
        np.concatenate([none, *(begin for begin, _ in own)]),
        np.concatenate([none, *(end for _, end in own)]),
    )
