"""What a listener at the card heard, held against what was to be played."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIRE_HZ = 24_000


class Heard:
    """What a listener recorded, and which position of the sound stood at the ear at a moment."""

    def __init__(self, samples: NDArray[np.int16], began: float, sound: NDArray[np.int16]) -> None:
        self._samples = samples
        self._began = began
        self._places = {sound[at : at + 8].tobytes(): at for at in range(sound.size - 8)}

    @classmethod
    def read(cls, path: Path, sound: NDArray[np.int16]) -> Heard:
        with np.load(path) as kept:
            return cls(kept["samples"], float(kept["began"]), sound)

    def position_ms(self, at: float) -> float:
        """Milliseconds of the sound that were heard until `at`, up to 20 ms before and after it."""
        first = self._index(at)
        for offset in sorted(range(-480, 480), key=abs):
            window = self._samples[first + offset : first + offset + 8]
            place = self._places.get(window.tobytes())
            if place is not None:
                return (place - offset) * 1000 / WIRE_HZ
        raise AssertionError(f"silence at {at - self._began:.3f} s of the recording")

    def silent_after(self, at: float) -> float:
        """Milliseconds from `at` to the last sample before 20 ms of silence."""
        since = self._samples[self._index(at) :] != 0
        silent = np.convolve(since, np.ones(480), "valid") < 0.5
        return int(np.flatnonzero(silent)[0]) * 1000 / WIRE_HZ

    def _index(self, at: float) -> int:
        return round((at - self._began) * WIRE_HZ)


def spread(values: list[float]) -> str:
    """The least, the median, the 99th percentile and the greatest of milliseconds."""
    p50, p99 = np.percentile(values, (50, 99))
    return f"min {min(values):.1f}, p50 {p50:.1f}, p99 {p99:.1f}, max {max(values):.1f} ms"
