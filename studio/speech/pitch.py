"""Pitch and tempo of a synthesised voice, changed grain by grain (TD-PSOLA).

The synthesiser tells the pitch it spoke with, so pitch periods need no search: their positions
follow from its own phase. Each grain spans the periods on both sides of one mark, faded by Hann
halves; voiced grains are laid out at the wanted period, others keep their spacing.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOWEST_VOICED_HZ = 40.0
_UNVOICED_STEP_S = 0.005


@dataclass(frozen=True, slots=True)
class PitchMarks:
    """Where the periods of a sound are: sample positions, rising, and which of them are voiced."""

    positions: list[int]
    voiced: list[bool]


def pitch_marks(f0_hz: NDArray[np.float32], hop_samples: int, rate_hz: int) -> PitchMarks:
    """Marks of a sound made of pulses at `f0_hz`, one value a frame of `hop_samples`.

    Values up to 40 Hz mean that the frame is not voiced; there, marks stand 5 ms apart.
    """
    total = f0_hz.size * hop_samples
    at = (np.arange(total) + 0.5) / hop_samples - 0.5
    frequency = np.interp(at, np.arange(f0_hz.size), f0_hz)
    voiced = frequency > _LOWEST_VOICED_HZ
    phase = np.cumsum(np.maximum(frequency, _LOWEST_VOICED_HZ)) / rate_hz
    pulses = np.flatnonzero((np.diff(np.floor(phase), prepend=0.0) > 0) & voiced)
    longest = 1.5 * rate_hz / np.maximum(frequency[pulses], _LOWEST_VOICED_HZ)
    step = int(_UNVOICED_STEP_S * rate_hz)
    marks = PitchMarks([0], [False])
    for pulse, period in zip([*pulses.tolist(), total - 1], [*longest.tolist(), 0.0], strict=True):
        previous = marks.positions[-1]
        if pulse - previous > max(period, step):
            between = np.arange(previous + step, pulse - step // 2, step).tolist()
            marks.positions.extend(between)
            marks.voiced.extend([False] * len(between))
        marks.positions.append(pulse)
        marks.voiced.append(period > 0)
    return marks


def reshaped(
    sound: NDArray[np.float32], marks: PitchMarks, pitch: float, tempo: float
) -> NDArray[np.float32]:
    """The sound with its pitch times `pitch`, `tempo` times as fast, its timbre unchanged."""
    positions, voiced = marks.positions, marks.voiced
    widths = np.diff(positions).tolist()
    last = len(positions) - 1
    output = np.zeros(int(sound.size / tempo) + max(widths, default=1), np.float32)
    at = positions[0] / tempo
    previous, backwards = -1, False
    while at * tempo < positions[-1]:
        index = _nearest(positions, at * tempo)
        left, right = widths[max(0, index - 1)], widths[min(index, last - 1)]
        repeated = index == previous and not voiced[index]
        backwards = repeated and not backwards
        previous = index
        _add_grain(output, round(at), sound, positions[index], (left, right), backwards=backwards)
        at += max(1.0, right / pitch if voiced[index] else right)
    return output[: int(sound.size / tempo)]


def _nearest(positions: list[int], wanted: float) -> int:
    after = bisect_left(positions, wanted)
    if after == 0:
        return 0
    if after == len(positions):
        return after - 1
    closer_before = wanted - positions[after - 1] <= positions[after] - wanted
    return after - 1 if closer_before else after


def _add_grain(
    output: NDArray[np.float32],
    to: int,
    sound: NDArray[np.float32],
    source: int,
    width: tuple[int, int],
    *,
    backwards: bool,
) -> None:
    """Add the grain around `source` at `to`, cut at the edges of both.

    Noise that is repeated is turned around every other time: repeats alone would ring.
    """
    left, right = min(width[0], source, to), min(width[1], sound.size - source, output.size - to)
    if left + right <= 0:
        return
    window = _window(*width)[width[0] - left : width[0] + right]
    grain = sound[source - left : source + right]
    output[to - left : to + right] += (grain[::-1] if backwards else grain) * window


@lru_cache(maxsize=4096)
def _window(left: int, right: int) -> NDArray[np.float32]:
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(left) / left)
    fall = 0.5 + 0.5 * np.cos(np.pi * np.arange(right) / right)
    return np.concatenate((rise, fall)).astype(np.float32)
