from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.lab.bootstrap import most_of_none, trust
from studio.lab.figures import RATES, Figures
from studio.lab.front import best, choose, front, objectives
from studio.lab.grid import Grid
from studio.lab.refs import Held
from studio.lab.sweep import Plan, sweep
from studio.lab.tally import COUNTED, Tally
from tests.fakes.takes import coughing, hesitating, level_twin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Delays = NDArray[np.float64]

GRID = Grid((0.3, 0.5, 0.7), (100, 300, 500), (0, 300))


def figures_of(turns: int, counts: list[Counts], delays: list[Delays]) -> Figures:
    named = dict(zip((*COUNTED, "clipped"), counts, strict=True))
    return Figures(
        turns=turns, audio_ms=60_000, delay_p50_ms=delays[0], delay_p95_ms=delays[1], **named
    )


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    def counts() -> Counts:
        return np.array(draw(st.lists(st.integers(0, 6), min_size=GRID.size, max_size=GRID.size)))

    delays = [
        np.array(
            draw(
                st.lists(
                    st.sampled_from([100.0, 200.0, 300.0, np.inf]),
                    min_size=GRID.size,
                    max_size=GRID.size,
                )
            )
        )
        for _ in range(2)
    ]
    return figures_of(20, [counts() for _ in range(8)], delays)


@given(figures())
def test_the_front_has_no_dominated_point_and_leaves_none_out(found: Figures) -> None:
    points = np.stack([found.delay_p50_ms, found.lost, found.ghosts], axis=1)
    on = front(found, GRID)
    assert len({tuple(points[at]) for at in on}) == len(on)
    for at in range(GRID.size):
        dominated = [
            (points[one] <= points[at]).all() and (points[one] < points[at]).any() for one in on
        ]
        if at in on:
            assert not any(dominated)
        elif np.isfinite(points[at, 0]):
            assert any(dominated) or tuple(points[at]) in {tuple(points[one]) for one in on}


@given(figures(), st.sampled_from([0.0, 0.02, 0.3]))
def test_the_best_is_on_the_front(found: Figures, budget: float) -> None:
    chosen = choose(best(objectives(found), budget), found, GRID)
    on = {(found.delay_p50_ms[at], found.lost[at], found.ghosts[at]) for at in front(found, GRID)}
    if np.isfinite(found.delay_p50_ms[chosen]):
        assert (found.delay_p50_ms[chosen], found.lost[chosen], found.ghosts[chosen]) in on


def test_rates_have_their_names() -> None:
    found = figures_of(0, [np.zeros(3, np.int64)] * 8, [np.zeros(3)] * 2)
    assert tuple(found.rates()) == RATES
    assert found.rates()["cutoff_rate"].tolist() == [0, 0, 0]


def swept_takes() -> Tally:
    takes = [hesitating(f"take {at}", 6 + at % 7) for at in range(14)] + [coughing()]
    *_, last = sweep([Held(take) for take in takes], Plan(GRID), level_twin())
    return last.tally


def test_drawing_anew_is_reproducible_and_tells_settings_apart() -> None:
    tally = swept_takes()
    one, again = trust(tally, GRID, 0.02), trust(tally, GRID, 0.02)
    np.testing.assert_array_equal(one.wins, again.wins)
    assert one.units == 15
    chosen = choose(best(objectives(Figures.of(tally, GRID))), Figures.of(tally, GRID), GRID)
    assert GRID.at(chosen).silence_duration_ms == 500
    assert GRID.at(chosen).threshold == 0.7  # the cough stays under it
    assert one.wins[chosen // 2] > 0.9
    assert one.wins[0] < 0.1
    assert one.cutoff_rate[0].high == 1.0 or one.cutoff_rate[0].low > 0.5
    delay = one.delay_p50_ms[chosen // 2]
    exact = Figures.of(tally, GRID).delay_p50_ms[chosen]
    assert delay.low - 32 <= exact <= delay.high + 32


def test_a_turn_that_is_heard_twice_proves_no_more_than_one() -> None:
    tally = swept_takes()
    turns, patient = int(tally.turns.sum()), GRID.pairs - 1
    once, twice = trust(tally, GRID, 0.02), trust(tally, GRID, 0.02, variants=2)
    assert once.lost_rate[patient] == (0, most_of_none(turns))
    assert twice.lost_rate[patient] == (0, most_of_none(turns // 2))


def test_none_of_few_allows_much() -> None:
    assert 0.08 < most_of_none(34) < 0.09
    assert most_of_none(0) == 1.0
