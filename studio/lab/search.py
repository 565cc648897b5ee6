"""From a coarse grid to a fine one: which values to try next, so that the best lies between others.

Every grid holds the values of the one before. Values are added on both sides of the thresholds that
may yet be best, below the silence that is best there, and beyond the grid where the best is at its
border, until the steps around it are fine. What is left out is what looks worse by more than a step
can mend: a rule of thumb, which a full fine grid can prove wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from studio.core.units import VAD_FRAME_MS
from studio.lab.front import BUDGET, best, choose, costs_ms, objectives
from studio.lab.grid import MOST_PAIRS, MOST_SETTINGS, Grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from studio.lab.figures import Figures

FINE_THRESHOLD, FINE_SILENCE_MS = 0.02, 10
"""Steps that are fine enough."""

_STRIDE = 4
"""Coarse steps of silence that are added at once where no setting loses few enough."""
_SCALE = 1_000
"""Thresholds are reckoned in thousandths, which add up exactly."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a search may go beyond the grid that it begins with; both ends included.

    Under a threshold of 0.15 nothing counts as silence, and no turn ever ends.
    """

    thresholds: tuple[float, float] = (0.2, 0.98)
    silences_ms: tuple[int, int] = (0, 3_000)

    @staticmethod
    def around(grid: Grid, *, has_thresholds: bool, has_silences: bool) -> Reach:
        """Not beyond a list of the grid that a person wrote."""
        reach = Reach()
        if has_thresholds:
            reach = replace(reach, thresholds=(grid.thresholds[0], grid.thresholds[-1]))
        if has_silences:
            reach = replace(reach, silences_ms=(grid.silences_ms[0], grid.silences_ms[-1]))
        return reach


def finer(
    figures: Figures, grid: Grid, budget: float = BUDGET, reach: Reach | None = None
) -> Grid | None:
    """The grid to try next; None where its steps are fine around all that may be best.

    An axis with one value stays as it is.

    Args:
        figures: of the grid.
        grid: what was tried.
        budget: the share of turns that may be lost.
        reach: how far to go beyond.
    """
    reach = reach or Reach()
    aims = objectives(figures)
    costs = costs_ms(aims, budget).reshape(grid.shape)[..., 0]
    if not np.isfinite(costs.min()):
        return _elsewhere(grid, reach)
    chosen = divmod(
        choose(best(aims, budget), figures, grid) // grid.shape[2], len(grid.silences_ms)
    )
    if aims.lost.min() > budget * aims.turns:
        longer = _longer(grid, reach)
        if longer != grid:
            return longer
    for rows in (_hopeful(costs, grid), [chosen[0]]):
        found = _wider(grid, costs, rows, chosen, reach)
        if found is not None:
            return found if found != grid else None
    return None


def _elsewhere(grid: Grid, reach: Reach) -> Grid | None:
    """Where every turn is lost: with more patience, and a lower bar."""
    thresholds = [round(each * _SCALE) for each in grid.thresholds]
    low, high = (round(each * _SCALE) for each in reach.thresholds)
    lower = sorted({*thresholds, *_beyond(thresholds, 0, (low, high))})
    longer = _longer(grid, reach)
    found = replace(longer, thresholds=tuple(each / _SCALE for each in lower))
    return found if found != grid else None


def _longer(grid: Grid, reach: Reach) -> Grid:
    """With more patience, where too many turns are lost whatever was tried."""
    silences, highest = grid.silences_ms, reach.silences_ms[1]
    if len(silences) < 2 or silences[-1] >= highest:
        return grid
    step = max(_gaps(silences))
    more = {min(highest, silences[-1] + step * times) for times in range(1, _STRIDE + 1)}
    wider = (*silences, *sorted(more))
    fits = _fits(len(grid.thresholds) * len(wider), grid)
    return replace(grid, silences_ms=wider) if fits else grid


def _hopeful(costs: NDArray[np.float64], grid: Grid) -> list[int]:
    """The thresholds that a shorter silence, not tried yet, might make the best."""
    gaps = _gaps(grid.silences_ms)
    least = costs.min()
    return [
        row
        for row, silence in enumerate(np.argmin(costs, axis=1).tolist())
        if costs[row, silence] - gaps[max(0, silence - 1)] - VAD_FRAME_MS <= least
    ]


def _wider(
    grid: Grid,
    costs: NDArray[np.float64],
    rows: Sequence[int],
    chosen: tuple[int, int],
    reach: Reach,
) -> Grid | None:
    """The grid with values around these thresholds; None where it would be too large."""
    row, silence = chosen
    lowest = np.argmin(costs, axis=1)[list(rows)].tolist()
    thresholds = [round(each * _SCALE) for each in grid.thresholds]
    low, high = (round(each * _SCALE) for each in reach.thresholds)
    fine = round(FINE_THRESHOLD * _SCALE)
    more = _between_all(thresholds, rows, rows, fine) | _beyond(thresholds, row, (low, high))
    wider = tuple(each / _SCALE for each in sorted({*thresholds, *more}))
    added = _between_all(grid.silences_ms, {*lowest, silence}, {silence}, FINE_SILENCE_MS)
    added |= _beyond(grid.silences_ms, silence, reach.silences_ms)
    silences = tuple(sorted({*grid.silences_ms, *added}))
    if not _fits(len(wider) * len(silences), grid):
        return None
    return Grid(wider, silences, grid.prefixes_ms)


def _fits(pairs: int, grid: Grid) -> bool:
    """Whether so many thresholds with silences are few enough, with the grid's prefixes."""
    return pairs <= MOST_PAIRS and pairs * len(grid.prefixes_ms) <= MOST_SETTINGS


def _between_all(
    values: Sequence[int], below: Iterable[int], above: Iterable[int], fine: int
) -> set[int]:
    """The middles between values at some places and the next lower ones, or the next higher."""
    gaps = _gaps(values)
    lows = {at - 1 for at in below if at > 0} | {at for at in above if at < len(values) - 1}
    return {_between(values[low], values[low + 1]) for low in lows if gaps[low] > fine}


def _beyond(values: Sequence[int], at: int, ends: tuple[int, int]) -> set[int]:
    """A value beyond the border that a place is at, a coarse step away."""
    if len(values) < 2:
        return set()
    step, (lowest, highest) = max(_gaps(values)), ends
    if at == 0:
        return {max(lowest, values[0] - step)} if lowest < values[0] else set()
    if at == len(values) - 1:
        return {min(highest, values[-1] + step)} if highest > values[-1] else set()
    return set()


def _between(low: int, high: int) -> int:
    """The middle, a round number where one is there."""
    middle = (low + high) // 2
    rounded = middle // 10 * 10
    return rounded if low < rounded < high else middle


def _gaps(values: Sequence[int]) -> list[int]:
    return [then - one for one, then in pairwise(values)] or [0]
