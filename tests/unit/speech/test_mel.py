from __future__ import annotations

import numpy as np
import pytest

from studio.speech.mel import log_mel


def test_silence_need_not_be_transformed_to_be_there() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    written_out = np.concatenate((sound, np.zeros(32_000, np.float32)))
    assert log_mel(sound, 2).shape == (80, 300)
    assert np.abs(log_mel(sound, 2) - log_mel(written_out, 0)).max() < 1e-5


@pytest.mark.parametrize(("frequency_hz", "band"), [(200, 4), (1000, 26), (4000, 62)])
def test_a_tone_lights_its_band(frequency_hz: float, band: int) -> None:
    # The Slaney scale puts 82 corners up to 8 kHz, 0.559 mel apart; band n peaks at corner n + 1.
    tone = np.sin(2 * np.pi * frequency_hz * np.arange(16_000) / 16_000).astype(np.float32)
    features = log_mel(tone, 1)
    assert abs(int(features[:, 50].argmax()) - band) <= 1
    assert features.max() - features.min() == pytest.approx(2)


def test_the_shortest_sounds_are_pictured() -> None:
    assert np.isfinite(log_mel(np.ones(400, np.float32), 8)).all()
