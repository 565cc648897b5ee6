from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from studio.lab.figures import Figures
from studio.lab.front import best, choose, costs_ms, objectives
from studio.lab.grid import Grid
from studio.lab.refs import Held
from studio.lab.search import FINE_SILENCE_MS, FINE_THRESHOLD, Reach, finer
from studio.lab.sweep import Plan, sweep
from studio.lab.take import Take
from studio.vad.segmenter import SegmenterSettings
from tests.fakes.takes import coughing, hesitating, level_twin

COARSE = Grid((0.3, 0.5, 0.7, 0.9), (100, 300, 500, 700), (300,))
FULL = Grid(
    tuple(at / 100 for at in range(30, 92, 2)), tuple(range(100, 701, FINE_SILENCE_MS)), (300,)
)
WITHIN = Reach((0.3, 0.9), (100, 700))
TAKES = {
    "pauses": [hesitating(f"take {at}", 4 + at) for at in range(9)],
    "a cough": [hesitating("one", 7), coughing("quiet", 0.55), coughing("loud", 0.65)],
    "hasty": [coughing("only", 0.4)],
    "long": [hesitating("long", 20), hesitating("longer", 21)],
}


def figures_of(takes: list[Take], grid: Grid) -> Figures:
    *_, swept = sweep([Held(take) for take in takes], Plan(grid), level_twin())
    return Figures.of(swept.tally, grid)


def searched(takes: list[Take], grid: Grid, reach: Reach | None = None) -> list[Grid]:
    """Every grid that is tried, the last one last."""
    grids = [grid]
    while (after := finer(figures_of(takes, grids[-1]), grids[-1], 0.02, reach)) is not None:
        grids.append(after)
        assert len(grids) < 40
    return grids


def chosen(takes: list[Take], grid: Grid) -> tuple[SegmenterSettings, float]:
    figures = figures_of(takes, grid)
    aims = objectives(figures)
    return grid.at(choose(best(aims), figures, grid)), float(costs_ms(aims).min())


@pytest.mark.parametrize("name", TAKES)
def test_a_search_finds_what_the_full_fine_grid_finds(name: str) -> None:
    last = searched(TAKES[name], COARSE, WITHIN)[-1]
    found, cost = chosen(TAKES[name], last)
    full, least = chosen(TAKES[name], FULL)
    assert cost == least
    assert abs(found.silence_duration_ms - full.silence_duration_ms) <= 32
    assert last.size < FULL.size / 4


@pytest.mark.parametrize("name", TAKES)
def test_every_grid_holds_the_one_before_and_the_search_repeats(name: str) -> None:
    grids = searched(TAKES[name], COARSE)
    for before, after in pairwise(grids):
        assert set(before.thresholds) <= set(after.thresholds)
        assert set(before.silences_ms) <= set(after.silences_ms)
        assert before.size < after.size
    assert searched(TAKES[name], COARSE) == grids
    assert searched(TAKES[name], grids[-1]) == grids[-1:]


def test_steps_are_fine_around_what_is_recommended() -> None:
    last = searched(TAKES["pauses"], COARSE)[-1]
    found, _ = chosen(TAKES["pauses"], last)
    for values, value, step in (
        (last.thresholds, found.threshold, FINE_THRESHOLD),
        (last.silences_ms, found.silence_duration_ms, FINE_SILENCE_MS),
    ):
        at = values.index(value)
        near = np.diff(values[at - 1 : at + 2])
        assert len(near) == 2
        assert near.max() <= step + 1e-9


def test_a_best_at_the_border_is_gone_beyond() -> None:
    takes = [hesitating("short", 8), hesitating("long", 20)]
    outside = Grid((0.3, 0.5), (100, 200, 300), (300,))
    found, _ = chosen(takes, outside)
    assert found.silence_duration_ms == 300
    last = searched(takes, outside)[-1]
    found, _ = chosen(takes, last)
    assert last.silences_ms[-1] > found.silence_duration_ms > 600
    held = searched(takes, outside, Reach((0.3, 0.5), (100, 300)))[-1]
    assert (held.thresholds[-1], held.silences_ms[-1]) == (0.5, 300)


def test_an_axis_with_one_value_stays() -> None:
    last = searched(TAKES["pauses"], Grid((0.5,), (100, 700), (0, 300)))[-1]
    assert last.thresholds == (0.5,)
    assert last.prefixes_ms == (0, 300)
    assert len(last.silences_ms) > 4
    one = Grid((0.5,), (500,), (300,))
    assert searched(TAKES["pauses"], one) == [one]


def test_where_every_turn_is_lost_it_is_looked_for_elsewhere() -> None:
    grid = Grid((0.93, 0.97), (100, 200), (300,))
    takes = TAKES["long"]
    assert not np.isfinite(chosen(takes, grid)[1])
    found, cost = chosen(takes, searched(takes, grid)[-1])
    assert np.isfinite(cost)
    assert found.threshold <= 0.9
    assert found.silence_duration_ms > 600
    held = Reach((0.93, 0.97), (100, 200))
    assert searched(takes, grid, held) == [grid]


def test_what_would_be_too_large_is_looked_for_around_the_best_alone() -> None:
    grid = Grid(tuple(at / 100 for at in range(1, 99, 3)), tuple(range(0, 1500, 20)), (300,))
    wider = finer(figures_of(TAKES["hasty"], grid), grid)
    assert wider is None or wider.pairs <= 2_500
