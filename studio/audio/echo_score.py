"""Whether what was taken for a person speaking was the speaker's own sound.

A short piece of sent audio is compared with what was at the ear shortly before. First the lag: the
peak of their cross-correlation, both flattened in frequency so that loud vowels do not decide
alone. Then the score: how much of the sent sound's energy a short linear filter (a room, a
loudspeaker, a microphone) makes out of the played sound at that lag. Another talker's voice is not
to be had by filtering, however it overlaps in time.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.audio.played import PlayedSound

LIKELY_ECHO = 0.6
"""From here on a sound is called echo.

Measured over 0.9 s around the beginning of speech, with the voices of `speech.voices`, rooms of 0.1
to 0.5 s reverberation, half of them with a distorting loudspeaker, half sent as G.711, noise from
-75 to -55 dBFS, 100 cases a line (echo levels against a person's):

- only echo at -20, -10, 0 and +6 dB: median 0.88 to 0.91, 1 % under 0.66; 519 of 520 reach the
  threshold, and every lag is right within 10 ms (median error 0.03 ms);
- a person over no echo, -20, -10 and -6 dB of it: median 0.11 to 0.19, greatest 0.59;
- a person over equally loud echo: median 0.39, 13 % reach the threshold (69 % at +6 dB): what was
  sent is then half echo, and both answers are right;
- a person after echo cancelling: median 0.15, greatest 0.58 of 172;
- what a canceller left over and was taken for speech: median 0.58, a third reach the threshold: a
  low score does not exclude it.
"""

EARLIEST_LAG_MS, LATEST_LAG_MS = -50, 600
"""How much later than at the ear a sound may be in the microphone; before it, only by clocks that
err."""

_RATE_HZ = 8_000
_BAND_HZ = (300, 3_400)  # what G.711 lets through
_FLATTENED_OVER_HZ = 200
_SILENT_RMS = 3.0  # of 32768: -80 dBFS
_JUDGED = 3_200  # samples: 0.4 s
_TAPS, _TAPS_BEFORE = 320, 16  # of the filter: from 2 ms before the lag to 38 ms after it
_STEPS = 16
_SOLVED = 1e-12
_REGULAR = 0.01


class EchoScore(NamedTuple):
    """How much of a sound is echo, 0 to 1, and how much later it was recorded than heard."""

    score: float
    lag_ms: float


NO_ECHO = EchoScore(0.0, 0.0)


def echo_of(
    played: PlayedSound, sent: NDArray[np.int16], sent_rate_hz: int, begin: float
) -> EchoScore:
    """The score of audio whose first sample was at the microphone at `begin` (clock seconds)."""
    span_s = sent.size / sent_rate_hz + (LATEST_LAG_MS - EARLIEST_LAG_MS) / 1000
    heard = played.between(begin - LATEST_LAG_MS / 1000, round(span_s * played.rate_hz))
    return echo_score(sent, sent_rate_hz, heard, played.rate_hz)


def echo_score(
    sent: NDArray[np.int16], sent_rate_hz: int, played: NDArray[np.int16], played_rate_hz: int
) -> EchoScore:
    """How much of `sent` is made of `played`.

    Args:
        sent: half a second to one and a half.
        sent_rate_hz: its rate.
        played: what was at the ear from `LATEST_LAG_MS` before the first sent sample until
            `-EARLIEST_LAG_MS` after the last.
        played_rate_hz: its rate.
    """
    lags_s = (LATEST_LAG_MS - EARLIEST_LAG_MS) / 1000
    seconds = math.ceil(10 * (sent.size / sent_rate_hz + lags_s)) / 10
    near_spectrum = _flattened(sent, sent_rate_hz, seconds)
    far_spectrum = _flattened(played, played_rate_hz, seconds)
    if near_spectrum is None or far_spectrum is None:
        return NO_ECHO
    shift = _shift(near_spectrum, far_spectrum)
    near = np.fft.irfft(near_spectrum)[: round(sent.size * _RATE_HZ / sent_rate_hz)]
    begin = _loudest(near)
    near = near[begin:][:_JUDGED]
    end = begin + shift + near.size
    far = np.fft.irfft(far_spectrum)[max(0, begin + shift - _TAPS) : end]
    return EchoScore(_explained(near, far), LATEST_LAG_MS - shift * 1000 / _RATE_HZ)


def _shift(near: NDArray[np.complex128], far: NDArray[np.complex128]) -> int:
    """How many samples into what was played that lies which the sent sound resembles most."""
    correlation = np.fft.irfft(near * far.conj())
    shifts = np.arange((LATEST_LAG_MS - EARLIEST_LAG_MS) * _RATE_HZ // 1000 + 1)
    return int(np.argmax(np.abs(correlation[-shifts])))


def _loudest(samples: NDArray[np.float64]) -> int:
    """Where the loudest piece of the length that is judged begins."""
    if samples.size <= _JUDGED:
        return 0
    summed = np.cumsum(np.concatenate((np.zeros(1), samples**2)))
    return int(np.argmax(summed[_JUDGED:] - summed[:-_JUDGED]))


def _explained(near: NDArray[np.float64], far: NDArray[np.float64]) -> float:
    """The part of `near`'s energy that is `far` through a filter; they end at the same moment.

    The best filter solves a Toeplitz system. Conjugate gradients come close enough in some steps,
    each two small Fourier transforms, and what a step finds only ever grows.
    """
    size = 1 << (far.size + _TAPS).bit_length()
    spectrum = np.fft.rfft(far, size)
    late = np.concatenate((np.zeros(far.size - near.size), near))
    cross = np.fft.irfft(np.fft.rfft(late, size) * spectrum.conj(), size)
    wanted = cross[np.arange(_TAPS) - _TAPS_BEFORE]
    auto = np.fft.irfft(np.abs(spectrum) ** 2, size)[:_TAPS]
    auto[0] *= 1 + _REGULAR
    circle = np.fft.rfft(np.concatenate((auto, np.zeros(1), auto[:0:-1])))
    taps, missing, step = np.zeros(_TAPS), wanted, wanted
    power = float(missing @ missing)
    solved = _SOLVED * power
    for _ in range(_STEPS):
        if power <= solved:
            break
        moved = np.fft.irfft(np.fft.rfft(step, 2 * _TAPS) * circle)[:_TAPS]
        length = power / float(step @ moved)
        taps, missing = taps + length * step, missing - length * moved
        power, before = float(missing @ missing), power
        step = missing + power / before * step
    return min(1.0, float(wanted @ taps) / float(near @ near))


def _flattened(
    samples: NDArray[np.int16], rate_hz: int, seconds: float
) -> NDArray[np.complex128] | None:
    """The spectrum up to 4 kHz, flat within the band and nothing outside; None for silence."""
    floats = samples.astype(np.float64)
    if not floats.size or np.sqrt(np.mean(floats**2)) < _SILENT_RMS:
        return None
    spectrum = np.fft.rfft(floats, round(seconds * rate_hz))[: round(seconds * _RATE_HZ / 2) + 1]
    low, high = (round(edge_hz * seconds) for edge_hz in _BAND_HZ)
    width = round(_FLATTENED_OVER_HZ * seconds)
    power = np.abs(spectrum) ** 2
    smooth = np.sqrt(np.convolve(power, np.ones(width) / width, "same"))
    flat = np.zeros_like(spectrum)
    flat[low:high] = spectrum[low:high] / np.sqrt(smooth[low:high] + 1e-3 * smooth[low:high].max())
    return flat
