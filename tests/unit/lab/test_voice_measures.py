from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.lab.voice_measures import (
    SHORTEST_PAUSE_MS,
    TARGET_LUFS,
    Measures,
    Pace,
    matching_target_lufs,
    measured,
    pace_of,
    pitch_median_hz,
)

RATE_HZ = 24_000


def voice(ms: float, hz: float = 120.0, level: float = 0.2) -> NDArray[np.float32]:
    """Pulses like those of vocal folds: a fundamental with overtones that fall by half."""
    moments = np.arange(round(ms * RATE_HZ / 1000)) / RATE_HZ
    tones = sum(0.5**n * np.sin(2 * np.pi * hz * (n + 1) * moments) for n in range(6))
    return (np.asarray(tones) * level).astype(np.float32)


def silence(ms: float) -> NDArray[np.float32]:
    return np.zeros(round(ms * RATE_HZ / 1000), np.float32)


@settings(max_examples=30)
@given(hz=st.floats(70, 380), level=st.floats(0.01, 0.3))
def test_the_pitch_is_that_of_the_folds_however_loud(hz: float, level: float) -> None:
    assert pitch_median_hz(voice(400, hz, level), RATE_HZ) == pytest.approx(hz, rel=0.02)


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, RATE_HZ).astype(np.float32)
    assert pitch_median_hz(noise, RATE_HZ) is None
    assert pitch_median_hz(silence(500), RATE_HZ) is None
    assert pitch_median_hz(silence(5), RATE_HZ) is None


@settings(max_examples=30)
@given(
    lead_ms=st.integers(0, 50).map(lambda n: n * 10),
    gaps_ms=st.lists(st.integers(2, 90).map(lambda n: n * 10), max_size=5),
)
def test_pauses_are_found_where_they_were_put(lead_ms: int, gaps_ms: list[int]) -> None:
    parts = [silence(lead_ms), voice(300)]
    for gap in gaps_ms:
        parts += [silence(gap), voice(300)]
    pace = pace_of(np.concatenate([*parts, silence(400)]), RATE_HZ)
    wanted = [gap for gap in gaps_ms if gap >= SHORTEST_PAUSE_MS]
    assert pace.lead_ms == lead_ms
    assert pace.pauses_ms == pytest.approx(wanted)
    assert pace.span_ms == pytest.approx(300 * (len(gaps_ms) + 1) + sum(gaps_ms))
    assert pace.longest_pause_ms == max(wanted, default=0)


def test_pace_counts_words_over_the_time_of_speech() -> None:
    pace = pace_of(np.concatenate([silence(1000), voice(6000), silence(3000)]), RATE_HZ)
    assert pace.words_per_minute(15) == pytest.approx(150, rel=0.01)
    assert pace.pause_share == 0.0
    assert Pace().words_per_minute(5) is None
    assert Pace().pause_share is None
    assert pace_of(silence(700), RATE_HZ) == Pace(sound_ms=700)


@settings(max_examples=30)
@given(levels=st.lists(st.floats(0.002, 0.45), min_size=1, max_size=6))
def test_matched_sounds_are_equally_loud_and_none_clips(levels: list[float]) -> None:
    sounds = [voice(1500, 150, level) for level in levels]
    figures = [measured(sound, RATE_HZ) for sound in sounds]
    target = matching_target_lufs(figures)
    assert target <= TARGET_LUFS
    for sound, before in zip(sounds, figures, strict=True):
        assert before.lufs is not None
        after = measured(sound * np.float32(10 ** ((target - before.lufs) / 20)), RATE_HZ)
        assert after.lufs == pytest.approx(target, abs=0.1)
        assert after.true_peak_db is not None
        assert after.true_peak_db < 0.05
        assert after.clipped == 0


def test_a_sound_with_high_peaks_lowers_the_target_for_all() -> None:
    calm = Measures(lufs=-30.0, true_peak_db=-18.0, clipped=0, pitch_hz=None)
    spiky = Measures(lufs=-35.0, true_peak_db=-2.0, clipped=0, pitch_hz=None)
    nothing = Measures(lufs=None, true_peak_db=None, clipped=0, pitch_hz=None)
    assert matching_target_lufs([calm, nothing]) == TARGET_LUFS
    assert matching_target_lufs([calm, spiky, nothing]) == -33.0


def test_only_runs_at_full_scale_count_as_clipped() -> None:
    sound = voice(100)
    sound[10] = 1.0
    assert measured(sound, RATE_HZ).clipped == 0
    sound[20:25] = -1.0
    assert measured(sound, RATE_HZ).clipped == 5
