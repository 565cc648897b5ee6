"""Noises and a room, made of numbers: as many samples as are asked for, at any level."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from studio.audio.resample import resample_offline
from studio.audio.samples import decode, to_float
from studio.lab.shipped import shipped_takes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

_LOWEST_HZ = 20.0
_TALKERS = 8
_ECHO_SHARE = 1.0
"""The energy of a room's echo beside that of the direct sound: a talker at some distance."""
_DIRECT_MS = 2.0
"""The first echo arrives this much after the direct sound."""


def white(count: int, rate_hz: int, seed: np.random.Generator) -> Samples:
    """Noise that is equally strong at all frequencies."""
    del rate_hz
    return seed.standard_normal(count)


def pink(count: int, rate_hz: int, seed: np.random.Generator) -> Samples:
    """Noise that falls by 3 dB an octave, as that of rooms and streets does."""
    size = 1 << max(1, (count - 1).bit_length())
    shape = np.maximum(np.fft.rfftfreq(size, 1 / rate_hz), _LOWEST_HZ) ** -0.5
    spectrum = np.fft.rfft(seed.standard_normal(size)) * shape
    return np.fft.irfft(spectrum, size)[:count]


def babble(count: int, rate_hz: int, seed: np.random.Generator) -> Samples:
    """Many people who talk at once: what is said in the shipped takes, over each other."""
    said = _said(rate_hz)
    total = np.zeros(count)
    for _ in range(_TALKERS):
        total += np.resize(np.roll(said, -int(seed.integers(said.size))), count)
    return total


@cache
def _said(rate_hz: int) -> Samples:
    """The turns of the shipped takes, one after the other, equally loud."""
    turns = []
    for each in shipped_takes():
        take = each.load()
        sound = to_float(decode(take.audio, take.audio_format)).astype(np.float64)
        own_hz = take.audio_format.rate_hz
        for turn in take.truth.turns if take.truth is not None else ():
            piece = sound[turn.begin_ms * own_hz // 1000 : turn.end_ms * own_hz // 1000]
            loudness = float(np.sqrt(np.mean(np.square(piece)))) or 1.0
            narrow = (piece / loudness).astype(np.float32)
            turns.append(resample_offline(narrow, own_hz, rate_hz).astype(np.float64))
    return np.concatenate(turns)


def room_response(rt60_s: float, rate_hz: int, seed: np.random.Generator) -> Samples:
    """What a clap sounds like in a room: the clap, and noise that dies away."""
    count = max(2, int(rt60_s * rate_hz))
    times = np.arange(count) / rate_hz
    tail = seed.standard_normal(count) * 10 ** (-3 * times / rt60_s)
    tail[: int(_DIRECT_MS * rate_hz / 1000)] = 0
    energy = float(np.sum(np.square(tail)))
    response = tail * np.sqrt(_ECHO_SHARE / energy) if energy else tail
    response[0] = 1.0
    return response
