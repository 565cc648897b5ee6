from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.audio.loudness import integrated_lufs, true_peak_db

RATES = (8_000, 16_000, 24_000, 48_000)


def sine(
    seconds: float, level_db: float, rate_hz: int = 48_000, hz: float = 997
) -> NDArray[np.float32]:
    moments = np.arange(round(seconds * rate_hz)) / rate_hz
    return (np.sin(2 * np.pi * hz * moments) * 10 ** (level_db / 20)).astype(np.float32)


def noise(seed: int, seconds: float, rate_hz: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 0.02, round(seconds * rate_hz)).astype(np.float32)


@pytest.mark.parametrize("rate_hz", RATES)
def test_a_sine_of_full_scale_has_minus_three_lufs(rate_hz: int) -> None:
    # BS.1770: 997 Hz at 0 dBFS in one channel. A slower clock moves its filter's shelf a little.
    tolerance = 0.05 if rate_hz >= 24_000 else 0.3
    assert integrated_lufs(sine(5, 0.0, rate_hz), rate_hz) == pytest.approx(-3.01, abs=tolerance)


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        # EBU Tech 3341, cases 1 to 5, as one channel: both channels alike are 3.01 LU louder.
        ([(20, -23.0)], -23.0),
        ([(20, -33.0)], -33.0),
        ([(10, -36.0), (60, -23.0), (10, -36.0)], -23.0),
        ([(10, -72.0), (10, -36.0), (60, -23.0), (10, -36.0), (10, -72.0)], -23.0),
        ([(20, -26.0), (20.1, -20.0), (20, -26.0)], -23.0),
    ],
)
def test_the_test_signals_of_the_ebu_have_their_loudness(
    parts: list[tuple[float, float]], wanted: float
) -> None:
    sound = np.concatenate([sine(seconds, level, hz=1000) for seconds, level in parts])
    assert integrated_lufs(sound, 48_000) == pytest.approx(wanted - 3.01, abs=0.1)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 99),
    gain_db=st.floats(-20, 20),
    rate_hz=st.sampled_from(RATES),
    seconds=st.floats(0.2, 4),
)
def test_a_gain_moves_it_by_as_much(
    seed: int, gain_db: float, rate_hz: int, seconds: float
) -> None:
    sound = noise(seed, seconds, rate_hz)
    before = integrated_lufs(sound, rate_hz)
    after = integrated_lufs(sound * np.float32(10 ** (gain_db / 20)), rate_hz)
    assert before is not None
    assert after == pytest.approx(before + gain_db, abs=0.01)


@settings(max_examples=20)
@given(seed=st.integers(0, 99), silence_s=st.floats(0.5, 20))
def test_silence_around_it_leaves_it_nearly_as_it_is(seed: int, silence_s: float) -> None:
    sound = noise(seed, 4, 24_000)
    silence = np.zeros(round(silence_s * 24_000), np.float32)
    before = integrated_lufs(sound, 24_000)
    after = integrated_lufs(np.concatenate((silence, sound, silence)), 24_000)
    assert before is not None
    # Blocks that lie across the edges are partly silent and within the gate.
    assert after == pytest.approx(before, abs=0.6)


@pytest.mark.parametrize("size", [0, 1, 100, 24_000])
def test_silence_has_none(size: int) -> None:
    assert integrated_lufs(np.zeros(size, np.float32), 24_000) is None
    assert true_peak_db(np.zeros(size, np.float32), 24_000) is None


def test_what_is_below_the_absolute_gate_counts_as_silence() -> None:
    assert integrated_lufs(sine(3, -75.0), 48_000) is None


def test_the_true_peak_lies_between_the_samples() -> None:
    # A quarter of the rate, sampled 45 degrees off its crests: samples at -3 dB, peaks at 0 dB.
    moments = np.arange(48_000)
    sound = np.sin(np.pi / 2 * moments + np.pi / 4).astype(np.float32)
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak_db(sound[1_000:-1_000], 48_000) == pytest.approx(0.0, abs=0.3)
