"""Voices that buzz at a pitch and a level of their own, and one that is hoarse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError

RATE_HZ = 24_000
PITCHES_HZ = {"marin": 200.0, "cedar": 100.0, "ash": 130.0, "alloy": 160.0}
LEVELS = {"marin": 0.1, "cedar": 0.02, "ash": 0.3, "alloy": 0.05}
_CHUNK = 4_800
_MS_PER_WORD = 300
_PAUSE_MS = 100


@dataclass
class BuzzingSpeech:
    """Says each word as 300 ms of buzz and 100 ms of silence.

    Attributes:
        hoarse: voices that cannot speak.
        said: what was to be said, by whom, how fast.
    """

    hoarse: tuple[str, ...] = ()
    said: list[tuple[str, str, float]] = field(default_factory=list)

    async def recognise(self, audio: bytes, audio_format: AudioFormat) -> str:
        return ""

    async def speak(self, text: str, voice: str, speed: float) -> AsyncIterator[NDArray[np.int16]]:
        if voice in self.hoarse:
            raise StudioError(f"{voice} is hoarse.", title="No voice")
        self.said.append((text, voice, speed))
        sound = buzz(len(text.split()), PITCHES_HZ[voice], LEVELS[voice], speed)
        for at in range(0, sound.size, _CHUNK):
            yield sound[at : at + _CHUNK]

    def state(self) -> dict[str, str]:
        return {"recognition": "ready", "voices": "ready"}


def buzz(words: int, hz: float, level: float, speed: float = 1.0) -> NDArray[np.int16]:
    """So many words."""
    moments = np.arange(int(_MS_PER_WORD * RATE_HZ / 1000 / speed)) / RATE_HZ
    tones = sum(0.5**n * np.sin(2 * np.pi * hz * (n + 1) * moments) for n in range(6))
    pause = np.zeros(int(_PAUSE_MS * RATE_HZ / 1000 / speed))
    sound = np.concatenate([np.asarray(tones) * level, pause] * words)
    samples: NDArray[np.int16] = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
    return samples
