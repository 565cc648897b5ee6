"""Words for the virtual microphone: a queue to the voice process, and back as sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from studio.core.errors import StudioError
from studio.core.units import PCM16_SAMPLE_RATE_HZ
from studio.session.local import ProblemSeen

if TYPE_CHECKING:
    from types import TracebackType

    from studio.audio.microphones import Voiceover
    from studio.runtime.inbox import Inbox

CALLER_VOICE = "ash"
OTHER_VOICE = "coral"


class Voice(Protocol):
    """Something that speaks; `studio.speech.service_client.VoiceProcess` does."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def say(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        """PCM16 at 24 kHz, piece by piece.

        Raises:
            StudioError: it cannot speak.
        """
        ...


class Mouth:
    """Speaks one text after another over a microphone.

    Args:
        make_voice: makes the voice, when there is something to say for the first time.
        assistant_voice: the other side's voice: the caller's own is another one.
    """

    def __init__(
        self,
        voiceover: Voiceover,
        make_voice: Callable[[], Voice],
        inbox: Inbox,
        assistant_voice: str = "",
    ) -> None:
        self._voiceover = voiceover
        self._make_voice = make_voice
        self._inbox = inbox
        self._usual_voice = OTHER_VOICE if assistant_voice == CALLER_VOICE else CALLER_VOICE
        self._wanted: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._unsaid = 0

    @property
    def is_speaking(self) -> bool:
        """Whether words are being made ready, waiting, or being sent."""
        return self._unsaid > 0 or self._voiceover.is_speaking

    def say(self, text: str, voice: str = "") -> None:
        """Ask for words."""
        if text.strip():
            self._unsaid += 1
            self._wanted.put_nowait((text, voice or self._usual_voice))

    async def speak(self, *, at_once: bool) -> None:
        """Make words into sound for ever; `at_once` starts the voice before there are any."""
        async with AsyncExitStack() as stack:
            voice = await stack.enter_async_context(self._make_voice()) if at_once else None
            while True:
                text, name = await self._wanted.get()
                if voice is None:
                    voice = await stack.enter_async_context(self._make_voice())
                try:
                    pcm = b"".join([piece async for piece in voice.say(text, voice=name)])
                except StudioError as failure:
                    self._inbox.local(_unspoken(failure))
                else:
                    samples = np.frombuffer(pcm, "<i2").astype(np.int16)
                    self._voiceover.add(text, samples, PCM16_SAMPLE_RATE_HZ)
                self._unsaid -= 1


def _unspoken(failure: StudioError) -> ProblemSeen:
    return ProblemSeen(
        severity="error", title=failure.title, message=failure.message, hint=failure.hint
    )
