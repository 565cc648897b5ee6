"""Ears and a voice without models: they hear what they are told, and speak in tones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from studio.core.errors import StudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.audio.formats import AudioFormat

_CHUNK = 2400
_SAMPLES_PER_CHARACTER = 1200


@dataclass
class ToneSpeech:
    """Hears these words, one after the other; says a character in 50 ms."""

    words: list[str] = field(default_factory=list)
    missing: bool = False

    async def recognise(self, audio: bytes, audio_format: AudioFormat) -> str:
        if self.missing:
            raise StudioError("It is not installed.", title="No speech recognition")
        return self.next_words()

    def next_words(self) -> str:
        return self.words.pop(0) if self.words else ""

    async def speak(self, text: str, voice: str, speed: float) -> AsyncIterator[NDArray[np.int16]]:
        if self.missing:
            raise StudioError("They are not installed.", title="No local voices")
        for _ in range(0, _SAMPLES_PER_CHARACTER * len(text), _CHUNK):
            yield np.full(_CHUNK, 1000, np.int16)

    def state(self) -> dict[str, str]:
        return {"recognition": "ready", "voices": "ready"}
