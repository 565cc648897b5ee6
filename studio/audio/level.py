"""How loud a block of samples is, and the slowly falling peak that a meter shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLOOR_DB = -96.0
_FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class Level:
    """Root mean square and peak of one block in dBFS, never below `FLOOR_DB`."""

    rms_db: float = FLOOR_DB
    peak_db: float = FLOOR_DB


SILENT = Level()


def measure(samples: NDArray[np.int16]) -> Level:
    """The level of a block; an empty block is silent. A full-scale square wave is 0 dBFS."""
    if not samples.size:
        return SILENT
    floats = samples.astype(np.float32)
    rms = math.sqrt(float(np.dot(floats, floats)) / floats.size)
    peak = max(float(floats.max()), -float(floats.min()))
    return Level(_decibels(rms), _decibels(peak))


def _decibels(amplitude: float) -> float:
    if amplitude <= 0:
        return FLOOR_DB
    return max(FLOOR_DB, 20 * math.log10(amplitude / _FULL_SCALE))


@dataclass(frozen=True, slots=True)
class PeakHold:
    """The highest recent peak: it stays for `hold_ms`, then falls by `fall_db_per_s`."""

    peak_db: float = FLOOR_DB
    held_ms: float = 0.0
    hold_ms: float = 1000.0
    fall_db_per_s: float = 20.0

    def after(self, peak_db: float, elapsed_ms: float) -> PeakHold:
        """The hold `elapsed_ms` later, having met `peak_db` at that moment."""
        held_ms = self.held_ms + elapsed_ms
        falling_ms = min(elapsed_ms, max(0.0, held_ms - self.hold_ms))
        fallen_db = max(FLOOR_DB, self.peak_db - falling_ms * self.fall_db_per_s / 1000)
        if peak_db >= fallen_db:
            return PeakHold(peak_db, 0.0, self.hold_ms, self.fall_db_per_s)
        return PeakHold(fallen_db, held_ms, self.hold_ms, self.fall_db_per_s)
