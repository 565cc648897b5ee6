from __future__ import annotations

import numpy as np
import pytest

from studio.audio.heard_times import HeardTimes

RATE, BLOCK = 24_000, 240
BLOCK_S = BLOCK / RATE


def test_blocks_follow_each_other_though_they_are_fetched_late() -> None:
    late_s = np.random.default_rng(1).exponential(0.002, 1_000)
    times = HeardTimes(RATE)
    heard = [times.begin(at * BLOCK_S + late, 0.03 - late, BLOCK) for at, late in enumerate(late_s)]
    assert heard == pytest.approx([at * BLOCK_S + 0.03 for at in range(1_000)], abs=0.001)


def test_an_account_that_wanders_is_not_believed() -> None:
    times = HeardTimes(RATE)
    wander_s = 0.045 * np.sin(np.linspace(0, np.pi, 1_000))
    heard = [times.begin(at * BLOCK_S, 0.03 + wrong, BLOCK) for at, wrong in enumerate(wander_s)]
    assert heard == pytest.approx([at * BLOCK_S + 0.03 for at in range(1_000)], abs=0.003)


def test_a_card_that_ran_dry_is_heard_later_from_then_on() -> None:
    times = HeardTimes(RATE)
    slips_s = [0.0] * 500 + [0.02] * 500
    heard = [times.begin(at * BLOCK_S + slip, 0.03, BLOCK) for at, slip in enumerate(slips_s)]
    assert heard[499] == pytest.approx(499 * BLOCK_S + 0.03, abs=0.001)
    assert heard[540] == pytest.approx(540 * BLOCK_S + 0.05, abs=0.001)
    assert heard[-1] == pytest.approx(999 * BLOCK_S + 0.05, abs=0.001)


def test_one_late_block_moves_nothing() -> None:
    times = HeardTimes(RATE)
    heard = [
        times.begin(at * BLOCK_S + (0.05 if at == 300 else 0), 0.03, BLOCK) for at in range(400)
    ]
    assert heard == pytest.approx([at * BLOCK_S + 0.03 for at in range(400)], abs=0.001)


@pytest.mark.parametrize("drift", [-1e-4, 1e-4])
def test_a_clock_that_drifts_is_followed(drift: float) -> None:
    times = HeardTimes(RATE)
    fetched = [at * BLOCK_S * (1 + drift) for at in range(12_000)]
    heard = [times.begin(at, 0.03, BLOCK) for at in fetched]
    assert heard[-1] == pytest.approx(fetched[-1] + 0.03, abs=0.001)


def test_an_account_that_is_far_off_for_a_second_was_right() -> None:
    times = HeardTimes(RATE)
    heard = [times.begin(at * BLOCK_S, 0.03 if at < 100 else 0.3, BLOCK) for at in range(400)]
    assert heard[-1] == pytest.approx(399 * BLOCK_S + 0.3, abs=0.002)
