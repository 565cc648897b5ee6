"""How loud a whole sound is to the ear, in LUFS, and its true peak: ITU-R BS.1770-5, mono.

Written here because neither package that does it fits: `pyloudnorm` brings scipy (143 MB) and
`pyebur128` has no wheels past Python 3.12. What BS.1770 asks for is two second-order filters,
blocks of 400 ms and two gates. The filters are applied to the spectrum of the whole sound, at its
own rate; libebur128 gives the same figures to 0.001 LU.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from studio.audio.resample import resample_offline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_OFFSET_DB = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_BLOCK_S, _STEP_S = 0.4, 0.1
_OVERSAMPLED = 4
_RINGING_S = 0.5
"""Longer than the 38 Hz filter rings: the sound is followed by so much silence."""

_SHELF_HZ, _SHELF_Q, _SHELF_DB = 1681.974450955533, 0.7071752369554196, 3.999843853973347
_HIGHPASS_HZ, _HIGHPASS_Q = 38.13547087602444, 0.5003270373238773
"""The analogue filters whose bilinear transforms at 48 kHz are the coefficients of BS.1770."""
_SHELF_BAND_POWER = 0.4996667741545416


def integrated_lufs(samples: Samples, rate_hz: int) -> float | None:
    """The gated loudness of a whole sound; None where nothing in it is above -70 LUFS.

    A 997 Hz sine at full scale has -3.01 LUFS. Less than a block of 400 ms is taken as one block.
    """
    if not samples.size:
        return None
    powers = _block_powers(_weighted(samples, rate_hz), rate_hz)
    heard = powers[_lufs_of(powers) > _ABSOLUTE_GATE_LUFS]
    if not heard.size:
        return None
    gate = _lufs(float(heard.mean())) + _RELATIVE_GATE_LU
    return _lufs(float(heard[_lufs_of(heard) > gate].mean()))


def true_peak_db(samples: Samples, rate_hz: int) -> float | None:
    """The highest peak between the samples, too, in dBTP; None for digital silence."""
    if not samples.size:
        return None
    finer = resample_offline(samples, rate_hz, rate_hz * _OVERSAMPLED)
    peak = max(float(np.abs(samples).max()), float(np.abs(finer).max(initial=0.0)))
    return 20 * math.log10(peak) if peak > 0 else None


def _weighted(samples: Samples, rate_hz: int) -> NDArray[np.float64]:
    """The sound as its loudness is felt: the head's shelf, then the high-pass."""
    size = 1 << (samples.size + round(_RINGING_S * rate_hz) - 1).bit_length()
    spectrum = np.fft.rfft(samples.astype(np.float64), size)
    delay = np.exp(-2j * np.pi * np.arange(spectrum.size) / size)  # z to the power of -1
    for above, below in (_shelf(rate_hz), _highpass(rate_hz)):
        spectrum *= np.polyval(above[::-1], delay) / np.polyval(below[::-1], delay)
    weighted: NDArray[np.float64] = np.fft.irfft(spectrum, size)[: samples.size]
    return weighted


Coefficients = tuple[tuple[float, ...], tuple[float, ...]]


def _shelf(rate_hz: int) -> Coefficients:
    k = math.tan(math.pi * _SHELF_HZ / rate_hz)
    high = 10 ** (_SHELF_DB / 20)
    band = high**_SHELF_BAND_POWER
    return (
        (
            high + band * k / _SHELF_Q + k * k,
            2 * (k * k - high),
            high - band * k / _SHELF_Q + k * k,
        ),
        _poles(k, _SHELF_Q),
    )


def _highpass(rate_hz: int) -> Coefficients:
    k = math.tan(math.pi * _HIGHPASS_HZ / rate_hz)
    a0, a1, a2 = _poles(k, _HIGHPASS_Q)
    # The standard's second filter has 1, -2, 1 above a denominator that begins with 1.
    return (1.0, -2.0, 1.0), (1.0, a1 / a0, a2 / a0)


def _poles(k: float, q: float) -> tuple[float, ...]:
    return (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k)


def _block_powers(weighted: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Mean squares of blocks of 400 ms, one each 100 ms."""
    block, step = round(_BLOCK_S * rate_hz), round(_STEP_S * rate_hz)
    sums = np.concatenate(([0.0], np.cumsum(np.square(weighted))))
    if weighted.size < block:
        return np.array([sums[-1] / weighted.size])
    starts = np.arange(0, weighted.size - block + 1, step)
    powers: NDArray[np.float64] = (sums[starts + block] - sums[starts]) / block
    return powers


def _lufs_of(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    lufs: NDArray[np.float64] = _OFFSET_DB + 10 * np.log10(np.maximum(powers, 1e-30))
    return lufs


def _lufs(power: float) -> float:
    return _OFFSET_DB + 10 * math.log10(max(power, 1e-30))
