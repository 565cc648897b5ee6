"""What can be measured of a voice that read a line: loudness, pace, pauses, pitch, peaks.

Facts, not judgements: which voice is the better one is for ears. Everything is measured in the
sound itself; only how many words there are comes from the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.audio.loudness import integrated_lufs, true_peak_db

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

TARGET_LUFS = -23.0
"""What voices are matched to where their peaks allow it: the level of EBU R 128."""

SHORTEST_PAUSE_MS = 150
"""Shorter silences are parts of words: a stop consonant closes the mouth for up to 120 ms."""

_FRAME_MS = 10
_QUIET_BELOW_DB = -35.0
"""So far below the loud frames of a voice nothing of it is heard."""
_FLOOR = 10 ** (-65 / 20)
_LOUD_PERCENTILE = 90
_FULL_SCALE = 32767 / 32768
_CLIPPED_RUN = 3

_PITCH_FRAME_S, _PITCH_STEP_S = 0.04, 0.02
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 400.0
_VOICED = 0.6
_NEARLY_BEST = 0.85
"""A shorter period that fits as well as this is the true one: its multiples fit, too."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When a voice speaks, in ms: all of the sound, its speech, and the silences within that.

    Attributes:
        sound_ms: how long the sound is.
        lead_ms: silence before the first word.
        span_ms: from the first word to the end of the last.
        pauses_ms: silences in between, of 150 ms and longer, in order.
    """

    sound_ms: float = 0.0
    lead_ms: float = 0.0
    span_ms: float = 0.0
    pauses_ms: tuple[float, ...] = ()

    @property
    def longest_pause_ms(self) -> float:
        """The longest one; 0 without any."""
        return max(self.pauses_ms, default=0.0)

    @property
    def pause_share(self) -> float | None:
        """How much of the speech is pauses, 0 to 1; None where nobody spoke."""
        return sum(self.pauses_ms) / self.span_ms if self.span_ms else None

    def words_per_minute(self, words: int) -> float | None:
        """Over the time from the first word to the end of the last, pauses and all."""
        return words / (self.span_ms / 60_000) if self.span_ms and words else None


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured of a sound; None where it holds nothing to measure.

    Attributes:
        lufs: integrated loudness, of ITU-R BS.1770.
        true_peak_db: the highest peak, in dBTP.
        clipped: samples in runs of three and more at full scale.
        pitch_hz: the median of the voiced frames.
    """

    lufs: float | None
    true_peak_db: float | None
    clipped: int
    pitch_hz: float | None


def measured(samples: Samples, rate_hz: int) -> Measures:
    """Measure samples in [-1, 1]."""
    return Measures(
        lufs=integrated_lufs(samples, rate_hz),
        true_peak_db=true_peak_db(samples, rate_hz),
        clipped=_clipped(samples),
        pitch_hz=pitch_median_hz(samples, rate_hz),
    )


def matching_target_lufs(sounds: Iterable[Measures]) -> float:
    """The loudness that every one of these can have without clipping, at most `TARGET_LUFS`."""
    reachable = (
        each.lufs - each.true_peak_db
        for each in sounds
        if each.lufs is not None and each.true_peak_db is not None
    )
    return min((TARGET_LUFS, *reachable))


def pace_of(samples: Samples, rate_hz: int) -> Pace:
    """When the voice speaks."""
    size = rate_hz * _FRAME_MS // 1000
    sound_ms = samples.size * 1000 / rate_hz
    frames = samples[: samples.size // size * size].reshape(-1, size)
    if not frames.size:
        return Pace(sound_ms)
    rms = np.sqrt(np.square(frames, dtype=np.float64).mean(axis=1))
    active = rms[rms > _FLOOR]
    if not active.size:
        return Pace(sound_ms)
    bar = max(_FLOOR, float(np.percentile(active, _LOUD_PERCENTILE)) * 10 ** (_QUIET_BELOW_DB / 20))
    voiced = np.flatnonzero(rms > bar)
    gaps_ms = (np.diff(voiced) - 1) * float(_FRAME_MS)
    return Pace(
        sound_ms=sound_ms,
        lead_ms=float(voiced[0]) * _FRAME_MS,
        span_ms=float(voiced[-1] - voiced[0] + 1) * _FRAME_MS,
        pauses_ms=tuple(gaps_ms[gaps_ms >= SHORTEST_PAUSE_MS].tolist()),
    )


def pitch_median_hz(samples: Samples, rate_hz: int) -> float | None:
    """The median pitch of the voiced frames, from 60 to 400 Hz, by autocorrelation."""
    size, step = round(_PITCH_FRAME_S * rate_hz), round(_PITCH_STEP_S * rate_hz)
    if samples.size < size:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::step].astype(np.float64)
    frames = frames - frames.mean(axis=1, keepdims=True)
    loud = np.square(frames).mean(axis=1)
    frames = frames[loud > max(_FLOOR**2, float(loud.max()) * 1e-3)]
    if not frames.size:
        return None
    fits = _fits(frames * np.hanning(size))
    shortest, longest = int(rate_hz / _HIGHEST_HZ), int(np.ceil(rate_hz / _LOWEST_HZ))
    near = fits[:, shortest : longest + 1]
    is_peak = (near >= fits[:, shortest - 1 : longest]) & (
        near >= fits[:, shortest + 1 : longest + 2]
    )
    best = np.where(is_peak, near, 0.0).max(axis=1)
    is_voiced = best > _VOICED
    if not is_voiced.any():
        return None
    good = is_peak[is_voiced] & (near[is_voiced] > best[is_voiced, None] * _NEARLY_BEST)
    return float(np.median(rate_hz / (shortest + good.argmax(axis=1))))


def _fits(windowed: NDArray[np.float64]) -> NDArray[np.float64]:
    """How well each frame fits itself so many samples later: 1 is perfectly, by lag.

    The window's own autocorrelation is divided out, else longer periods would seem to fit worse.
    """
    size = windowed.shape[1]
    room = 1 << (2 * size - 1).bit_length()
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(size), room)) ** 2)[:size]
    own = np.fft.irfft(np.abs(np.fft.rfft(windowed, room)) ** 2)[:, :size]
    fits: NDArray[np.float64] = (own / own[:, :1]) / np.maximum(window / window[0], 1e-3)
    return fits


def _clipped(samples: Samples) -> int:
    at_top = np.abs(samples) >= _FULL_SCALE
    edges = np.flatnonzero(np.diff(at_top.astype(np.int8), prepend=0, append=0))
    runs = edges[1::2] - edges[::2]
    return int(runs[runs >= _CLIPPED_RUN].sum())
