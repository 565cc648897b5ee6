from __future__ import annotations

import numpy as np
import pytest

from studio.audio.capture_times import CaptureTimes

RATE, BLOCK = 48_000, 960


def test_blocks_follow_each_other_though_the_card_errs_by_milliseconds() -> None:
    times = CaptureTimes(RATE)
    errors_s = np.random.default_rng(1).uniform(-0.004, 0.004, 500)
    ends = [times.end(at * 0.02 + error, BLOCK) for at, error in enumerate(errors_s)]
    assert max(abs(np.diff(ends[5:]) - 0.02)) < 0.0005
    late = np.array(ends[100:]) - np.arange(101, 501) * 0.02
    assert abs(late).max() < 0.002


def test_a_clock_that_drifts_is_followed() -> None:
    times = CaptureTimes(RATE)
    told = [at * 0.02 * 1.001 for at in range(1000)]
    ends = [times.end(begin, BLOCK) for begin in told]
    assert ends[-1] == pytest.approx(told[-1] + 0.02, abs=0.001)


def test_lost_sound_is_no_jitter() -> None:
    times = CaptureTimes(RATE)
    times.end(1.0, BLOCK)
    assert times.end(1.5, BLOCK) == pytest.approx(1.52)


def test_what_is_said_of_the_first_block_is_not_held_on_to() -> None:
    times = CaptureTimes(RATE)
    times.end(-0.012, BLOCK)
    ends = [times.end(at * 0.02, BLOCK) for at in range(1, 20)]
    assert ends == pytest.approx([(at + 1) * 0.02 for at in range(1, 20)])
