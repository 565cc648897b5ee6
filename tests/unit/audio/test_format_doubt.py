from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.audio.format_doubt import likely_format
from studio.audio.formats import AudioFormat
from studio.audio.resample import resample_offline
from studio.audio.samples import encode
from studio.speech.voices import VOICES, Voices
from tests.fakes.room import RATE_HZ, talker

SECONDS = 0.6


def sent(sound: NDArray[np.float64], audio_format: AudioFormat) -> bytes:
    """A sound at 24 kHz as a service sends it."""
    samples = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    return encode(resample_offline(samples, RATE_HZ, audio_format.rate_hz), audio_format)


def seconds_of_time(seconds: float = SECONDS) -> NDArray[np.float64]:
    return np.arange(int(seconds * RATE_HZ)) / RATE_HZ


@pytest.mark.parametrize("real", AudioFormat)
def test_speech_tells_its_format(real: AudioFormat) -> None:
    told = [
        likely_format(sent(talker(SECONDS, seed, rms), real))
        for seed in range(20)
        for rms in (300, 3_000)
    ]
    assert set(told) <= {real, None}
    assert told.count(real) >= 30


@pytest.mark.parametrize("real", AudioFormat)
@example(kind="square", level=107.0, pitch_hz=3_500.0, seed=0)
@given(
    kind=st.sampled_from(["silence", "white", "pink", "hum", "chord", "clicks", "square", "tone"]),
    level=st.floats(1, 30_000),
    pitch_hz=st.floats(50, 3_500),
    seed=st.integers(0, 1_000),
)
@settings(max_examples=60)
def test_no_other_sound_raises_a_false_alarm(
    real: AudioFormat, kind: str, level: float, pitch_hz: float, seed: int
) -> None:
    sound = level * other_sound(kind, pitch_hz, seed)
    assert likely_format(sent(sound, real)) in {real, None}


def other_sound(kind: str, pitch_hz: float, seed: int) -> NDArray[np.float64]:
    """Up to 1 loud."""
    at = seconds_of_time()
    random = np.random.default_rng(seed)
    wave = 2 * np.pi * at
    match kind:
        case "silence":
            return np.zeros_like(at)
        case "white":
            return np.clip(random.normal(0, 0.3, at.size), -1, 1)
        case "pink":
            spectrum = np.fft.rfft(random.normal(0, 1, at.size))
            spectrum /= np.sqrt(np.maximum(1, np.arange(spectrum.size)))
            pink = np.fft.irfft(spectrum, at.size)
            return np.asarray(pink / np.abs(pink).max(), np.float64)
        case "hum":
            return 0.7 * np.sin(50 * wave) + 0.3 * np.sin(150 * wave)
        case "chord":
            notes = (np.sin(pitch_hz * ratio * wave) for ratio in (1, 1.26, 1.5))
            return np.asarray(sum(notes) / 3 * np.exp(-4 * at), np.float64)
        case "clicks":
            clicks = np.zeros_like(at)
            clicks[random.integers(0, at.size, 8)] = 1
            return np.convolve(clicks, np.exp(-np.arange(60) / 8), "same")
        case "square":
            return np.sign(np.sin(pitch_hz * wave))
        case _:
            return np.sin(pitch_hz * wave)


def test_bytes_without_a_sound_tell_nothing() -> None:
    random = np.random.default_rng(1)
    for payload in (b"", b"\0", b"\xff" * 4_000, b"\xd5" * 4_000, b"\0" * 24_000):
        assert likely_format(payload) is None
    assert likely_format(random.bytes(12_000)) is None


@pytest.mark.speech
@pytest.mark.parametrize("real", AudioFormat)
def test_every_voice_tells_its_format(real: AudioFormat) -> None:
    voices = Voices()
    told: list[AudioFormat | None] = []
    for voice in VOICES:
        for text in ("Yes, of course.", "Once upon a time there was a small village.", "Hm, no."):
            sound = np.concatenate(list(voices.synthesize(text, voice)))
            payloads = (sent(sound[:RATE_HZ] * level, real) for level in (1.0, 0.1))
            told += map(likely_format, payloads)
    assert set(told) <= {real, None}
    assert told.count(real) >= 0.9 * len(told)
