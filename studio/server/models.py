"""Hearing and speaking for all sessions: the local models, loaded once, on threads of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from studio.core.errors import StudioError
from studio.core.units import PCM16_SAMPLE_RATE_HZ, ms_to_samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.audio.formats import AudioFormat
    from studio.speech.ears import Ears
    from studio.speech.voices import Voices

FIRST_CHUNK_MS = 100
CHUNK_MS = 300
_SPEAKING_THREADS = 2

Model = TypeVar("Model")


class Speech(Protocol):
    """What sessions need of the speech models."""

    async def recognise(self, audio: bytes, audio_format: AudioFormat) -> str:
        """The words in a piece of audio; empty where nobody speaks.

        Raises:
            StudioError: there is no recogniser.
        """
        ...

    def speak(self, text: str, voice: str, speed: float) -> AsyncIterator[NDArray[np.int16]]:
        """24 kHz samples in chunks, as they are made.

        Raises:
            StudioError: there are no voices.
        """
        ...

    def state(self) -> dict[str, str]:
        """How far each model is: `ready`, `loading`, or why it is missing."""
        ...


class _Loaded(Generic[Model]):
    """A model that loads on its own threads and is waited for by whoever needs it."""

    def __init__(self, load: Callable[[], Model], threads: int, name: str) -> None:
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._load = load
        self._model: Future[Model] | None = None

    def begin(self) -> Future[Model]:
        """Start loading, once."""
        if self._model is None:
            self._model = self.pool.submit(self._load)
        return self._model

    async def ready(self) -> Model:
        """The model, as soon as it is there."""
        return await asyncio.shield(asyncio.wrap_future(self.begin()))

    def state(self) -> str:
        """`ready`, `loading`, or why it is missing."""
        if self._model is None or not self._model.done():
            return "loading"
        fault = self._model.exception()
        if fault is None:
            return "ready"
        return fault.message if isinstance(fault, StudioError) else str(fault)


def _load_ears() -> Ears:
    from studio.speech.ears import Ears

    ears = Ears()
    ears.warm_up()
    return ears


def _load_voices() -> Voices:
    from studio.speech.voices import Voices

    voices = Voices()
    voices.warm_up()
    return voices


class LocalSpeech:
    """The package's own recogniser and voices; each loads when `warm_up` or a session asks."""

    def __init__(self) -> None:
        self._ears = _Loaded(_load_ears, 1, "ears")
        self._voices = _Loaded(_load_voices, _SPEAKING_THREADS, "voices")

    def warm_up(self) -> None:
        """Begin to load everything, without waiting."""
        self._voices.begin()
        self._ears.begin()

    def close(self) -> None:
        """Let the threads go."""
        for each in (self._ears, self._voices):
            each.pool.shutdown(wait=False, cancel_futures=True)

    def state(self) -> dict[str, str]:
        """How far each model is: `ready`, `loading`, or why it is missing."""
        return {"recognition": self._ears.state(), "voices": self._voices.state()}

    async def recognise(self, audio: bytes, audio_format: AudioFormat) -> str:
        """The words in a piece of audio; empty where nobody speaks."""
        from studio.speech.ears import words_in

        ears = await self._ears.ready()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._ears.pool, words_in, audio, audio_format, ears)

    async def speak(self, text: str, voice: str, speed: float) -> AsyncIterator[NDArray[np.int16]]:
        """24 kHz samples, a small chunk first, so that playing can begin."""
        voices = await self._voices.ready()
        loop = asyncio.get_running_loop()
        pieces = voices.synthesize(text, voice, speed)
        chunk_ms = FIRST_CHUNK_MS
        while (
            samples := await loop.run_in_executor(self._voices.pool, next, pieces, None)
        ) is not None:
            start = 0
            while start < samples.size:
                length = ms_to_samples(chunk_ms, PCM16_SAMPLE_RATE_HZ)
                yield samples[start : start + length]
                start += length
                chunk_ms = CHUNK_MS
