from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from studio.speech.pitch import pitch_marks, reshaped

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE_HZ, HOP = 24_000, 300


def contour(pitch_hz: float, frames: int = 80) -> NDArray[np.float32]:
    """A second that is voiced in its middle half."""
    f0_hz = np.zeros(frames, np.float32)
    f0_hz[frames // 4 : -frames // 4] = pitch_hz
    return f0_hz


def sounding(f0_hz: NDArray[np.float32]) -> NDArray[np.float32]:
    """Decaying pulses at the pitch marks, and faint noise throughout."""
    noise = np.random.default_rng(0).normal(0, 0.01, f0_hz.size * HOP)
    marks = pitch_marks(f0_hz, HOP, RATE_HZ)
    decay = np.exp(-np.arange(80) / 20)
    for position, voiced in zip(marks.positions, marks.voiced, strict=True):
        if voiced:
            noise[position : position + 80] += decay[: noise.size - position]
    return noise.astype(np.float32)


def measured_pitch_hz(sound: NDArray[np.float32]) -> float:
    middle = sound[sound.size // 2 - 1500 : sound.size // 2 + 1500]
    echo = np.correlate(middle, middle, "full")[middle.size - 1 :]
    return RATE_HZ / (60 + int(echo[60:400].argmax()))


def test_marks_stand_a_period_apart_where_voiced_and_5_ms_elsewhere() -> None:
    marks = pitch_marks(contour(200), HOP, RATE_HZ)
    assert marks.positions == sorted(set(marks.positions))
    assert marks.positions[-1] == 80 * HOP - 1
    steps = np.diff(marks.positions)
    voiced = np.array(marks.voiced)
    # The contour slides from and to silence, so the outermost periods are longer.
    assert np.abs(steps[voiced[:-1] & voiced[1:]][1:-1] - 120).max() <= 1
    assert steps.max() <= 240


def test_no_change_gives_the_sound_back() -> None:
    sound = sounding(contour(200))
    marks = pitch_marks(contour(200), HOP, RATE_HZ)
    assert np.abs(reshaped(sound, marks, 1.0, 1.0) - sound)[200:-200].max() < 1e-5


@pytest.mark.parametrize("pitch", [0.6, 0.7, 1.25])
def test_pitch_moves_and_length_stays(pitch: float) -> None:
    sound = sounding(contour(200))
    got = reshaped(sound, pitch_marks(contour(200), HOP, RATE_HZ), pitch, 1.0)
    assert got.size == sound.size
    assert measured_pitch_hz(got) == pytest.approx(200 * pitch, rel=0.02)


@pytest.mark.parametrize("tempo", [0.5, 0.8, 1.25, 2.0])
def test_tempo_moves_and_pitch_stays(tempo: float) -> None:
    sound = sounding(contour(200))
    got = reshaped(sound, pitch_marks(contour(200), HOP, RATE_HZ), 1.0, tempo)
    assert got.size == int(sound.size / tempo)
    assert measured_pitch_hz(got) == pytest.approx(200, rel=0.02)


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_sounds_of_a_few_frames_survive(frames: int) -> None:
    for f0_hz in (np.zeros(frames, np.float32), np.full(frames, 180, np.float32)):
        sound = np.ones(frames * HOP, np.float32)
        got = reshaped(sound, pitch_marks(f0_hz, HOP, RATE_HZ), 0.7, 0.9)
        assert got.size == int(sound.size / 0.9)
