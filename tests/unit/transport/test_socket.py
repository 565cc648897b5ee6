from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.providers import ConnectRequest
from studio.transport.peer import Closing
from studio.transport.reconnect import RetryPolicy
from studio.transport.socket import SocketPeer

Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def server(handler: Handler, port: int = 0) -> AsyncIterator[ConnectRequest]:
    async with serve(handler, "127.0.0.1", port, max_size=None, compression=None) as running:
        bound = next(iter(running.sockets)).getsockname()[1]
        yield request(bound)


def request(port: int) -> ConnectRequest:
    url = f"ws://127.0.0.1:{port}/v1/realtime?model=m"
    return ConnectRequest(url, Dialect.GA, {"Authorization": "Bearer sk-test-123456789"})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def test_frames_go_both_ways_in_order_and_the_close_is_kept() -> None:
    async def echo(peer: ServerConnection) -> None:
        for _ in range(3):
            await peer.send(await peer.recv())
        await peer.send(b"\x00")
        await peer.close(4000, "enough")

    async with server(echo) as wanted, SocketPeer().connect(wanted) as connection:
        for text in ("one", "two", "drei\u00e9"):
            connection.send(text)
        got = [frame async for frame in connection.frames()]
    assert got == ["one", "two", "drei\u00e9", b"\x00"]
    assert connection.closing == Closing(4000, "enough")
    assert connection.unsent_bytes == 0


async def test_headers_reach_the_server_and_frames_of_many_megabytes_come_through() -> None:
    headers: list[str] = []

    async def big(peer: ServerConnection) -> None:
        assert peer.request is not None
        headers.append(peer.request.headers["Authorization"])
        await peer.send("x" * 20_000_000)

    async with server(big) as wanted, SocketPeer().connect(wanted) as connection:
        sizes = [len(frame) async for frame in connection.frames()]
    assert headers == ["Bearer sk-test-123456789"]
    assert sizes == [20_000_000]


async def test_closing_ends_the_frames_after_what_was_handed_over_has_left() -> None:
    got: list[str | bytes] = []

    async def listen(peer: ServerConnection) -> None:
        got.extend([frame async for frame in peer])

    async with server(listen) as wanted, SocketPeer().connect(wanted) as connection:
        for number in range(50):
            connection.send(str(number))
        await connection.close()
        assert [frame async for frame in connection.frames()] == []
    assert got == [str(number) for number in range(50)]
    assert connection.closing == Closing(1000)


async def test_a_line_that_goes_dead_is_1006() -> None:
    async def drop(peer: ServerConnection) -> None:
        peer.transport.abort()

    async with server(drop) as wanted, SocketPeer().connect(wanted) as connection:
        assert [frame async for frame in connection.frames()] == []
    assert connection.closing == Closing(1006)


async def test_nobody_listening_is_told_in_words() -> None:
    with pytest.raises(StudioError, match="Nobody listens at ws://"):
        async with SocketPeer().connect(request(free_port())):
            pass


async def test_knocking_goes_on_while_the_policy_says_so() -> None:
    port = free_port()
    greeted = asyncio.Event()

    async def greet(peer: ServerConnection) -> None:
        await peer.send("hello")
        await greeted.wait()

    async def knock() -> str | bytes:
        peer = SocketPeer(RetryPolicy((0.01,) * 200))
        async with peer.connect(request(port)) as connection:
            frame = await anext(connection.frames())
            greeted.set()
            return frame

    async with asyncio.TaskGroup() as tasks:
        knocking = tasks.create_task(knock())
        await asyncio.sleep(0)
        async with server(greet, port):
            await asyncio.wait([knocking])
    assert knocking.result() == "hello"


async def test_a_server_that_speaks_no_http_is_told_apart() -> None:
    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(StudioError) as raised:
            async with SocketPeer().connect(request(port)):
                pass
    assert raised.value.title == "Not a Realtime server"


async def test_a_server_that_never_answers_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        peer = SocketPeer(open_timeout_s=0.05)
        with pytest.raises(StudioError, match="did not answer in time"):
            async with peer.connect(request(silent.getsockname()[1])):
                pass
