"""The task that holds the connection: opens it, reads it, closes it when asked."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.protocol.codec import decode_server
from studio.protocol.events import Error
from studio.session.local import ConnectionClosed, ConnectionFailed, ConnectionOpened
from studio.transport.failures import BusyError, closed_before_greeting

if TYPE_CHECKING:
    from studio.protocol.providers import ConnectRequest
    from studio.runtime.inbox import Inbox
    from studio.transport.peer import Closing, Connection, Peer


class Line:
    """One connection's life, told to the inbox.

    Args:
        request: what to connect with.
        inbox: is told of the opening, every frame, and the end.
    """

    def __init__(self, request: ConnectRequest, inbox: Inbox) -> None:
        self.connection: Connection | None = None
        """The open connection, while there is one."""
        self._request = request
        self._inbox = inbox
        self._leaving = asyncio.Event()
        self._frames = 0
        self._last_error = ""

    def hang_up(self) -> None:
        """Close the connection, or give up opening it."""
        self._leaving.set()

    async def hold(self, peer: Peer) -> None:
        """Connect, read to the end, and tell how it ended."""
        async with asyncio.TaskGroup() as tasks:
            held = tasks.create_task(self._converse(peer))
            leaving = tasks.create_task(self._leave(held))
            await asyncio.wait([held])
            leaving.cancel()
        if held.cancelled():
            self._inbox.local(ConnectionClosed(code=1000, expected=True))

    async def _converse(self, peer: Peer) -> None:
        try:
            async with peer.connect(self._request) as connection:
                await self._read(connection)
        except StudioError as failure:
            self._inbox.local(
                ConnectionFailed(
                    title=failure.title,
                    message=failure.message,
                    hint=failure.hint,
                    wait_s=failure.wait_s if isinstance(failure, BusyError) else None,
                )
            )

    async def _read(self, connection: Connection) -> None:
        self.connection = connection
        self._inbox.local(ConnectionOpened())
        async for frame in connection.frames():
            self._frames += 1
            self._took(frame)
        self.connection = None
        if connection.closing is not None:
            self._inbox.local(self._closed(connection.closing))

    async def _leave(self, held: asyncio.Task[None]) -> None:
        await self._leaving.wait()
        if self.connection is None:
            held.cancel()
        else:
            await self.connection.close()

    def _took(self, frame: str | bytes) -> None:
        # The wire is text only; the log keeps what else came in a form that decodes as malformed.
        text = frame if isinstance(frame, str) else f"binary:{base64.b64encode(frame).decode()}"
        event = decode_server(text, self._request.dialect)
        if isinstance(event, Error):
            self._last_error = event.error.message
        self._inbox.server(event, text)

    def _closed(self, closing: Closing) -> ConnectionClosed:
        """A close right after an `error`, or before any frame, is a refusal in the peer's words."""
        message = ""
        refused = self._frames == 0 or (self._frames == 1 and self._last_error)
        if refused and not self._leaving.is_set():
            message = closed_before_greeting(self._last_error, closing, self._request).message
        return ConnectionClosed(
            code=closing.code,
            reason=closing.reason,
            message=message,
            expected=self._leaving.is_set(),
        )
