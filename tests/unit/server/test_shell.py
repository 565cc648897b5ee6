from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from studio.core.clock import ManualClock
from studio.core.ids import SequentialIds
from studio.protocol.dialect import Dialect
from studio.server.engine.engine import Engine, EngineConfig
from studio.server.replies.context import Context, ReplyPiece, TextPiece
from studio.server.replies.host import Host
from studio.server.shell import LARGEST_BACKLOG_BYTES, Session
from tests.fakes.speech import ToneSpeech
from tests.fakes.voice_activity import LoudnessDetector

TEXT_ONLY = json.dumps({"type": "response.create", "response": {"output_modalities": ["text"]}})


class Wire:
    """A client's end: frames to read, and what was written; it reads only while `reading`."""

    def __init__(self, *frames: str | bytes, gone: bool = False) -> None:
        self.frames: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        for frame in (*frames, None) if gone else frames:
            self.frames.put_nowait(frame)
        self.reading = asyncio.Event()
        self.reading.set()
        self.kinds: list[str] = []
        self.closed: tuple[int, str] | None = None

    async def receive(self) -> str | bytes | None:
        return await self.frames.get()

    async def send(self, text: str) -> None:
        await self.reading.wait()
        self.kinds.append(json.loads(text)["type"])
        if self.kinds[-1] == "response.done":
            self.frames.put_nowait(None)

    async def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)


class Flood:
    """Replies without end, a megabyte at a time."""

    async def reply(self, context: Context) -> AsyncIterator[ReplyPiece]:
        while True:
            yield TextPiece("x" * 1024 * 1024)


def session(wire: Wire, replier: Host | Flood) -> Session:
    engine = Engine(EngineConfig(), SequentialIds(), LoudnessDetector(), 0.0)
    clock = ManualClock()
    return Session(engine, wire, Dialect.GA, ToneSpeech(), replier, clock, pace=12.0)


async def test_a_session_ends_with_its_client() -> None:
    wire = Wire(b"\x00", gone=True)
    await session(wire, Host(ManualClock())).run()
    assert wire.kinds == ["session.created", "error"]
    assert wire.closed == (1000, "")


async def test_work_is_done_and_told() -> None:
    wire = Wire(TEXT_ONLY)
    await session(wire, Host(ManualClock())).run()
    assert "response.output_text.delta" in wire.kinds


async def test_a_client_that_does_not_read_is_let_go() -> None:
    wire = Wire(TEXT_ONLY)
    wire.reading.clear()
    running = session(wire, Flood())
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(running.run())
        while not running.over:  # noqa: ASYNC110  # it has no need of an event
            await asyncio.sleep(0)
        wire.reading.set()
        await task
    assert wire.closed == (1008, "The client reads too slowly; its backlog is full.")
    assert len(wire.kinds) < LARGEST_BACKLOG_BYTES
