from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from studio.audio.microphones import Block
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.runtime.inbox import Inbox
from studio.runtime.recording import Recording
from studio.runtime.sound import OpenedMicrophone


@dataclass
class HandMicrophone:
    """Records what the test gives it; an error means that it goes away."""

    name: str
    is_virtual: bool = False
    rate_hz: int = 24_000
    latency_ms: float = 0.0
    overruns: int = 0
    given: asyncio.Queue[Block | StudioError] = field(default_factory=asyncio.Queue)

    async def blocks(self) -> AsyncIterator[Block]:
        while True:
            given = await self.given.get()
            if isinstance(given, StudioError):
                raise given
            yield given

    def record(self, captured_at: float) -> None:
        self.given.put_nowait(Block(self.name.encode(), captured_at=captured_at))

    def close(self) -> None:
        pass


@dataclass
class Stage:
    """A recording of `a`, with `instead` where it goes away, and what comes of it."""

    first: HandMicrophone = field(default_factory=lambda: HandMicrophone("a"))
    instead: HandMicrophone = field(default_factory=lambda: HandMicrophone("instead"))
    gone: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox = Inbox(ManualClock(), 0.0)
        self.recording = Recording(OpenedMicrophone(self.first), self.inbox, self._instead_of)

    def _instead_of(self, opened: OpenedMicrophone, failure: StudioError) -> OpenedMicrophone:
        self.gone.append(f"{opened.sound.name}: {failure.message}")
        return OpenedMicrophone(self.instead)

    async def next(self) -> Block:
        async with asyncio.timeout(5):
            taken = await self.inbox.next()
        assert isinstance(taken, Block)
        return taken


@asynccontextmanager
async def recording() -> AsyncIterator[Stage]:
    stage = Stage()
    async with asyncio.TaskGroup() as tasks:
        stage.recording.begin(tasks)
        yield stage
        assert stage.recording._task is not None
        stage.recording._task.cancel()


async def test_the_one_before_goes_on_until_another_has_recorded_something() -> None:
    other = HandMicrophone("b")
    async with recording() as stage, asyncio.TaskGroup() as tasks:
        going = tasks.create_task(stage.recording.go_over(OpenedMicrophone(other)))
        for moment in (1.0, 1.02):
            stage.first.record(moment)
            assert (await stage.next()).payload == b"a"
        other.record(1.03)
        before = await going
        stage.first.record(1.04)
        other.record(1.05)
        assert [(await stage.next()).captured_at for _ in range(2)] == [1.03, 1.05]
    assert before.sound is stage.first


async def test_no_moment_is_sent_twice_where_another_lags_behind() -> None:
    other = HandMicrophone("b")
    async with recording() as stage:
        stage.first.record(1.0)
        await stage.next()
        for moment in (0.95, 0.97, 0.99, 1.01):
            other.record(moment)
        await stage.recording.go_over(OpenedMicrophone(other))
        assert (await stage.next()).captured_at == 1.01


async def test_another_that_records_nothing_leaves_the_one_before() -> None:
    other = HandMicrophone("b")
    other.given.put_nowait(StudioError("Busy.", title="Busy"))
    async with recording() as stage:
        with pytest.raises(StudioError, match="Busy"):
            await stage.recording.go_over(OpenedMicrophone(other))
        stage.first.record(1.0)
        assert (await stage.next()).payload == b"a"
    assert stage.gone == []


async def test_what_stands_in_goes_on_where_one_goes_away() -> None:
    async with recording() as stage:
        stage.first.given.put_nowait(StudioError("Unplugged.", title="Gone"))
        stage.instead.record(1.0)
        assert (await stage.next()).payload == b"instead"
        assert stage.recording.opened.sound is stage.instead
    assert stage.gone == ["a: Unplugged."]


async def test_what_an_overflow_lost_is_told_with_the_block_after_it() -> None:
    async with recording() as stage:
        lost_ms = []
        for moment, overruns in ((1.0, 0), (1.02, 1), (1.1, 1), (1.12, 1), (1.2, 1)):
            stage.first.overruns = overruns
            stage.first.record(moment)
            lost_ms.append((await stage.next()).lost_ms)
    assert lost_ms == pytest.approx([0, 0, 60, 0, 0])
