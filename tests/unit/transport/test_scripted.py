from __future__ import annotations

import pytest

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.providers import ConnectRequest
from studio.transport.peer import Closing
from studio.transport.scripted import CloseWith, Emit, Expect, FailToOpen, Hang, ScriptedPeer

REQUEST = ConnectRequest("ws://nowhere/v1/realtime", Dialect.GA)


async def test_it_says_its_lines_when_it_heard_what_it_waits_for() -> None:
    peer = ScriptedPeer(
        [Emit("hello"), Expect("go", 2), Emit({"type": "done"}), CloseWith(4000, "bye")]
    )
    got: list[str | bytes] = []
    async with peer.connect(REQUEST) as connection:
        async for frame in connection.frames():
            got.append(frame)
            connection.send('{"type": "go"}')
            connection.send("not json")
            connection.send('{"type": "go"}')
    assert got == ["hello", '{"type": "done"}']
    assert connection.closing == Closing(4000, "bye")
    assert peer.received[:3] == ['{"type": "go"}', "not json", '{"type": "go"}']


async def test_the_client_can_close_while_it_waits() -> None:
    async with ScriptedPeer([Emit("hello"), Hang()]).connect(REQUEST) as connection:
        async for _ in connection.frames():
            await connection.close(1000, "done")
    assert connection.closing == Closing(1000, "done")


async def test_it_can_fail_to_open() -> None:
    peer = ScriptedPeer([FailToOpen(StudioError("No."))])
    with pytest.raises(StudioError, match=r"No\."):
        async with peer.connect(REQUEST):
            pass
