"""Whether two stretches of sound are the same recording, and how much later the one lies.

Made for a sound that was sent twice, as a virtual microphone does: two takes of the same words are
not the same sound, and neither is what came through the air.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_LIKENESS = 0.9
"""Correlation from which on it is the same sound; G.711 in between leaves 0.99 of speech."""
_SILENCE_RMS = 1e-3
_COARSE_HZ = 8000


def shift_ms(sound: NDArray[np.float32], within: NDArray[np.float32], rate_hz: int) -> float | None:
    """Where `sound` begins in `within`, in ms; None where it is not in it, or is but silence.

    Both are mono at `rate_hz`, a multiple of 8 kHz; the answer is good to 1/8 ms.
    """
    here, there = _coarse(sound, rate_hz), _coarse(within, rate_hz)
    if not len(here) or len(there) < len(here):
        return None
    energy = float(np.dot(here, here))
    if energy < _SILENCE_RMS**2 * len(here):
        return None
    size = 1 << (len(there) + len(here) - 1).bit_length()
    spectrum = np.fft.rfft(there, size) * np.conj(np.fft.rfft(here, size))
    correlation = np.fft.irfft(spectrum, size)[: len(there) - len(here) + 1]
    sums = np.concatenate(([0.0], np.cumsum(there**2)))
    energies = sums[len(here) :] - sums[: len(there) - len(here) + 1]
    likeness = correlation / np.sqrt(energy * np.maximum(energies, energy * 1e-3))
    at = int(np.argmax(likeness))
    return at * 1000 / _COARSE_HZ if likeness[at] >= LEAST_LIKENESS else None


def _coarse(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    """At 8 kHz, each sample the mean of those that it stands for."""
    step = rate_hz // _COARSE_HZ
    whole = samples[: len(samples) // step * step].astype(np.float64)
    return np.asarray(whole.reshape(-1, step).mean(axis=1))
