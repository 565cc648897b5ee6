"""Takes that a local voice speaks from a script; what is true of them is known from the making.

A sound is what rises over the quietest consonant, so that pauses last exactly as long as the script
says, and labels begin and end with the first and the last sample that is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.audio.formats import AudioFormat
from studio.audio.samples import encode
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.core.units import PCM16_SAMPLE_RATE_HZ, ms_to_samples, samples_to_ms
from studio.lab.labels import Label, checked
from studio.lab.take import Take

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.lab.script import Passage

Samples = NDArray[np.int16]
Speak = Callable[[str, str], Samples]
"""Says a text in a voice: samples at 24 kHz."""

LEAD_MS, TAIL_MS = 500, 2_000
"""Silence before the first word, and after the last: as long as a patient setting waits for."""

_SOUNDING = 100  # of 32768, as the local voices have it


def local_voices() -> Speak:
    """The local server's voices.

    Raises:
        StudioError: they are not installed.
    """
    from studio.speech.voices import Voices

    voices = Voices()

    def speak(text: str, voice: str) -> Samples:
        pieces = list(voices.synthesize(text, voice))
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)

    return speak


def spoken_take(name: str, script: Sequence[Passage], voice: str, speak: Speak) -> Take:
    """A script as a take with its truth.

    Raises:
        StudioError: a voice is not known, or there is nothing to say in a piece of the script.
    """
    parts = [_silence(LEAD_MS)]
    at = parts[0].size
    labels = []
    for number, passage in enumerate(script):
        if number:
            parts.append(_silence(passage.gap_ms))
            at += parts[-1].size
        sound = passage_sound(passage, voice, speak)
        begin_ms, end_ms = (
            samples_to_ms(each, PCM16_SAMPLE_RATE_HZ) for each in (at, at + sound.size)
        )
        labels.append(Label(int(begin_ms), int(end_ms), passage.kind, passage.words))
        parts.append(sound)
        at += sound.size
    audio = encode(np.concatenate([*parts, _silence(TAIL_MS)]), AudioFormat.PCM16)
    take = Take(name, audio, origin=f"spoken by the local voice {one_line(voice, 40)}")
    truth = checked(labels, take.duration_ms, name)
    return Take(name, audio, AudioFormat.PCM16, truth, take.origin, ("spoken",))


def passage_sound(passage: Passage, voice: str, speak: Speak) -> Samples:
    """A passage from its first sound to its last, with its pauses."""
    pieces: list[Samples] = []
    for part in passage.parts:
        if isinstance(part, int):
            pieces.append(_silence(part))
            continue
        said = _sounding(speak(part, passage.voice or voice))
        if not said.size:
            raise StudioError(
                f"There is nothing to say in {one_line(part, 60)}.",
                title="The script cannot be spoken",
                hint="Write words between the pauses.",
            )
        pieces.append(said)
    return np.concatenate(pieces)


def _sounding(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _SOUNDING)
    return samples[loud[0] : loud[-1] + 1] if loud.size else samples[:0]


def _silence(ms: int) -> Samples:
    return np.zeros(ms_to_samples(ms, PCM16_SAMPLE_RATE_HZ), np.int16)
