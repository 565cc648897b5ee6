"""The screen's feed: the worker, and for the local provider a server that is started for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from studio.app.setup import wants_own_server
from studio.core.errors import StudioError
from studio.runtime.messages import Fault

if TYPE_CHECKING:
    from studio.runtime.cells import Cells
    from studio.runtime.children import LocalServer
    from studio.runtime.link import Message, WorkerLink
    from studio.runtime.messages import PlayRecording
    from studio.runtime.plan import ConnectPlan
    from studio.session.local import LocalEvent


class StudioFeed:
    """A worker's feed whose sessions with the local provider find a running server.

    Args:
        link: the worker, opened.
        server: a local server, not started yet.
        tasks: owns what runs beside the screen.
    """

    def __init__(self, link: WorkerLink, server: LocalServer, tasks: asyncio.TaskGroup) -> None:
        self._link = link
        self._server = server
        self._tasks = tasks
        self._starting = asyncio.Lock()
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        tasks.create_task(self._pump())

    @property
    def cells(self) -> Cells:
        """The worker's latest values."""
        return self._link.cells

    def start(self, plan: ConnectPlan) -> None:
        """Begin a session, behind the start of the server where it needs one."""
        self._tasks.create_task(self._start(plan))

    def send(self, event: LocalEvent) -> None:
        """Put a wish into the running session."""
        self._link.send(event)

    def stop(self) -> None:
        """End the running session."""
        self._link.stop()

    def look_for_cards(self) -> None:
        """Ask for the sound cards; the answer comes among the messages."""
        self._link.look_for_cards()

    def play_recording(self, wanted: PlayRecording) -> None:
        """Play a recording's sound; where the ear is comes among the messages."""
        self._link.play_recording(wanted)

    def stop_recording(self) -> None:
        """Be silent where a recording plays."""
        self._link.stop_recording()

    async def messages(self) -> AsyncIterator[Message]:
        """What the worker says, and what kept a session from starting."""
        while (message := await self._messages.get()) is not None:
            yield message

    async def _start(self, plan: ConnectPlan) -> None:
        async with self._starting:
            try:
                if wants_own_server(plan):
                    plan = plan.model_copy(update={"url": await self._server_url()})
            except StudioError as error:
                self._messages.put_nowait(Fault(error.title, error.message, error.hint))
                return
            self._link.start(plan)

    async def _server_url(self) -> str:
        if not self._server.is_running:
            await self._server.start()
        return self._server.url

    async def _pump(self) -> None:
        async for message in self._link.messages():
            self._messages.put_nowait(message)
        self._messages.put_nowait(None)
