"""The settings worth a thought: those that no other beats in everything that counts.

What counts is how many turns are lost, how soon the others are answered, and how often something
is answered that nobody said. To lose fewer turns one has to wait longer: the front is that bargain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.core.units import VAD_FRAME_MS
from studio.vad.segmenter import SegmenterSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.lab.figures import Figures
    from studio.lab.grid import Grid

    Flags = NDArray[np.bool_]
    Indices = NDArray[np.intp]

GHOST_MS = 1_000
"""A ghost in every turn is as bad as so much more delay; one in ten turns as a tenth of it."""

BUDGET = 0.02
"""The share of turns that may be lost, unless somebody says otherwise."""


class Objectives(NamedTuple):
    """What is to be small, by setting."""

    lost: NDArray[np.float64]
    delay_ms: NDArray[np.float64]
    ghosts: NDArray[np.float64]
    turns: float


def objectives(figures: Figures) -> Objectives:
    """What is to be small, of a sweep's figures."""
    return Objectives(
        figures.lost.astype(np.float64),
        figures.delay_p50_ms,
        figures.ghosts.astype(np.float64),
        figures.turns,
    )


def best(aims: Objectives, budget: float = BUDGET, within_ms: float = 0.0) -> Flags:
    """The settings that are best: of those that lose few enough turns, the fastest.

    Ghosts count as delay (`GHOST_MS`). Where no setting loses few enough, those that lose least
    are looked at. Among equals, those that lose least.

    Args:
        aims: what is to be small.
        budget: the share of turns that may be lost.
        within_ms: how much slower a setting may be and still be called one of the best.
    """
    cost = costs_ms(aims, budget)
    found: Flags = (cost <= cost.min() + within_ms) & (aims.lost <= _bar(aims, budget))
    if within_ms:
        return found
    found &= aims.lost <= aims.lost[found].min()
    return found


def costs_ms(aims: Objectives, budget: float = BUDGET) -> NDArray[np.float64]:
    """What is least for the best: delay with ghosts; infinite for those that lose too many."""
    cost = aims.delay_ms + GHOST_MS * aims.ghosts / max(aims.turns, 1)
    return np.where(aims.lost <= _bar(aims, budget), cost, np.inf)


def _bar(aims: Objectives, budget: float) -> float:
    """How many turns may be lost: as many as the least loses, where that is more."""
    return max(budget * aims.turns, float(aims.lost.min()))


def recommended(figures: Figures, grid: Grid, budget: float = BUDGET) -> tuple[Flags, int]:
    """The settings that are best to within a frame, and the one of them with most room around it.

    A frame is the least by which a detector can be faster: to gain less, nobody should have a
    setting at the edge of where speech is still heard.
    """
    aims = objectives(figures)
    good = best(aims, budget, VAD_FRAME_MS)
    for wrong in (aims.lost, aims.ghosts):
        good &= wrong <= wrong[good].min()
    return good, choose(good, figures, grid, VAD_FRAME_MS)


def choose(found: Flags, figures: Figures, grid: Grid, within_ms: float = 0.0) -> int:
    """One of settings that are equally good: the one with most room around it.

    Those come first that answer 95 % of turns sooner and clip fewer beginnings; then the prefix
    that is nearest to the usual one, for it costs no time; then the middle of what is left.
    """
    left = np.flatnonzero(found)
    left = _least(left, figures.delay_p95_ms, within_ms)
    left = _least(left, figures.clipped)
    thresholds, silences, prefixes = grid.shape
    pair, prefix = np.divmod(np.arange(grid.size), prefixes)
    usual = SegmenterSettings().prefix_padding_ms
    left = _least(left, np.abs(np.array(grid.prefixes_ms) - usual)[prefix])
    places = np.stack([pair // silences / thresholds, pair % silences / silences])
    middle = np.median(places[:, left], axis=1, keepdims=True)
    return int(_least(left, np.abs(places - middle).sum(axis=0))[0])


def front(figures: Figures, grid: Grid) -> list[int]:
    """The settings that no other dominates, fastest first; of equal ones, one."""
    aims = objectives(figures)
    table = np.stack([aims.delay_ms, aims.lost, aims.ghosts], axis=1)
    points, which = np.unique(table, axis=0, return_inverse=True)
    which = which.reshape(-1)
    kept: list[int] = []
    for at, point in enumerate(points):
        no_worse = (points[kept] <= point).all(axis=1)
        if np.isfinite(point[0]) and not no_worse.any():  # sorted: none that follows is better
            kept.append(at)
    return [choose(which == at, figures, grid) for at in kept]


def _least(
    left: Indices, value: NDArray[np.int64] | NDArray[np.float64], within: float = 0.0
) -> Indices:
    found: Indices = left[value[left] <= value[left].min() + within]
    return found
