from __future__ import annotations

import asyncio

import pytest

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.providers import ConnectRequest
from studio.runtime.clock import SystemClock
from studio.transport.peer import Closing
from studio.transport.replayed import ReplayedPeer

REQUEST = ConnectRequest("ws://nowhere/v1/realtime", Dialect.GA)
FRAMES = [(0.5, "one"), (1.0, "two"), (2.5, "three")]


async def test_frames_come_at_their_times_at_the_speed_asked_for() -> None:
    clock = SystemClock()
    async with ReplayedPeer(FRAMES, clock, speed=50).connect(REQUEST) as connection:
        began = clock.monotonic()
        got = [(frame, clock.monotonic() - began) async for frame in connection.frames()]
    assert [frame for frame, _ in got] == ["one", "two", "three"]
    for (at, _), (_, came_at) in zip(FRAMES, got, strict=True):
        assert at / 50 <= came_at < at / 50 + 0.5
    assert connection.closing == Closing(1000)


async def test_closing_ends_it_at_once() -> None:
    peer = ReplayedPeer([(9_999.0, "late")], SystemClock())
    async with peer.connect(REQUEST) as connection, asyncio.TaskGroup() as tasks:
        tasks.create_task(connection.close(1000, "enough"))
        got = [frame async for frame in connection.frames()]
    assert got == []
    assert connection.closing == Closing(1000, "enough")


@pytest.mark.parametrize("speed", [0.1, 51])
def test_an_impossible_speed_is_refused(speed: float) -> None:
    with pytest.raises(StudioError, match=r"0\.25 to 50"):
        ReplayedPeer([], SystemClock(), speed)
