"""One connection: reads and writes the socket, and performs an engine's work.

Everything that changes the engine passes through one inbox, so that only one coroutine ever touches
it. The work runs in tasks of this session and ends with it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from studio.core.errors import StudioError
from studio.core.units import PCM16_SAMPLE_RATE_HZ, samples_to_ms
from studio.protocol.codec import encode_server
from studio.server.engine.work import (
    CancelResponse,
    Close,
    DropRecognition,
    Recognise,
    Synthesise,
    Think,
    Work,
)

if TYPE_CHECKING:
    from studio.core.clock import Clock
    from studio.protocol.dialect import Dialect
    from studio.server.engine.engine import Engine
    from studio.server.models import Speech
    from studio.server.replies.context import Replier

LARGEST_BACKLOG_BYTES = 48 * 1024 * 1024
"""What may wait for a client that reads slowly: about twelve minutes of speech."""

MOST_FRAMES_PER_SECOND = 1_000
"""A client that sends more is read more slowly; a microphone sends 50 to 100."""

_INBOX_LENGTH = 256
_BIG_FRAME_CHARACTERS = 128 * 1024
_AGE_CHECK_S = 1.0
_LAST_WORDS_S = 5.0
_UNPACED_MS = 1_000.0
"""This much of a response's voice is sent at once; the rest is paced."""


class Socket(Protocol):
    """A WebSocket that has been accepted."""

    async def receive(self) -> str | bytes | None:
        """The next frame; None once the client has gone."""
        ...

    async def send(self, text: str) -> None:
        """Send a text frame; waits for a slow client."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Say good-bye."""
        ...


@dataclass(slots=True)
class _Voice:
    """How far a response's voice has been sent, for pacing."""

    began_at: float
    sent_ms: float = 0.0


@dataclass(slots=True)
class _Outgoing:
    """Frames that wait for the socket."""

    frames: deque[str] = field(default_factory=deque)
    size: int = 0
    close: Close | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, frame: str) -> None:
        self.frames.append(frame)
        self.size += len(frame)
        self.changed.set()

    def end(self, close: Close) -> None:
        self.close = self.close or close
        self.changed.set()

    def pop(self) -> str:
        frame = self.frames.popleft()
        self.size -= len(frame)
        return frame


class Session:
    """Runs one engine on one socket.

    Args:
        pace: how many times faster than it plays a response's voice is sent at most.
    """

    def __init__(
        self,
        engine: Engine,
        socket: Socket,
        dialect: Dialect,
        speech: Speech,
        replier: Replier,
        clock: Clock,
        *,
        pace: float,
    ) -> None:
        self._engine = engine
        self._socket = socket
        self._dialect = dialect
        self._speech = speech
        self._replier = replier
        self._clock = clock
        self._pace = pace
        self._inbox: asyncio.Queue[Callable[[], None] | None] = asyncio.Queue(_INBOX_LENGTH)
        self._outgoing = _Outgoing()
        self._jobs: dict[str, set[asyncio.Task[None]]] = {}
        self._voices: dict[str, _Voice] = {}

    @property
    def over(self) -> bool:
        """Whether the end has been decided; what was sent may still be on its way."""
        return self._outgoing.close is not None

    async def run(self) -> None:
        """Serve until the client goes or the engine closes."""
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write())
            helpers = [tasks.create_task(self._read()), tasks.create_task(self._watch_age())]
            self._forward(tasks)
            while not self.over and (verb := await self._inbox.get()) is not None:
                await self._apply(verb)
                self._forward(tasks)
            self._outgoing.end(Close(1000, ""))
            for task in (*helpers, *(job for jobs in self._jobs.values() for job in jobs)):
                task.cancel()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS_S):
                    await writer

    async def _apply(self, verb: Callable[[], None]) -> None:
        big = isinstance(verb, _BigFrame)
        await asyncio.to_thread(verb) if big else verb()

    def _forward(self, tasks: asyncio.TaskGroup) -> None:
        """Send and start what the engine wants."""
        events, work, close = self._engine.take()
        for event in events:
            frame = encode_server(event, self._dialect)
            if frame is not None:
                self._outgoing.add(frame)
        for each in work:
            self._perform(each, tasks)
        if close is not None:
            self._outgoing.end(close)
        elif self._outgoing.size > LARGEST_BACKLOG_BYTES:
            self._outgoing.frames.clear()
            self._outgoing.end(Close(1008, "The client reads too slowly; its backlog is full."))

    def _perform(self, work: Work, tasks: asyncio.TaskGroup) -> None:
        match work:
            case Recognise():
                self._start(tasks, work.recognition_id, self._recognise(work))
            case Think():
                self._start(tasks, work.response_id, self._think(work))
            case Synthesise():
                self._start(tasks, work.response_id, self._speak(work))
            case CancelResponse(job_id) | DropRecognition(job_id):
                self._voices.pop(job_id, None)
                for task in self._jobs.get(job_id, ()):
                    task.cancel()

    def _start(self, tasks: asyncio.TaskGroup, job_id: str, job: Coroutine[Any, Any, None]) -> None:
        task = tasks.create_task(job)
        self._jobs.setdefault(job_id, set()).add(task)
        task.add_done_callback(partial(self._job_ended, job_id))

    def _job_ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        jobs = self._jobs[job_id]
        jobs.discard(task)
        if not jobs:
            del self._jobs[job_id]

    # The work.

    async def _recognise(self, work: Recognise) -> None:
        engine, recognition_id = self._engine, work.recognition_id
        try:
            words = await self._speech.recognise(work.audio, work.audio_format)
        except StudioError as fault:
            await self._inbox.put(partial(engine.unrecognised, recognition_id, fault.in_words()))
        else:
            await self._inbox.put(partial(engine.transcribed, recognition_id, words))

    async def _think(self, work: Think) -> None:
        engine, response_id = self._engine, work.response_id
        try:
            async for piece in self._replier.reply(work.context):
                await self._inbox.put(partial(engine.reply_piece, response_id, piece))
        except StudioError as fault:
            words = fault.in_words()
            await self._inbox.put(partial(engine.failed, response_id, "reply_failed", words))
        else:
            await self._inbox.put(partial(engine.reply_ended, response_id))

    async def _speak(self, work: Synthesise) -> None:
        engine, response_id = self._engine, work.response_id
        voice = self._voices.setdefault(response_id, _Voice(self._clock.monotonic()))
        try:
            async for samples in self._speech.speak(work.text, work.voice, work.speed):
                await self._inbox.put(partial(engine.audio_chunk, response_id, samples))
                voice.sent_ms += samples_to_ms(samples.size, PCM16_SAMPLE_RATE_HZ)
                await self._hold_pace(voice)
        except StudioError as fault:
            words = fault.in_words()
            await self._inbox.put(partial(engine.failed, response_id, "voice_failed", words))
        else:
            await self._inbox.put(partial(engine.audio_ended, response_id))

    async def _hold_pace(self, voice: _Voice) -> None:
        due_s = (voice.sent_ms - _UNPACED_MS) / 1000 / self._pace
        await asyncio.sleep(max(0.0, due_s - (self._clock.monotonic() - voice.began_at)))

    # The socket.

    async def _read(self) -> None:
        engine = self._engine
        second_began, frames = self._clock.monotonic(), 0
        while (frame := await self._socket.receive()) is not None:
            if isinstance(frame, bytes):
                await self._inbox.put(engine.receive_binary)
            else:
                kind = _BigFrame if len(frame) > _BIG_FRAME_CHARACTERS else partial
                await self._inbox.put(kind(engine.receive, frame))
            frames += 1
            if frames >= MOST_FRAMES_PER_SECOND:
                await asyncio.sleep(max(0.0, second_began + 1 - self._clock.monotonic()))
                second_began, frames = self._clock.monotonic(), 0
        await self._inbox.put(None)

    async def _watch_age(self) -> None:
        while True:
            await asyncio.sleep(_AGE_CHECK_S)
            await self._inbox.put(partial(self._engine.tick, self._clock.monotonic()))

    async def _write(self) -> None:
        outgoing = self._outgoing
        while outgoing.frames or outgoing.close is None:
            while outgoing.frames:
                await self._socket.send(outgoing.pop())
            outgoing.changed.clear()
            if outgoing.close is None:
                await outgoing.changed.wait()
        await self._socket.close(outgoing.close.code, outgoing.close.reason)


class _BigFrame(partial[None]):
    """A frame that takes long to fold: done on a thread, so that other sessions go on."""
