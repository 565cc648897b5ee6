"""The log-mel picture of a sound that Whisper's encoder looks at, followed by silence.

Whisper's front end: 16 kHz, 25 ms Hann frames every 10 ms (reflected at the edges), 80 Slaney mel
bands up to 8 kHz, log10 clamped 8 below the loudest, scaled to about [-1, 1]. Only frames that hold
sound are transformed; the silence after it is filled in.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE_HZ = 16_000
HOP_SAMPLES = 160
BANDS = 80
_FRAME_SAMPLES = 400
_SMALLEST_POWER = 1e-10


def log_mel(samples: NDArray[np.float32], silence_s: float) -> NDArray[np.float32]:
    """Features of shape (80, frames) for the samples and `silence_s` seconds of silence after them.

    Args:
        samples: at 16 kHz in [-1, 1]; at least one frame (400 samples).
        silence_s: how much digital silence to append.
    """
    edge = _FRAME_SAMPLES // 2
    whole = (samples.size + int(silence_s * RATE_HZ)) // HOP_SAMPLES
    sounding = min(whole, (samples.size + edge) // HOP_SAMPLES + 1)
    padded = np.concatenate((samples[edge:0:-1], samples, np.zeros(_FRAME_SAMPLES, np.float32)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME_SAMPLES)[::HOP_SAMPLES]
    spectrum = np.fft.rfft(frames[:sounding] * _hann(), axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    mel = np.full((BANDS, whole), _SMALLEST_POWER, np.float32)
    np.maximum(_filters() @ power.T.astype(np.float32), _SMALLEST_POWER, out=mel[:, :sounding])
    np.log10(mel, out=mel)
    np.maximum(mel, mel.max() - 8.0, out=mel)
    return (mel + 4.0) / 4.0


@cache
def _hann() -> NDArray[np.float32]:
    return np.hanning(_FRAME_SAMPLES + 1)[:-1].astype(np.float32)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Slaney scale: linear up to 1 kHz (15 mel), then 27 steps to each factor of 6.4."""
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


@cache
def _filters() -> NDArray[np.float32]:
    """Triangles of equal area, shape (80, 201): they turn a power spectrum into mel bands."""
    highest_mel = 15 + 27 * np.log(RATE_HZ / 2 / 1000) / np.log(6.4)
    corners = _mel_to_hz(np.linspace(0, highest_mel, BANDS + 2))
    low, centre, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    bins = np.fft.rfftfreq(_FRAME_SAMPLES, 1 / RATE_HZ)
    rising, falling = (bins - low) / (centre - low), (high - bins) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)
    return triangles.astype(np.float32)
