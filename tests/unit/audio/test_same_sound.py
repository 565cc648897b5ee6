from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.formats import AudioFormat
from studio.audio.same_sound import shift_ms
from studio.audio.samples import decode, encode, to_float, to_int16

RATE_HZ = 24_000


def speech_like(ms: float, seed: int) -> NDArray[np.float32]:
    """Noise of a speech's colour that swells and fades, as words do."""
    count = round(ms * RATE_HZ / 1000)
    noise = np.random.default_rng(seed).standard_normal(count)
    colored = np.convolve(np.append(noise, 0.0), np.exp(-np.arange(60) / 12))[:count]
    swell = np.sin(np.arange(count) / RATE_HZ * 9) ** 2
    return np.asarray(0.05 * colored * swell, np.float32)


@pytest.mark.parametrize("at_ms", [0, 1, 37.125, 480, 1000])
def test_a_sound_is_found_where_it_lies(at_ms: float) -> None:
    sound = speech_like(900, 1)
    before = np.zeros(round(at_ms * RATE_HZ / 1000), np.float32)
    after = 0.001 * np.random.default_rng(2).standard_normal(3000).astype(np.float32)
    found = shift_ms(sound, np.concatenate([before, sound, after]), RATE_HZ)
    assert found == pytest.approx(at_ms, abs=0.13)


def test_g711_and_half_the_volume_leave_it_the_same() -> None:
    sound = speech_like(900, 1)[::3]
    code = encode(to_int16(sound * np.float32(0.5)), AudioFormat.PCMU)
    coded = to_float(decode(code, AudioFormat.PCMU))
    within = np.concatenate([np.zeros(800, np.float32), coded])
    assert shift_ms(sound, within, 8000) == pytest.approx(100, abs=0.13)


def test_another_take_is_another_sound() -> None:
    assert shift_ms(speech_like(900, 1), speech_like(1900, 3), RATE_HZ) is None


def test_loud_sound_around_does_not_hide_it() -> None:
    sound = speech_like(500, 1)
    within = np.concatenate([20 * speech_like(400, 5), sound, 20 * speech_like(400, 6)])
    assert shift_ms(sound, within, RATE_HZ) == pytest.approx(400, abs=0.13)


@pytest.mark.parametrize(("one_ms", "other_ms"), [(0, 100), (100, 0), (200, 100), (0, 0)])
def test_too_little_sound_is_none(one_ms: float, other_ms: float) -> None:
    assert shift_ms(speech_like(one_ms, 1), speech_like(other_ms, 1), RATE_HZ) is None


def test_silence_is_like_nothing() -> None:
    silence = np.zeros(RATE_HZ, np.float32)
    assert shift_ms(silence, silence, RATE_HZ) is None
    assert shift_ms(speech_like(500, 1), silence, RATE_HZ) is None
