"""Noises and ways of sound for `make_takes.py`, made of numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.audio.formats import AudioFormat
from studio.audio.resample import resample_offline
from studio.audio.samples import decode, encode, to_int16
from studio.lab.noise import room_response

RATE_HZ = 24_000

Sound = NDArray[np.float64]


def samples(ms: float) -> int:
    return int(ms * RATE_HZ / 1000)


def louder(sound: Sound, db: float) -> Sound:
    return sound * 10 ** (db / 20)


def band(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    """Only what lies between two frequencies, with soft edges."""
    spectrum = np.fft.rfft(sound, sound.size + samples(50))
    at_hz = np.fft.rfftfreq(sound.size + samples(50), 1 / RATE_HZ)
    rise = 1 / (1 + (low_hz / np.maximum(at_hz, 1)) ** 8)
    fall = 1 / (1 + (at_hz / high_hz) ** 8)
    return np.fft.irfft(spectrum * rise * fall, sound.size + samples(50))[: sound.size]


def in_room(sound: Sound, rt60_s: float, seed: int) -> Sound:
    """Farther away: the room is louder than the voice."""
    response = room_response(rt60_s, RATE_HZ, np.random.default_rng(seed))
    response[0] = 0.35
    size = sound.size + response.size
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
    return wet * (np.abs(sound).max() / np.abs(wet).max())


def fading(sound: Sound, db: float) -> Sound:
    """Said with ever less breath."""
    return sound * 10 ** (np.linspace(0, 1, sound.size) ** 2 * db / 20)


def cough(seed: int) -> Sound:
    """A burst of air, then a rough voice that dies away; twice."""
    random = np.random.default_rng(seed)
    pause = np.zeros(samples(140))
    parts = [_burst(random), _rough_voice(random), pause, _burst(random), _rough_voice(random)]
    return louder(np.concatenate(parts), -7)


def _burst(random: np.random.Generator) -> Sound:
    air = band(random.standard_normal(samples(70)), 400, 6_000)
    air *= np.exp(-np.arange(air.size) / samples(18))
    return air / np.abs(air).max()


def _rough_voice(random: np.random.Generator) -> Sound:
    length = samples(random.uniform(190, 260))
    at = np.arange(length)
    unsteady = random.standard_normal(length // 90 + 2)
    wobble = 1 + 0.08 * np.interp(at, np.arange(unsteady.size) * 90, unsteady)
    pitch_hz = 150 * np.exp(-at / samples(400)) * wobble
    pulses = np.diff(np.floor(np.cumsum(pitch_hz) / RATE_HZ), prepend=0) * 25
    rough = pulses + 0.35 * random.standard_normal(length)
    formants = ((650, 1.0), (1_100, 0.8), (2_600, 0.3))
    voice = sum(band(rough, hz * 0.8, hz * 1.25) * gain for hz, gain in formants)
    voice *= np.exp(-at / samples(110)) * np.minimum(1, at / samples(12))
    return 0.9 * voice / np.abs(voice).max()


def keyboard(ms: float, seed: int) -> Sound:
    """Somebody types: each key clicks when it goes down and, more softly, when it comes up."""
    random = np.random.default_rng(seed)
    sound = np.zeros(samples(ms + 200))
    at_ms = 0.0
    while at_ms < ms - 120:
        for delay_ms, db in ((0.0, random.uniform(-16, -10)), (random.uniform(55, 90), -24.0)):
            length = samples(random.uniform(6, 14))
            click = random.standard_normal(length) * np.exp(-np.arange(length) / samples(2.2))
            thump = np.sin(2 * np.pi * random.uniform(160, 260) * np.arange(length) / RATE_HZ)
            begin = samples(at_ms + delay_ms)
            sound[begin : begin + length] += louder(click * 0.4 + thump * 0.6, db)
        at_ms += random.gamma(3.0, 50.0) + 40
    return sound[: samples(ms)]


def telephone(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """300 to 3,400 Hz, µ-law, and back."""
    narrow = resample_offline(
        band(sound.astype(np.float64), 300, 3_400).astype(np.float32), RATE_HZ, 8_000
    )
    coded = decode(encode(to_int16(narrow), AudioFormat.PCMU), AudioFormat.PCMU)
    wide = resample_offline(coded.astype(np.float32) / 32768, 8_000, RATE_HZ)
    return np.pad(wide, (0, max(0, sound.size - wide.size)))[: sound.size]
