"""The voices of the local server: every voice name of the Realtime API, each with its own sound.

One speech network (hibari, in the extra `local`) speaks with one voice. A preset turns it into
another by moving pitch and formants: together by resampling, apart with pitch-synchronous grains.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from studio.audio.resample import resample_offline
from studio.audio.samples import to_int16
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.core.units import PCM16_SAMPLE_RATE_HZ
from studio.speech.pitch import pitch_marks, reshaped
from studio.speech.utterance import phoneme_pieces, speakable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

RATE_HZ = PCM16_SAMPLE_RATE_HZ

SLOWEST, FASTEST = 0.25, 1.5
"""The range of `speed` in the Realtime API."""

_NETWORK_SLOWEST, _NETWORK_FASTEST = 0.5, 1.2
_SOUNDING = 100  # of 32768: quieter than the faintest consonant
_LEAD_MS = 30
_SENTENCE_PAUSE_MS, _CLAUSE_PAUSE_MS = 300, 120
_SEED = 0  # for the noise in consonants: the same text always sounds the same


@dataclass(frozen=True, slots=True)
class VoicePreset:
    """How a voice differs from the network's own, as factors, and what makes it equally loud."""

    description: str
    pitch: float
    formants: float
    pace: float
    gain_db: float


_PRESETS = {
    "marin": VoicePreset("woman, clear", 1.0, 1.0, 1.0, 1.8),
    "shimmer": VoicePreset("woman, bright", 1.09, 1.09, 1.05, 1.8),
    "coral": VoicePreset("woman, warm", 0.92, 0.92, 0.97, 1.8),
    "alloy": VoicePreset("woman, low", 0.84, 0.84, 1.0, 1.8),
    "sage": VoicePreset("alto", 0.77, 0.77, 0.92, 1.8),
    "echo": VoicePreset("man, tenor", 0.64, 0.89, 1.07, 5.2),
    "ballad": VoicePreset("man, dark and slow", 0.61, 0.83, 0.92, 5.2),
    "ash": VoicePreset("man", 0.58, 0.86, 1.0, 5.2),
    "verse": VoicePreset("man, low and bright", 0.55, 0.89, 1.05, 5.2),
    "cedar": VoicePreset("man, deep", 0.53, 0.81, 0.95, 5.2),
}
VOICES: Mapping[str, VoicePreset] = MappingProxyType(_PRESETS)
"""Every voice name that can be asked for."""


def voice_preset(name: str) -> VoicePreset:
    """The preset of a voice.

    Raises:
        StudioError: no voice has this name.
    """
    preset = VOICES.get(name)
    if preset is None:
        raise StudioError(
            f'There is no voice "{one_line(name, 40)}".',
            title="Unknown voice",
            hint=f"Choose one of {', '.join(sorted(VOICES))}.",
        )
    return preset


class Voices:
    """The speech network, loaded once; safe to use from several threads.

    Raises:
        StudioError: the extra `local` is missing.
    """

    def __init__(self) -> None:
        try:
            from hibari import Hibari, dsp
        except ImportError as failure:
            raise StudioError(
                f"The package {failure.name} is not installed.",
                title="No local voices",
                hint="Run: pip install 'realtime-studio[local]'",
            ) from failure
        self._network: Any = Hibari(threads=1)
        self._dsp: Any = dsp
        self._reading = threading.Lock()

    def warm_up(self) -> None:
        """Speak once unheard: the first sentence would otherwise take half a second."""
        for _ in self.synthesize("Hello there, are you ready?", "cedar"):
            pass

    def synthesize(self, text: str, voice: str, speed: float = 1.0) -> Iterator[NDArray[np.int16]]:
        """Speak `text`, yielding 24 kHz samples sentence by sentence as they are ready.

        Text without anything to say (blank, only emoji) yields nothing.

        Args:
            text: English; numbers, times and abbreviations are spoken as words.
            voice: a name in `VOICES`.
            speed: 0.25 to 1.5, as in the Realtime API.

        Raises:
            StudioError: unknown voice or impossible speed; raised before the first sample.
        """
        preset = voice_preset(voice)
        if not SLOWEST <= speed <= FASTEST:
            raise StudioError(
                f"Speech cannot run at {speed} times its normal speed.",
                title="Impossible speed",
                hint=f"Choose a speed from {SLOWEST} to {FASTEST}.",
            )
        return self._spoken(text, preset, speed)

    def _spoken(self, text: str, preset: VoicePreset, speed: float) -> Iterator[NDArray[np.int16]]:
        with self._reading:
            sentences = self._network.phonemize(speakable(text))
        for phonemes in phoneme_pieces(sentences):
            sentence_ends = phonemes[-1] in ".!?…"
            pause_ms = _SENTENCE_PAUSE_MS if sentence_ends else _CLAUSE_PAUSE_MS
            samples = _trimmed(self._piece(phonemes, preset, speed), pause_ms / speed)
            if samples.size:
                yield samples

    def _piece(self, phonemes: str, preset: VoicePreset, speed: float) -> NDArray[np.int16]:
        pace = preset.pace * speed / preset.formants
        network_pace = min(max(pace, _NETWORK_SLOWEST), _NETWORK_FASTEST)
        tempo, pitch = pace / network_pace, preset.pitch / preset.formants
        sound, f0_hz = self._network_output(phonemes, network_pace)
        if (tempo, pitch) != (1.0, 1.0):
            marks = pitch_marks(f0_hz, self._dsp.HOP, RATE_HZ)
            sound = reshaped(sound, marks, pitch, tempo)
        moved = resample_offline(sound, round(RATE_HZ * preset.formants), RATE_HZ)
        return to_int16(moved * np.float32(10 ** (preset.gain_db / 20)))

    def _network_output(
        self, phonemes: str, pace: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The sound and its pitch in Hz, one value a hop."""
        ids = np.asarray([self._network.ids(phonemes)], np.int64)
        inputs = {"ids": ids, "speed": np.asarray([pace], np.float32)}
        spectra = [each[0] for each in self._network.sess.run(None, inputs)]
        sound = self._dsp.synth(*spectra, np.random.default_rng(_SEED))
        return sound, spectra[-1]


def _trimmed(samples: NDArray[np.int16], pause_ms: float) -> NDArray[np.int16]:
    """The sound from 30 ms before it begins to `pause_ms` after it ends; nothing if it is silent.

    The network puts 0.3 s of silence before each sentence, which a listener would wait through.
    """
    sounding = np.flatnonzero(np.abs(samples.astype(np.int32)) > _SOUNDING)
    if not sounding.size:
        return samples[:0]
    start = max(0, int(sounding[0]) - _LEAD_MS * RATE_HZ // 1000)
    end = int(sounding[-1]) + 1
    pause = np.zeros(int(pause_ms * RATE_HZ / 1000), np.int16)
    after = samples[end : end + pause.size]
    pause[: after.size] = after
    return np.concatenate((samples[start:end], pause))
