"""Where in a stretch of a take sound begins and ends, by its level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.audio.samples import decode

if TYPE_CHECKING:
    from studio.lab.take import Take

WINDOW_MS = 10
_BELOW_PEAK_DB = 36.0
"""The faintest consonants at a word's end are so much quieter than the loudest vowel."""
_ABOVE_FLOOR_DB = 6.0
_FLOOR_PERCENTILE = 10
_SILENT_DB = -100.0


@dataclass(frozen=True)
class Levels:
    """The level of a take in windows of 10 ms.

    Attributes:
        db: RMS of each window in dB of full scale, -100 where it is silent.
        floor_db: how loud the take is where it is quietest.
    """

    db: NDArray[np.float64]
    floor_db: float

    @staticmethod
    def of(take: Take) -> Levels:
        """The levels of a take; what does not fill the last window is left out."""
        size = take.audio_format.rate_hz * WINDOW_MS // 1000
        pieces = [_powers(decode(piece, take.audio_format), size) for piece in take.pieces(60_000)]
        powers = np.concatenate(pieces) if pieces else np.zeros(0)
        db = 10 * np.log10(np.maximum(powers, 10 ** (_SILENT_DB / 10)))
        floor_db = float(np.percentile(db, _FLOOR_PERCENTILE)) if db.size else _SILENT_DB
        return Levels(db, floor_db)

    def within(self, begin_ms: int, end_ms: int) -> tuple[int, int] | None:
        """The first sound's beginning and the last one's end in a stretch, in ms.

        Sound is what rises above the take's floor and is not much quieter than the stretch's
        loudest. None where there is none.
        """
        first = max(0, begin_ms // WINDOW_MS)
        levels = self.db[first : max(0, -(-end_ms // WINDOW_MS))]
        if not levels.size:
            return None
        bar = max(self.floor_db + _ABOVE_FLOOR_DB, float(levels.max()) - _BELOW_PEAK_DB)
        loud = np.flatnonzero(levels >= bar)
        if not loud.size or levels.max() <= _SILENT_DB:
            return None
        return (first + int(loud[0])) * WINDOW_MS, (first + int(loud[-1]) + 1) * WINDOW_MS


def _powers(samples: NDArray[np.int16], size: int) -> NDArray[np.float64]:
    whole = samples[: samples.size - samples.size % size].astype(np.float64) / 32768
    powers: NDArray[np.float64] = np.square(whole).reshape(-1, size).mean(axis=1)
    return powers
