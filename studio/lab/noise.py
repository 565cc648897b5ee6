"""Noises and a room, made of numbers: as many samples as are asked for, at any level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

_LOWEST_HZ = 20.0
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
