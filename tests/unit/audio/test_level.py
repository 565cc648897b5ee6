from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.level import FLOOR_DB, SILENT, PeakHold, measure


def test_a_full_scale_square_is_zero_decibels() -> None:
    level = measure(np.full(480, -32768, np.int16))
    assert (level.rms_db, level.peak_db) == (0.0, 0.0)


def test_a_sine_is_three_decibels_below_its_peak() -> None:
    sine = (16384 * np.sin(np.arange(4800) * 2 * np.pi / 48)).astype(np.int16)
    level = measure(sine)
    assert level.peak_db == pytest.approx(-6.02, abs=0.01)
    assert level.rms_db == pytest.approx(-9.03, abs=0.01)


def test_nothing_and_silence_are_at_the_floor() -> None:
    assert measure(np.zeros(0, np.int16)) == SILENT == measure(np.zeros(480, np.int16))
    assert SILENT.peak_db == FLOOR_DB


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=50))
def test_rms_never_exceeds_the_peak(values: list[int]) -> None:
    level = measure(np.array(values, np.int16))
    assert FLOOR_DB <= level.rms_db <= level.peak_db + 1e-5
    assert level.peak_db <= 0


def test_a_peak_is_held_then_falls() -> None:
    peak = PeakHold().after(-6, 20)
    assert peak.after(-40, 1000).peak_db == -6
    assert peak.after(-40, 1000).after(-40, 500).peak_db == -16
    assert peak.after(-40, 1500).peak_db == -16
    assert peak.after(-40, 60_000).peak_db == -40
    assert peak.after(-3, 20).peak_db == -3
