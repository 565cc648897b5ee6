"""Taking the speaker's sound, steady noise and unequal loudness out of a microphone's sound.

The work is WebRTC's (AEC3, noise suppression, AGC2; package `pywebrtc-audio`). What is done here is
to choose what is sent (`echo_path` says what the room calls for), and to bring AEC3 two sounds side
by side: the far end (what the speaker played) must be a continuous
stream that runs a little ahead of the near end (the microphone), though both come with times that
jitter and from clocks that drift. How long the room and the devices then take, up to half a second,
the canceller finds by itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import numpy as np

from studio.audio.cleaning import Cleaning
from studio.audio.echo_path import QUIET_RMS, SCORED_S, EchoPath
from studio.audio.echo_score import NO_ECHO, echo_of
from studio.audio.resample import StreamResampler
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.audio.echo_path import EchoPathState
    from studio.audio.echo_score import EchoScore
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


_CANCELLING_S = 0.008
"""How much longer sound takes through the canceller; measured at 8, 16 and 24 kHz."""
_BANDS_S = {8_000: 24 / 8_000, 24_000: 32 / 24_000}
"""What a processor takes to change to its own rate and back; measured, nothing at 16 kHz."""
_FADE_S = 0.005

_Sent = Literal["cancelled", "plain", "silence"]


class _Switches(NamedTuple):
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


class MicrophoneCleaner:
    """Cleans one microphone's sound block by block; every switch can be changed in between.

    With nothing switched on, or only echo cancelling without a speaker to listen to, samples pass
    untouched. Otherwise they come out 8 to 17 ms later.

    Args:
        rate_hz: of the samples to clean.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._cleaning = Cleaning(echo="off")
        self._played: PlayedSound | None = None
        self._switches = _Switches(noise=False, gain=False)
        self._processor: _Processor | None = None
        self._canceller: _Canceller | None = None

    @property
    def removed_db(self) -> float | None:
        """How much quieter it got in the last second; None where there was no echo."""
        return self._canceller.removed_db if self._canceller else None

    @property
    def echo_path(self) -> EchoPathState | None:
        """What is known of the room; None where no echo is cancelled."""
        return self._canceller.path.state if self._canceller else None

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
        self._played = played
        self._prepare()

    def clean(self, samples: NDArray[np.int16], begin: float) -> NDArray[np.int16]:
        """As many samples, cleaned.

        Args:
            samples: whole tens of milliseconds that follow those of the last call.
            begin: when the first of them was at the microphone (clock seconds).
        """
        if self._canceller is not None:
            return self._canceller.clean(samples, begin)
        return samples if self._processor is None else self._processor.process(samples)

    def _prepare(self) -> None:
        """Keep what fits the choice, and what it has learnt; make the rest."""
        switches = _Switches(self._cleaning.noise_suppression, self._cleaning.gain_control)
        played = self._played if self._cleaning.echo == "cancel" else None
        before = self._canceller.played if self._canceller else None
        if switches == self._switches and played is before:
            return
        is_plain = played is None and any(switches)
        processor = _processor(self._rate_hz, switches) if is_plain else None
        canceller = _Canceller(self._rate_hz, played, switches) if played else None
        self._processor, self._canceller, self._switches = processor, canceller, switches


class _Canceller:
    """Sends what the room calls for: the canceller's sound, the microphone's own, or silence.

    Both sounds lie side by side to the sample, so that one can take over from the other without a
    seam. The canceller rests while the speaker has been silent for a while: each answer begins with
    silence from the microphone, unless there is no echo, so what it makes first is never sent.
    """

    def __init__(self, rate_hz: int, played: PlayedSound, switches: _Switches) -> None:
        self.played = played
        self.path = EchoPath()
        self._rate_hz = rate_hz
        self._far = _FarEnd(played, rate_hz)
        self._has_gain = switches.gain
        self._cancelling = _processor(rate_hz, switches, cancel_echo=True)
        self._plain = _processor(rate_hz, switches) if any(switches) else None
        delay_s = _CANCELLING_S + (0.0 if self._plain else _BANDS_S.get(rate_hz, 0.0))
        self._waiting = np.zeros(round(delay_s * rate_hz), np.int16)
        self._recent = np.zeros(round(SCORED_S * rate_hz), np.int16)
        self._removed = _Removed(rate_hz)
        self._sent: _Sent = "plain"
        self._fade = np.linspace(0, 1, round(_FADE_S * rate_hz))

    @property
    def removed_db(self) -> float | None:
        """How much quieter it got in the last second; None where there was no echo."""
        return None if self.path.state == "absent" else self._removed.db

    def clean(self, samples: NDArray[np.int16], begin: float) -> NDArray[np.int16]:
        """As many samples, 8 to 11 ms later; plain ones are the microphone's to the bit."""
        far = self._far.beside(begin, samples.size)
        waiting = np.concatenate((self._waiting, samples))
        plain = waiting[: samples.size]
        plain = self._plain.process(plain) if self._plain else plain
        self._waiting = waiting[samples.size :]
        is_sounding = _power(far) >= _AUDIBLE_POWER
        # Both ends of the canceller rest together, so that it finds the room as it left it.
        # It makes one block more after its last was sent, to be faded out of.
        rests = self.path.is_quiet and not is_sounding and self._sent != "cancelled"
        cancelled = plain if rests else self._cancelling.process(samples, far)
        self._look(samples, begin, cancelled, is_sounding=is_sounding)
        sounds = {"cancelled": cancelled, "plain": plain, "silence": np.zeros_like(samples)}
        before, self._sent = self._sent, self._wanted()
        if before == self._sent:
            return sounds[self._sent]
        return self._faded(sounds[before], sounds[self._sent])

    def _look(
        self,
        samples: NDArray[np.int16],
        begin: float,
        cancelled: NDArray[np.int16],
        *,
        is_sounding: bool,
    ) -> None:
        """See what this block tells of the room."""
        seconds = samples.size / self._rate_hz
        self._recent = np.concatenate((self._recent, samples))[-self._recent.size :]
        gain_db = self._cancelling.gain_db if self._has_gain else 0.0
        self._removed.note(samples, cancelled, gain_db, is_sounding=is_sounding)
        self.path.passed(seconds, is_sounding=is_sounding, removed_db=self._removed.db)
        if self.path.wants_score:
            rms = math.sqrt(_power(self._recent))
            self.path.judge(self._score(begin + seconds - SCORED_S, rms), rms)

    def _score(self, begin: float, rms: float) -> EchoScore:
        if rms < QUIET_RMS:
            return NO_ECHO
        return echo_of(self.played, self._recent, self._rate_hz, begin)

    def _wanted(self) -> _Sent:
        if self.path.must_be_silent:
            return "silence"
        return "plain" if self.path.state == "absent" or self.path.is_quiet else "cancelled"

    def _faded(self, before: NDArray[np.int16], after: NDArray[np.int16]) -> NDArray[np.int16]:
        faded = after.copy()
        count = self._fade.size
        mixed = before[:count] + self._fade * (after[:count].astype(np.float64) - before[:count])
        faded[:count] = np.rint(mixed)
        return faded


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
        gain_db: float,
        *,
        is_sounding: bool,
    ) -> None:
        """Compare a block before and after; `gain_db` is what it was made louder by on the way."""
        seconds = near.size / self._rate_hz
        self._since_far_s += seconds
        if not is_sounding:
            return
        if self._since_far_s > _REMEMBERED_S:
            self._before = self._after = 0.0
        self._since_far_s = 0.0
        fade = math.exp(-seconds / _REMEMBERED_S)
        self._before += (1 - fade) * (_power(near) - self._before)
        self._after += (1 - fade) * (_power(cleaned) / 10 ** (gain_db / 10) - self._after)


def _power(samples: NDArray[np.int16]) -> float:
    floats = samples.astype(np.float32)
    return float(np.dot(floats, floats)) / max(1, samples.size)


def _processor(rate_hz: int, switches: _Switches, *, cancel_echo: bool = False) -> _Processor:
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
        echo_cancellation=cancel_echo,
        noise_suppression=switches.noise,
        auto_gain_control=switches.gain,
    )
