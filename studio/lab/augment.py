"""What happens to speech on its way: noise, another level, a telephone line, a room.

Each is a value that prints and parses: `noise:10dB`, `pink:5dB`, `babble:10dB`, `gain:-12dB`,
`g711`, `room:0.4s`, and several in a row, `room:0.4s+noise:15dB`. The same take gives the same
sound every time: what is random is drawn from a seed made of the take's digest. What is true of a
take stays true: no turn begins or ends elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Literal

import numpy as np
from typing_extensions import override

from studio.audio.formats import AudioFormat
from studio.audio.resample import resample_offline
from studio.audio.samples import decode, encode, to_float, to_int16
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.noise import babble, pink, room_response, white

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from studio.lab.take import Take

    Samples = NDArray[np.float64]

NoiseKind = Literal["noise", "pink", "babble"]

_MAKERS: dict[NoiseKind, Callable[[int, int, np.random.Generator], Samples]] = {
    "noise": white,
    "pink": pink,
    "babble": babble,
}
_ACTIVE_SHARE = 0.1
"""Where nothing is labelled, what is louder than this share of the loudest 20 ms is speech."""
_LEVEL_MS = 20
_WRITTEN = re.compile(r"(?P<name>[a-z0-9]+)(?::(?P<value>-?\d+(?:\.\d+)?)(?P<unit>dB|s))?")
_LEAST_DB, _MOST_DB = -60.0, 60.0
_LONGEST_ROOM_S = 5.0
_HOW = (
    "Write noise:10dB, pink:10dB, babble:10dB (so far below the speech), gain:-12dB, g711, "
    "room:0.4s (its RT60), or several with +."
)


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise that lies so many dB below the speech; white where it is called `noise`."""

    snr_db: float
    kind: NoiseKind = "noise"

    @override
    def __str__(self) -> str:
        return f"{self.kind}:{self.snr_db:g}dB"

    def to(self, take: Take, seed: np.random.Generator) -> Take:
        """The take with it."""
        samples = _samples(take)
        if not samples.size:
            return take
        noise = _MAKERS[self.kind](samples.size, take.audio_format.rate_hz, seed)
        level = _speech_rms(take, samples) * 10 ** (-self.snr_db / 20)
        return _sounding(take, samples + noise * (level / max(_rms(noise), 1e-12)))


@dataclass(frozen=True, slots=True)
class Gain:
    """Another level; what gets too loud is clipped."""

    db: float

    @override
    def __str__(self) -> str:
        return f"gain:{self.db:g}dB"

    def to(self, take: Take, seed: np.random.Generator) -> Take:
        """The take with it."""
        del seed
        return _sounding(take, _samples(take) * 10 ** (self.db / 20))


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone line: G.711 µ-law at 8 kHz, sent as it is."""

    @override
    def __str__(self) -> str:
        return "g711"

    def to(self, take: Take, seed: np.random.Generator) -> Take:
        """The take with it."""
        del seed
        if take.audio_format is not AudioFormat.PCM16:
            return take
        wide = decode(take.audio, take.audio_format)
        narrow = resample_offline(wide, take.audio_format.rate_hz, AudioFormat.PCMU.rate_hz)
        audio = encode(narrow, AudioFormat.PCMU)
        return replace(take, audio=audio, audio_format=AudioFormat.PCMU)


@dataclass(frozen=True, slots=True)
class Room:
    """A room that sounds on for so long: the time in which its echo falls by 60 dB."""

    rt60_s: float

    @override
    def __str__(self) -> str:
        return f"room:{self.rt60_s:g}s"

    def to(self, take: Take, seed: np.random.Generator) -> Take:
        """The take with it; as loud as it was, and as long."""
        samples = _samples(take)
        if not samples.size:
            return take
        response = room_response(self.rt60_s, take.audio_format.rate_hz, seed)
        wet = _convolved(samples, response)
        return _sounding(take, wet * (_rms(samples) / max(_rms(wet), 1e-12)))


Step = Noise | Gain | Phone | Room


@dataclass(frozen=True, slots=True)
class Variant:
    """What is done to a take before it is heard, in order; nothing is `clean`."""

    steps: tuple[Step, ...] = ()

    @override
    def __str__(self) -> str:
        return "+".join(map(str, self.steps)) or "clean"

    def of(self, take: Take) -> Take:
        """The take so changed; its name and its truth stay."""
        return reduce(_after, self.steps, take)


CLEAN = Variant()


def parse_variant(text: str) -> Variant:
    """The variant that a text names.

    Raises:
        StudioError: it names none.
    """
    words = text.strip()
    if words == "clean":
        return CLEAN
    return Variant(tuple(_step(each.strip(), text) for each in words.split("+")))


def variants_of(texts: Sequence[str]) -> tuple[Variant, ...]:
    """The takes as they are, and so changed, each way once.

    Raises:
        StudioError: a text names no variant.
    """
    return tuple(dict.fromkeys((CLEAN, *map(parse_variant, texts))))


def _step(word: str, text: str) -> Step:
    match = _WRITTEN.fullmatch(word)
    if match is None:
        raise _wrong(text, f"“{one_line(word, 40)}” is not an augmentation")
    name, value, unit = match["name"], float(match["value"] or 0), match["unit"]
    if name == "g711" and unit is None:
        return Phone()
    if name == "room" and unit == "s":
        if not 0 < value <= _LONGEST_ROOM_S:
            raise _wrong(text, f"a room's time is above 0 and up to {_LONGEST_ROOM_S:g} s")
        return Room(value)
    if unit == "dB" and not _LEAST_DB <= value <= _MOST_DB:
        raise _wrong(text, f"levels are from {_LEAST_DB:g} to {_MOST_DB:g} dB")
    if name == "gain" and unit == "dB":
        return Gain(value)
    for kind in _MAKERS:
        if name == kind and unit == "dB":
            return Noise(value, kind)
    raise _wrong(text, f"“{one_line(word, 40)}” is not an augmentation")


def _wrong(text: str, why: str) -> StudioError:
    return StudioError(
        f"{one_line(text, 60)}: {why}.", title="These takes cannot be changed so", hint=_HOW
    )


def _after(take: Take, step: Step) -> Take:
    told = hashlib.sha256(f"{take.digest} {step}".encode()).digest()
    return step.to(take, np.random.default_rng(int.from_bytes(told[:8], "big")))


def _samples(take: Take) -> Samples:
    return to_float(decode(take.audio, take.audio_format)).astype(np.float64)


def _sounding(take: Take, samples: Samples) -> Take:
    return replace(take, audio=encode(to_int16(samples.astype(np.float32)), take.audio_format))


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if samples.size else 0.0


def _speech_rms(take: Take, samples: Samples) -> float:
    """How loud the speech is: in its true turns, or where it is loud at all."""
    turns = take.truth.turns if take.truth is not None else ()
    rate = take.audio_format.rate_hz
    said = [samples[each.begin_ms * rate // 1000 : each.end_ms * rate // 1000] for each in turns]
    if said and (level := _rms(np.concatenate(said))) > 0:
        return level
    size = max(1, rate * _LEVEL_MS // 1000)
    blocks = [samples[at : at + size] for at in range(0, samples.size, size)]
    levels = np.array([_rms(each) for each in blocks])
    return _rms(levels[levels >= levels.max() * _ACTIVE_SHARE])


def _convolved(samples: Samples, response: Samples) -> Samples:
    """The samples through a filter, as long as they were; a block at a time."""
    size = 1 << max(15, (2 * response.size - 1).bit_length())
    block = size - response.size + 1
    spectrum = np.fft.rfft(response, size)
    out = np.zeros(samples.size + size)
    for at in range(0, samples.size, block):
        piece = np.fft.rfft(samples[at : at + block], size)
        out[at : at + size] += np.fft.irfft(piece * spectrum, size)
    return out[: samples.size]
