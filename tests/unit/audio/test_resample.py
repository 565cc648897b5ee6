from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.audio.resample import StreamResampler, resample_offline
from studio.audio.samples import to_float

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATES = [
    (24_000, 16_000),
    (8_000, 16_000),
    (24_000, 8_000),
    (8_000, 24_000),
    (48_000, 24_000),
    (24_000, 48_000),
    (44_100, 24_000),
]


def tone(frequency_hz: float, rate_hz: int, seconds: float = 0.5) -> NDArray[np.float32]:
    at = np.arange(int(rate_hz * seconds)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * frequency_hz * at)).astype(np.float32)


def whole(samples: NDArray[np.float32], in_hz: int, out_hz: int) -> NDArray[np.float32]:
    resampler = StreamResampler(in_hz, out_hz)
    return np.concatenate((resampler.process(samples), resampler.flush(samples)))


def decibels(samples: NDArray[np.float32]) -> float:
    steady = samples[samples.size // 10 : -samples.size // 10]
    return 20 * float(np.log10(np.sqrt(np.mean(np.square(steady))) / (0.5 / np.sqrt(2)) + 1e-9))


@given(
    rates=st.sampled_from(RATES),
    cuts=st.lists(st.integers(0, 1500), max_size=12),
    as_float=st.booleans(),
    seed=st.integers(0, 100),
)
@settings(max_examples=60)
def test_a_stream_equals_its_whole_to_the_last_bit(
    rates: tuple[int, int], cuts: list[int], as_float: bool, seed: int
) -> None:
    noise = np.random.default_rng(seed).integers(-32768, 32767, 1500).astype(np.int16)
    samples: NDArray[np.int16] | NDArray[np.float32] = to_float(noise) if as_float else noise
    one, many = StreamResampler(*rates), StreamResampler(*rates)
    expected = np.concatenate((one.process(samples), one.flush(samples)))
    edges = [0, *sorted(cuts), 1500]
    pieces = [many.process(samples[a:b]) for a, b in itertools.pairwise(edges)]
    got = np.concatenate([*pieces, many.flush(samples)])
    assert got.dtype == samples.dtype
    assert np.array_equal(got, expected)
    assert got.size == -(-1500 * rates[1] // rates[0])


@pytest.mark.parametrize(("in_hz", "out_hz"), RATES)
def test_sound_keeps_its_place_and_its_level(in_hz: int, out_hz: int) -> None:
    got = whole(tone(997, in_hz), in_hz, out_hz)
    edge = out_hz // 50
    assert np.abs(got - tone(997, out_hz))[edge:-edge].max() < 1e-3


@pytest.mark.parametrize(("in_hz", "out_hz"), RATES)
def test_the_voice_band_passes_whole(in_hz: int, out_hz: int) -> None:
    assert abs(decibels(whole(tone(0.42 * min(in_hz, out_hz), in_hz), in_hz, out_hz))) < 0.1


@pytest.mark.parametrize(("in_hz", "out_hz"), [rates for rates in RATES if rates[0] > rates[1]])
@pytest.mark.parametrize("above", [1.02, 1.3])
def test_what_would_alias_is_rejected(in_hz: int, out_hz: int, above: float) -> None:
    assert decibels(whole(tone(out_hz / 2 * above, in_hz), in_hz, out_hz)) < -60


@pytest.mark.parametrize(("in_hz", "out_hz"), RATES)
def test_output_comes_at_a_constant_rate_after_a_small_delay(in_hz: int, out_hz: int) -> None:
    resampler = StreamResampler(in_hz, out_hz)
    assert resampler.lookahead_ms < 5
    sizes = [resampler.process(np.zeros(in_hz // 50, np.float32)).size for _ in range(10)]
    assert set(sizes[1:]) == {out_hz // 50}
    assert out_hz // 50 - sizes[0] <= resampler.lookahead_ms * out_hz / 1000 + 1


def test_full_scale_clips_and_does_not_wrap() -> None:
    loud = np.where(np.arange(2400) // 30 % 2, 32767, -32768).astype(np.int16)
    got = StreamResampler(24_000, 16_000).process(loud)
    assert got.max() == 32767
    assert got[got.size // 2 :].min() == -32768


def test_the_same_rate_changes_nothing() -> None:
    samples = tone(440, 24_000)
    assert np.array_equal(whole(samples, 24_000, 24_000), samples)
    assert StreamResampler(24_000, 24_000).lookahead_ms == 0


def test_a_clip_keeps_its_pitch_offline() -> None:
    got = resample_offline(tone(997, 44_100), 44_100, 24_000)
    assert np.abs(got - tone(997, 24_000))[500:-500].max() < 1e-3
    assert resample_offline(got[:0], 24_000, 8_000).size == 0
