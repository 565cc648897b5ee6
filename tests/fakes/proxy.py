"""A proxy between a client and a Realtime server that writes down every frame it passes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


@dataclass(slots=True)
class Proxy:
    """What passed, in the order in which it came from each side.

    Attributes:
        url: where clients find it.
        sent: frames of the client.
        received: frames of the server.
    """

    url: str = ""
    sent: list[str | bytes] = field(default_factory=list)
    received: list[str | bytes] = field(default_factory=list)


@asynccontextmanager
async def recording_proxy(upstream: str) -> AsyncIterator[Proxy]:
    """A proxy before the server at this address."""
    proxy = Proxy()
    address = urlsplit(upstream)

    async def pass_on(client: ServerConnection) -> None:
        assert client.request is not None
        url = f"ws://{address.netloc}{client.request.path}"
        offered = client.request.headers.get_all("Sec-WebSocket-Protocol")
        async with (
            connect(url, subprotocols=[Subprotocol(each) for each in offered] or None) as server,
            asyncio.TaskGroup() as ways,
        ):
            ways.create_task(_pass(client, server, proxy.sent))
            ways.create_task(_pass(server, client, proxy.received))

    async with serve(pass_on, "127.0.0.1", 0, max_size=None) as listening:
        port = listening.sockets[0].getsockname()[1]
        proxy.url = f"ws://127.0.0.1:{port}{address.path}"
        yield proxy


_Connection = ServerConnection | ClientConnection


async def _pass(source: _Connection, target: _Connection, seen: list[str | bytes]) -> None:
    """Frames as they come, until one side closes; then the other is closed too."""
    with suppress(ConnectionClosed):
        async for frame in source:
            seen.append(frame)
            await target.send(frame)
    await target.close()
