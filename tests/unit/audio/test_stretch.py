from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.audio.stretch import Stretch

RATE_HZ = 24_000
SPEEDS = (0.5, 0.75, 1.25, 1.5, 2.0)


def tone(seconds: float, pitch_hz: float) -> NDArray[np.int16]:
    at = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return np.round(12_000 * np.sin(2 * np.pi * pitch_hz * at)).astype(np.int16)


def stretched(
    samples: NDArray[np.int16], speed: float, cuts: tuple[int, ...] = ()
) -> NDArray[np.int16]:
    stretch = Stretch(speed, RATE_HZ)
    return np.concatenate([stretch.process(each) for each in np.split(samples, sorted(cuts))])


def pitch_of(samples: NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum) * RATE_HZ / samples.size)


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("pitch_hz", [110.0, 220.0, 700.0])
def test_a_tone_keeps_its_pitch_and_takes_as_long_as_the_speed_says(
    speed: float, pitch_hz: float
) -> None:
    made = stretched(tone(2.0, pitch_hz), speed)
    assert made.size / RATE_HZ == pytest.approx(2.0 / speed, abs=0.06 / speed)
    assert pitch_of(made) == pytest.approx(pitch_hz, rel=0.02)


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_tone_stays_as_loud_as_it_was(speed: float) -> None:
    made = stretched(tone(2.0, 180.0), speed).astype(np.float64)
    windows = made[: made.size // 1200 * 1200].reshape(-1, 1200)
    loudness = np.sqrt((windows**2).mean(axis=1))[1:-1]
    assert loudness.min() > 0.85 * 12_000 / np.sqrt(2)
    assert loudness.max() < 1.1 * 12_000 / np.sqrt(2)


@pytest.mark.parametrize("speed", SPEEDS)
def test_sound_is_where_the_speed_puts_it(speed: float) -> None:
    """Bursts of a tone begin about where they ought to."""
    samples = np.zeros(3 * RATE_HZ, np.int16)
    begins = (0.5, 1.2, 2.1)
    for begin in begins:
        first = int(begin * RATE_HZ)
        samples[first : first + 4_800] = tone(0.2, 300.0)
    made = np.abs(stretched(samples, speed).astype(np.int32)) > 2_000
    found = [np.argmax(made[int((b - 0.2) / speed * RATE_HZ) :]) / RATE_HZ for b in begins]
    for at in found:
        assert at == pytest.approx(0.2 / speed, abs=0.023 / min(1.0, speed))


@given(cuts=st.lists(st.integers(0, 12_000), max_size=12).map(tuple), speed=st.sampled_from(SPEEDS))
@settings(max_examples=25)
def test_how_the_stream_is_cut_up_changes_nothing(cuts: tuple[int, ...], speed: float) -> None:
    noise = np.random.default_rng(7).integers(-8_000, 8_000, 12_000).astype(np.int16)
    assert np.array_equal(stretched(noise, speed, cuts), stretched(noise, speed))


def test_silence_stays_silent() -> None:
    assert not stretched(np.zeros(RATE_HZ, np.int16), 1.5).any()
