"""Taking the speaker's sound, steady noise and unequal loudness out of a microphone's sound.

The work is WebRTC's (AEC3, noise suppression, AGC2; package `pywebrtc-audio`). What is done here is
to bring it the two sounds side by side: the far end (what the speaker played) must be a continuous
stream that runs a little ahead of the near end (the microphone), though both come with times that
jitter and from clocks that drift. How long the room and the devices then take, up to half a second,
the canceller finds by itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from studio.audio.cleaning import Cleaning
from studio.audio.resample import StreamResampler
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.audio.played import PlayedSound

LEAD_S = 0.015
"""How far the far end runs ahead: more than the times of both cards jitter, and less than speakers
are told ahead of the ear."""

_ASTRAY_S = 0.015
_ASTRAY_BLOCKS = 3  # one late time alone moves nothing
_READ_S = 0.01
_PACE_GAIN, _DRIFT_GAIN = 0.2, 0.01  # per second and per second squared: critically damped
_MOST_DRIFT = 4e-4
_SETTLING_BLOCKS = 50

_REMEMBERED_S = 1.0
_AUDIBLE_POWER = 30.0**2  # -61 dBFS
_LEAST_POWER = 0.1  # of samples that are mostly 0


class _Switches(NamedTuple):
    echo: bool
    noise: bool
    gain: bool


class _Processor(Protocol):
    """The part of `pywebrtc_audio.AudioProcessor` that is used here."""

    gain_db: float

    def process(
        self, near: NDArray[np.int16], far: NDArray[np.int16] | None = None
    ) -> NDArray[np.int16]:
        """As many samples as `near` has, which are whole tens of milliseconds."""
        ...

    def reset(self) -> None:
        """Forget the room."""
        ...


class MicrophoneCleaner:
    """Cleans one microphone's sound block by block; every switch can be changed in between.

    With nothing switched on, or only echo cancelling without a speaker to listen to, samples pass
    untouched. Otherwise they come out 8 to 11 ms later.

    Args:
        rate_hz: of the samples to clean.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._cleaning = Cleaning(echo="off")
        self._played: PlayedSound | None = None
        self._far: _FarEnd | None = None
        self._switches = _Switches(echo=False, noise=False, gain=False)
        self._processor: _Processor | None = None
        self._removed = _Removed(rate_hz)

    @property
    def removed_db(self) -> float | None:
        """How much quieter it got in the last second; None where the speaker was silent."""
        return self._removed.db

    def set(self, cleaning: Cleaning) -> None:
        """Clean like this from the next block on.

        Raises:
            StudioError: the package that does it is missing.
        """
        self._cleaning = cleaning
        self._prepare()

    def listen_to(self, played: PlayedSound | None) -> None:
        """Take this speaker's sound out; None where no speaker can be heard.

        Raises:
            StudioError: the package that does it is missing.
        """
        if played is self._played:
            return
        self._played = played
        self._far = _FarEnd(played, self._rate_hz) if played else None
        if self._processor and self._switches.echo:
            self._processor.reset()
        self._prepare()

    def clean(self, samples: NDArray[np.int16], begin: float) -> NDArray[np.int16]:
        """As many samples, cleaned.

        Args:
            samples: whole tens of milliseconds that follow those of the last call.
            begin: when the first of them was at the microphone (clock seconds).
        """
        if self._processor is None:
            return samples
        if not (self._far and self._switches.echo):
            return self._processor.process(samples)
        far = self._far.beside(begin, samples.size)
        cleaned = self._processor.process(samples, far)
        gain_db = self._processor.gain_db if self._switches.gain else 0.0
        self._removed.note(samples, cleaned, far, gain_db)
        return cleaned

    def _prepare(self) -> None:
        wanted = self._cleaning
        switches = _Switches(
            echo=wanted.echo == "cancel" and self._far is not None,
            noise=wanted.noise_suppression,
            gain=wanted.gain_control,
        )
        if switches == self._switches:
            return
        self._processor = _processor(self._rate_hz, switches) if any(switches) else None
        self._removed = _Removed(self._rate_hz)
        self._switches = switches


class _FarEnd:
    """What a speaker played, as a continuous stream at the microphone's rate and pace.

    The two clocks' paces differ by some millionths. The canceller bears that, but each time its
    filter has moved by a block it lets a scrap of echo through, and that starts turns. So the
    stream is read at the microphone's pace: a loop of second order follows the times of both,
    slowly enough (ten seconds) for their jitter not to show.
    """

    def __init__(self, played: PlayedSound, rate_hz: int) -> None:
        self._played = played
        self._ratio = played.rate_hz / rate_hz
        self._resampler = StreamResampler(played.rate_hz, rate_hz)
        self._grid = np.arange(round(_READ_S * played.rate_hz))
        self._ready = np.zeros(0, np.int16)
        self._position = 0.0  # of the next sample to give, on the axis of what was played
        self._read_to = 0.0
        self._drift = 0.0  # how much faster the speaker's clock runs than the microphone's
        self._pace = 1.0
        self._blocks = 0
        self._usual_s = 0.0  # how far off the times said that the stream began
        self._astray = _ASTRAY_BLOCKS  # the first block tells where to begin

    def beside(self, begin: float, n_samples: int) -> NDArray[np.int16]:
        """The stream's next samples, for a microphone's block that began at `begin`."""
        self._keep_pace(self._played.position(begin + LEAD_S), n_samples)
        while self._ready.size < n_samples:
            self._ready = np.concatenate((self._ready, self._resampler.process(self._read())))
        block, self._ready = self._ready[:n_samples], self._ready[n_samples:]
        self._position += n_samples * self._ratio * self._pace
        return block

    def _keep_pace(self, wanted: int, n_samples: int) -> None:
        """Follow the clocks; begin anew where the stream was astray for three blocks."""
        deviation_s = (wanted - self._position) / self._played.rate_hz
        is_astray = abs(deviation_s) > _ASTRAY_S
        self._astray = self._astray + 1 if is_astray else 0
        if self._astray >= _ASTRAY_BLOCKS:
            self._restart(wanted)
        elif is_astray:
            return
        elif self._blocks < _SETTLING_BLOCKS:
            self._blocks += 1
            self._usual_s += (deviation_s - self._usual_s) / self._blocks
        else:
            error_s = deviation_s - self._usual_s
            block_s = n_samples * self._ratio / self._played.rate_hz
            self._drift = _no_more(self._drift + _DRIFT_GAIN * error_s * block_s)
            self._pace = 1 + _no_more(self._drift + _PACE_GAIN * error_s)

    def _restart(self, position: int) -> None:
        self._resampler.reset()
        self._ready = np.zeros(0, np.int16)
        self._position = self._read_to = float(position)
        self._pace = 1 + self._drift
        self._astray = self._blocks = 0
        self._usual_s = 0.0

    def _read(self) -> NDArray[np.int16]:
        """The next 10 ms at the pace of now, between the samples by cubic interpolation."""
        first = math.floor(self._read_to)
        x = self._played.at(first - 1, self._grid.size + 4).astype(np.float64)
        at = self._read_to - first + self._grid * self._pace
        k = at.astype(np.intp)
        t = at - k
        p, q, r, s = (x[k + neighbour] for neighbour in range(4))
        between = q + t / 2 * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)))
        self._read_to += self._grid.size * self._pace
        return np.clip(np.rint(between), -32768, 32767).astype(np.int16)


def _no_more(drift: float) -> float:
    """Within what clocks really differ by."""
    return min(_MOST_DRIFT, max(-_MOST_DRIFT, drift))


class _Removed:
    """How much quieter a sound got while the far end sounded, over about a second."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._before = self._after = 0.0
        self._since_far_s = math.inf

    @property
    def db(self) -> float | None:
        if self._since_far_s > _REMEMBERED_S or not self._before:
            return None
        return 10 * math.log10(self._before / max(self._after, _LEAST_POWER))

    def note(
        self,
        near: NDArray[np.int16],
        cleaned: NDArray[np.int16],
        far: NDArray[np.int16],
        gain_db: float,
    ) -> None:
        """Compare a block before and after; `gain_db` is what it was made louder by on the way."""
        seconds = near.size / self._rate_hz
        self._since_far_s += seconds
        if _power(far) < _AUDIBLE_POWER:
            return
        self._since_far_s = 0.0
        fade = math.exp(-seconds / _REMEMBERED_S)
        self._before += (1 - fade) * (_power(near) - self._before)
        self._after += (1 - fade) * (_power(cleaned) / 10 ** (gain_db / 10) - self._after)


def _power(samples: NDArray[np.int16]) -> float:
    floats = samples.astype(np.float32)
    return float(np.dot(floats, floats)) / max(1, samples.size)


def _processor(rate_hz: int, switches: _Switches) -> _Processor:
    try:
        from pywebrtc_audio import AudioProcessor
    except (ImportError, OSError) as failure:
        raise StudioError(
            f"The echo canceller cannot be loaded ({failure}).",
            title="No echo cancelling",
            hint="Run: pip install --force-reinstall pywebrtc-audio, or switch it off.",
        ) from failure
    return AudioProcessor(
        rate_hz,
        echo_cancellation=switches.echo,
        noise_suppression=switches.noise,
        auto_gain_control=switches.gain,
    )
