"""A real peer: the WebSocket client with the limits that long voice sessions need."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from studio.transport.backlog import unacknowledged_bytes
from studio.transport.failures import RefusedError, connect_failure
from studio.transport.peer import Closing
from studio.transport.reconnect import ONCE, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from websockets.asyncio.client import ClientConnection

    from studio.protocol.connecting import ConnectRequest

LARGEST_FRAME_BYTES = 64 * 2**20
"""Retrieved items carry minutes of audio as base64; the client's own default is 1 MiB."""

_OPEN_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 2.0
_PING_EVERY_S = 5.0
_FIRST_PAUSE_S = 1.0
_REMEMBERED_PINGS = 3
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SocketPeer:
    """A provider, a gateway or the local server, reached over a WebSocket.

    Args:
        retry: the pauses between attempts while nobody listens.
        open_timeout_s: how long one attempt may take, from name lookup to the 101.
        compressed: whether permessage-deflate is offered; base64 audio hardly shrinks.
        ping_every_s: the pause between one ping's answer and the next ping.
    """

    def __init__(
        self,
        retry: RetryPolicy = ONCE,
        *,
        open_timeout_s: float = _OPEN_TIMEOUT_S,
        compressed: bool = False,
        ping_every_s: float = _PING_EVERY_S,
    ) -> None:
        self._retry = retry
        self._ping_every_s = ping_every_s
        self._open_timeout_s = open_timeout_s
        self._compressed = compressed

    @asynccontextmanager
    async def connect(self, request: ConnectRequest) -> AsyncIterator[SocketConnection]:
        """Open a socket for as long as the context lasts.

        Raises:
            StudioError: it could not be opened, in words.
        """
        socket = await self._patiently_opened(request)
        connection = SocketConnection(socket)
        try:
            async with asyncio.TaskGroup() as tasks:
                helpers = [
                    tasks.create_task(each)
                    for each in (connection.write_out(), connection.measure(self._ping_every_s))
                ]
                try:
                    yield connection
                finally:
                    for helper in helpers:
                        helper.cancel()
        finally:
            await socket.close()

    async def _patiently_opened(self, request: ConnectRequest) -> ClientConnection:
        for delay_s in self._retry.delays_s:
            try:
                return await self._opened(request)
            except RefusedError:
                await asyncio.sleep(delay_s)
        return await self._opened(request)

    async def _opened(self, request: ConnectRequest) -> ClientConnection:
        try:
            return await connect(
                request.url,
                additional_headers=dict(request.headers),
                subprotocols=[Subprotocol(name) for name in request.subprotocols] or None,
                compression="deflate" if self._compressed else None,
                open_timeout=self._open_timeout_s,
                close_timeout=_CLOSE_TIMEOUT_S,
                max_size=LARGEST_FRAME_BYTES,
                max_queue=None,  # the fold never falls behind for long, and must see every frame
                proxy=None if urlsplit(request.url).hostname in _LOOPBACK else True,
            )
        except (WebSocketException, OSError, EOFError, ValueError) as failure:
            raise connect_failure(failure, request) from failure


class SocketConnection:
    """An open WebSocket with a queue of its own, so that handing a frame over never waits."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._queue: deque[str] = deque()
        self._waiting = asyncio.Event()
        self._unsent_bytes = 0
        self._round_trips_ms: deque[float] = deque(maxlen=_REMEMBERED_PINGS)
        self._closing: Closing | None = None

    @property
    def unsent_bytes(self) -> int:
        """What was handed over and the peer's system has not acknowledged, as far as is known."""
        return self._unsent_bytes + unacknowledged_bytes(self._socket.transport)

    @property
    def rtt_ms(self) -> float | None:
        """The way there and back; None before the first answer to a ping.

        The shortest of the last three: whatever else the machines at both ends were doing only
        made the others longer.
        """
        return min(self._round_trips_ms, default=None)

    @property
    def closing(self) -> Closing | None:
        """How the line ended, known once `frames` is exhausted."""
        return self._closing

    def send(self, text: str) -> None:
        """Hand a frame over; it leaves in order. After the end it is dropped."""
        self._queue.append(text)
        self._unsent_bytes += len(text)
        self._waiting.set()

    async def write_out(self) -> None:
        """Write what was handed over, until the socket closes."""
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while self._queue:
                text = self._queue.popleft()
                try:
                    await self._socket.send(text)
                except ConnectionClosed:
                    return
                self._unsent_bytes -= len(text)

    async def measure(self, every_s: float) -> None:
        """Ping now and again and again, never before the last one was answered."""
        pause_s = min(_FIRST_PAUSE_S, every_s)
        with suppress(ConnectionClosed):
            while True:
                answer = await self._socket.ping()
                self._round_trips_ms.append(await answer * 1000)
                await asyncio.sleep(pause_s)
                pause_s = every_s

    async def frames(self) -> AsyncIterator[str | bytes]:
        """What the peer sends, until either side closes."""
        try:
            while True:
                yield await self._socket.recv()
        except ConnectionClosed:
            code = self._socket.close_code
            self._closing = Closing(1006 if code is None else code, self._socket.close_reason or "")

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the line, after writing out what was handed over as far as the peer takes it."""
        with suppress(ConnectionClosed, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                while self._queue:
                    await self._socket.send(self._queue.popleft())
        await self._socket.close(code, reason)
