"""How loud wire audio is over time, at any zoom: the peak of each cell of a window.

At every zoom the peaks are those of the samples themselves. From far, whole bins stand for their
samples, and are so short beside a cell that an edge is off by a sixteenth of one at most.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode

Peaks = NDArray[np.float64]

_BINS = (64, 1_024, 16_384)
"""Samples in a bin of each level."""
_LEAST_BINS = 16
"""In a cell that is drawn from bins."""
_FULL_SCALE = 32_768.0


class Shape:
    """The peaks of a stretch of audio.

    Args:
        audio: samples in the format's encoding; half a sample at the end is left out.
        audio_format: encoding and rate.
    """

    def __init__(self, audio: bytes, audio_format: AudioFormat) -> None:
        self._audio = audio
        self._format = audio_format
        self._samples = len(audio) // audio_format.bytes_per_sample
        self._levels: list[NDArray[np.int32]] = []
        values, before = self._loud(0, self._samples), 1
        for size in _BINS:
            values, before = _binned(values, size // before), size
            self._levels.append(values)

    @property
    def duration_ms(self) -> float:
        """How long it lasts."""
        return self._samples * 1000 / self._format.rate_hz

    def peaks(self, begin_ms: float, cell_ms: float, cells: int) -> Peaks:
        """The peak of each cell from 0 to 1; not a number where there is no sound."""
        per_ms = self._format.rate_hz / 1000
        cell = cell_ms * per_ms
        edges = begin_ms * per_ms + np.arange(cells + 1) * cell
        at = max((at for at, size in enumerate(_BINS) if cell >= size * _LEAST_BINS), default=-1)
        size = _BINS[at] if at >= 0 else 1
        first = np.floor(edges[:-1] / size).astype(np.int64)
        last = np.maximum(np.ceil(edges[1:] / size).astype(np.int64), first + 1)
        end = -(-self._samples // size)
        is_there = (last > 0) & (first < end)
        found = np.full(cells, np.nan)
        if not is_there.any():
            return found
        first = np.clip(first[is_there], 0, end - 1)
        last = np.clip(last[is_there], 1, end)
        low = int(first[0])
        values = self._levels[at][low : last[-1]] if at >= 0 else self._loud(low, int(last[-1]))
        pairs = np.empty(first.size * 2, np.int64)
        pairs[0::2], pairs[1::2] = first - low, last - low
        found[is_there] = np.maximum.reduceat(np.append(values, 0), pairs)[0::2] / _FULL_SCALE
        return found

    def _loud(self, first: int, last: int) -> NDArray[np.int32]:
        """How far samples are from silence."""
        width = self._format.bytes_per_sample
        return np.abs(
            decode(self._audio[first * width : last * width], self._format).astype(np.int32)
        )


def _binned(values: NDArray[np.int32], size: int) -> NDArray[np.int32]:
    if not values.size:
        return values
    return np.maximum.reduceat(values, np.arange(0, values.size, size))
