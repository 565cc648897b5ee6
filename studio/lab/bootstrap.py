"""How far a sweep's figures can be trusted: the same takes drawn anew, many times.

Each drawing has as many takes as there are, some twice, some not at all, as another day's
recordings might. What holds in nearly all drawings does not hang on one take. The draws come from
a fixed seed: the same sweep gives the same answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.core.units import VAD_FRAME_MS
from studio.lab.front import Objectives, best
from studio.lab.tally import COUNTED, LEAST_DELAY_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from studio.lab.grid import Grid
    from studio.lab.tally import Tally

    Draws = NDArray[np.float64]

DRAWS = 400
_SEED = 20_25
_WITHIN_MS = float(VAD_FRAME_MS)
"""Delays are drawn in steps of a frame: what is within one is as good."""
_EDGES = (2.5, 97.5)


class Interval(NamedTuple):
    """What 95 % of the drawings lie between."""

    low: float
    high: float


class Trust(NamedTuple):
    """How the drawings came out.

    Attributes:
        units: what was drawn from: takes, or turns where takes are few.
        wins: by threshold and silence in the grid's order, the share of drawings in which it is
            one of the best; they may add up to more than 1.
        cutoff_rate, lost_rate: by threshold and silence; where none was seen, up to what none in
            so many still allows.
        ghost_rate, delay_p50_ms: by threshold and silence.
    """

    units: int
    wins: NDArray[np.float64]
    cutoff_rate: list[Interval]
    lost_rate: list[Interval]
    ghost_rate: list[Interval]
    delay_p50_ms: list[Interval]

    def since(self, pair: int) -> Trust:
        """What came of this pair and those after it."""
        return Trust(self.units, self.wins[pair:], *(each[pair:] for each in self[2:]))


def trust(tally: Tally, grid: Grid, budget: float, variants: int = 1) -> Trust:
    """Draw the evidence anew and see what becomes of each threshold with each silence.

    A turn that was heard again on a phone line is no other turn: `variants` says how often each was
    counted.
    """
    return trust_of_all(((tally, grid),), budget, variants)


def trust_of_all(counted: Sequence[tuple[Tally, Grid]], budget: float, variants: int = 1) -> Trust:
    """The same of several tallies of the same takes: all their settings against each other.

    Their pairs stand one tally after the other.
    """
    tally, _ = counted[0]
    with_evidence = np.flatnonzero((tally.turns > 0) | (tally.audio_ms > 0))
    count = with_evidence.size
    seed = np.random.default_rng(_SEED)
    shares = np.full(count, 1 / max(count, 1))
    weights = seed.multinomial(count, shares, size=DRAWS).astype(np.float64)
    counts = np.concatenate(
        [
            each.counts[..., with_evidence].reshape(grid.pairs, len(COUNTED), count)
            for each, grid in counted
        ]
    )
    drawn = {name: weights @ counts[:, at].T for at, name in enumerate(COUNTED)}
    turns: Draws = weights @ tally.turns[with_evidence].astype(np.float64)
    lost = drawn["cut_off"] + drawn["missed"] + drawn["merged"]
    delays = np.concatenate(
        [_delays(each, grid, with_evidence, weights) for each, grid in counted], axis=1
    )
    wins = np.zeros(len(counts))
    for at in range(DRAWS):
        aims = Objectives(lost[at], delays[at], drawn["ghosts"][at], float(turns[at]))
        wins += best(aims, budget, _WITHIN_MS)
    each = np.maximum(turns, 1)[:, None]
    most = most_of_none(int(tally.turns.sum()) // variants)
    return Trust(
        count,
        wins / DRAWS,
        _with_none(_intervals(drawn["cut_off"] / each), most),
        _with_none(_intervals(lost / each), most),
        _intervals(drawn["ghosts"] / each),
        _intervals(delays),
    )


def most_of_none(count: int) -> float:
    """The rate that none in `count` still allows with 95 % confidence: about three in `count`."""
    return 1 - 0.05 ** (1 / count) if count else 1.0


def _delays(tally: Tally, grid: Grid, units: NDArray[np.intp], weights: Draws) -> Draws:
    """The median delay by drawing and pair, to a frame."""
    kept = tally.unit_delays[..., units, :].reshape(grid.pairs, units.size, -1)
    narrow = weights.astype(np.float32)
    found = np.empty((DRAWS, grid.pairs))
    for pair in range(grid.pairs):
        running = (narrow @ kept[pair].astype(np.float32)).cumsum(axis=1)
        wanted = np.maximum(1, np.ceil(running[:, -1:] / 2))
        steps = (running < wanted).sum(axis=1)
        found[:, pair] = steps * VAD_FRAME_MS + LEAST_DELAY_MS + VAD_FRAME_MS / 2
        found[running[:, -1] == 0, pair] = np.inf
    return found


def _with_none(intervals: list[Interval], most: float) -> list[Interval]:
    """Where none was seen, no drawing has any, either: as far as so few turns can tell."""
    return [each if each.high else Interval(0.0, most) for each in intervals]


def _intervals(drawn: Draws) -> list[Interval]:
    ordered = np.percentile(drawn, _EDGES, axis=0, method="nearest")
    return [Interval(float(low), float(high)) for low, high in ordered.T]
