"""A sweep's figures by setting, as arrays in the order of `Grid.settings`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.lab.nearest_rank import nearest_rank
from studio.lab.tally import COUNTED, LEAST_DELAY_MS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from studio.lab.grid import Grid
    from studio.lab.tally import Tally

    Counts = NDArray[np.int64]
    Ms = NDArray[np.float64]

_MS_AN_HOUR = 3_600_000


@dataclass(frozen=True, eq=False)
class Figures:
    """Counts of turns, and delays in ms of those that are not lost.

    Attributes:
        turns: true turns that were tried, the same for every setting.
        audio_ms: how much was listened to.
        clipped: turns that lost some of their beginning.
        delay_p50_ms: half of the turns that are not lost are over within this after their last
            sound; infinite where all are lost.
        delay_p95_ms: 95 % of them are.
    """

    turns: int
    audio_ms: int
    cut_off: Counts
    cuts: Counts
    missed: Counts
    merged: Counts
    late: Counts
    ghosts: Counts
    noise_ghosts: Counts
    clipped: Counts
    delay_p50_ms: Ms
    delay_p95_ms: Ms

    @staticmethod
    def of(tally: Tally, grid: Grid) -> Figures:
        """The figures of what was counted."""
        prefixes = len(grid.prefixes_ms)
        turns = int(tally.turns.sum())
        totals = tally.counts.sum(axis=-1).reshape(-1, len(COUNTED)).repeat(prefixes, axis=0)
        running = tally.delays.reshape(grid.pairs, -1).cumsum(axis=1)
        counted = dict(zip(COUNTED, totals.T, strict=True))
        return Figures(
            turns=turns,
            audio_ms=int(tally.audio_ms.sum()),
            clipped=tally.clipped.sum(axis=-1).reshape(-1),
            delay_p50_ms=_percentile(running, 0.50).repeat(prefixes),
            delay_p95_ms=_percentile(running, 0.95).repeat(prefixes),
            **counted,
        )

    @property
    def lost(self) -> Counts:
        """Turns that were cut off, missed, or taken together with the next one."""
        return self.cut_off + self.missed + self.merged

    def rates(self) -> Mapping[str, NDArray[np.float64]]:
        """What a sweep is judged by, by name; `docs/sweep.md` explains each."""
        turns, hours = max(self.turns, 1), max(self.audio_ms / _MS_AN_HOUR, 1e-12)
        return {
            "cutoff_rate": self.cut_off / turns,
            "missed_rate": self.missed / turns,
            "merged_rate": self.merged / turns,
            "lost_rate": self.lost / turns,
            "late_rate": self.late / turns,
            "clipped_rate": self.clipped / turns,
            "ghost_rate": self.ghosts / turns,
            "noise_ghost_rate": self.noise_ghosts / turns,
            "ghosts_per_hour": self.ghosts / hours,
            "delay_p50_ms": self.delay_p50_ms,
            "delay_p95_ms": self.delay_p95_ms,
        }


RATES = (
    "cutoff_rate", "missed_rate", "merged_rate", "lost_rate", "late_rate", "clipped_rate",
    "ghost_rate", "noise_ghost_rate", "ghosts_per_hour", "delay_p50_ms", "delay_p95_ms",
)  # fmt: skip
"""The names of `Figures.rates`."""


def _percentile(running: Counts, share: float) -> Ms:
    """The delay that so many of the turns have at most, by pair."""
    wanted = nearest_rank(running[:, -1:], share)
    found: Ms = (running < wanted).sum(axis=1) + float(LEAST_DELAY_MS)
    found[running[:, -1] == 0] = math.inf
    return found
