from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Opcode
from websockets.utils import accept_key

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


@asynccontextmanager
async def bare_server(answer: Callable[[int, bytes], bytes]) -> AsyncIterator[ConnectRequest]:
    """A server that answers each frame, told by opcode and payload, with these bytes."""

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = asked.partition("Sec-WebSocket-Key: ")[2].partition("\r\n")[0]
        fields = ("Upgrade: websocket", "Connection: Upgrade")
        accept = f"Sec-WebSocket-Accept: {accept_key(key)}"
        head = ("HTTP/1.1 101 Switching Protocols", *fields, accept, "", "")
        writer.write("\r\n".join(head).encode())
        while first := await reader.read(1):
            length = (await reader.readexactly(1))[0] & 0x7F
            mask = await reader.readexactly(4) * 32
            masked = await reader.readexactly(length)
            payload = bytes(a ^ b for a, b in zip(masked, mask, strict=False))
            opcode = first[0] & 0x0F
            if opcode == Opcode.CLOSE:
                break
            writer.write(answer(opcode, payload))
        writer.close()

    listening = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    async with listening:
        yield request(listening.sockets[0].getsockname()[1])


TEXT, CLOSE, PONG = 0x81, 0x88, 0x8A


async def test_the_way_there_and_back_is_measured_at_once_and_again_and_again() -> None:
    pings: list[bytes] = []

    def answer(opcode: int, payload: bytes) -> bytes:
        if opcode != Opcode.PING:
            return b""
        pings.append(payload)
        pong = bytes([PONG, len(payload)]) + payload
        return pong + (bytes([CLOSE, 0]) if len(pings) == 3 else b"")

    peer = SocketPeer(ping_every_s=0.01)
    async with bare_server(answer) as wanted, peer.connect(wanted) as connection:
        before = connection.rtt_ms
        assert [frame async for frame in connection.frames()] == []
    assert len(set(pings)) == 3
    assert before is None
    assert connection.rtt_ms is not None
    assert 0 < connection.rtt_ms < 1_000


async def test_a_peer_that_answers_no_ping_is_pinged_once_and_has_no_round_trip() -> None:
    opcodes: list[int] = []

    def answer(opcode: int, payload: bytes) -> bytes:
        opcodes.append(opcode)
        if opcode != Opcode.TEXT:
            return b""
        return bytes([CLOSE, 0]) if payload == b"enough" else bytes([TEXT, len(payload)]) + payload

    peer = SocketPeer(ping_every_s=0.0)
    async with bare_server(answer) as wanted, peer.connect(wanted) as connection:
        frames = connection.frames()
        for word in ("one", "two", "three"):
            connection.send(word)
            assert await anext(frames) == word
        connection.send("enough")
        assert [frame async for frame in frames] == []
    assert connection.rtt_ms is None
    assert opcodes.count(Opcode.PING) == 1


async def test_what_a_peer_does_not_read_is_known_to_be_unsent() -> None:
    may_read = asyncio.Event()

    async def stuck(peer: ServerConnection) -> None:
        peer.transport.pause_reading()
        await may_read.wait()
        peer.transport.resume_reading()
        async for frame in peer:
            if frame == "the last":
                await peer.close()

    async with server(stuck) as wanted, SocketPeer().connect(wanted) as connection:
        sent_bytes = 0
        while connection.unsent_bytes < 1_000_000:
            assert sent_bytes < 50_000_000
            connection.send("x" * 100_000)
            sent_bytes += 100_000
            await asyncio.sleep(0)
        connection.send("the last")
        may_read.set()
        assert [frame async for frame in connection.frames()] == []
        assert connection.unsent_bytes == 0


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
