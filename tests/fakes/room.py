"""Talkers and a room for tests of echo: sound that has what matters of speech, without a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 24_000

_FORMANTS_HZ = (300, 2_700)
_SYLLABLE_S = (0.12, 0.3)


def talker(seconds: float, seed: int, rms: float = 3_000) -> NDArray[np.float64]:
    """Syllables at 24 kHz: harmonics of a gliding pitch under moving formants, with pauses."""
    random = np.random.default_rng(seed)
    total = int(seconds * RATE_HZ)
    spoken = np.zeros(total)
    base_hz = random.uniform(90, 220)
    at = 0
    while at < total:
        count = int(random.uniform(*_SYLLABLE_S) * RATE_HZ)
        start, end = random.uniform(0.8, 1.3, 2)
        pitch_hz = base_hz * np.linspace(start, end, count)
        phase = np.cumsum(2 * np.pi * pitch_hz / RATE_HZ)
        formants = np.sort(random.uniform(*_FORMANTS_HZ, 3))
        sound = np.zeros(count)
        for harmonic in range(1, int(3_500 / base_hz)):
            distance = (harmonic * base_hz - formants) / 120
            loudness = float((1 / (1 + distance**2)).sum()) + 0.02
            sound += loudness * np.sin(harmonic * phase + random.uniform(0, 6))
        sound += random.normal(0, 0.1, count)
        piece = spoken[at : at + count]
        piece += (sound * np.hanning(count) * random.uniform(0.5, 1))[: piece.size]
        at += count + (int(0.3 * RATE_HZ) if random.random() < 0.15 else 0)
    return spoken * (rms / loudness_of(spoken))


def in_the_room(
    sound: NDArray[np.float64], delay_ms: float, seed: int = 0, reverberation_s: float = 0.2
) -> NDArray[np.float64]:
    """What a microphone hears of a loudspeaker: later, with reverberation, equally loud."""
    random = np.random.default_rng(seed)
    count = int(0.25 * RATE_HZ)
    tail = random.normal(0, 1, count) * 10 ** (-3 * np.arange(count) / (reverberation_s * RATE_HZ))
    response = 0.5 * tail / np.sqrt(np.sum(tail**2))
    response[0] = 1
    later = np.concatenate((np.zeros(int(delay_ms * RATE_HZ / 1000)), response))
    size = 1 << (sound.size + later.size).bit_length()
    heard = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(later, size), size)[: sound.size]
    return heard * (loudness_of(sound) / loudness_of(heard))


def loudness_of(sound: NDArray[np.float64] | NDArray[np.int16]) -> float:
    """The root mean square."""
    return float(np.sqrt(np.mean(np.square(sound.astype(np.float64)))))


def recorded(sound: NDArray[np.float64], seed: int = 0) -> NDArray[np.int16]:
    """Samples of a sound with a microphone's own noise (-66 dBFS)."""
    noise = np.random.default_rng(seed).normal(0, 16, sound.size)
    return np.clip(np.rint(sound + noise), -32768, 32767).astype(np.int16)
