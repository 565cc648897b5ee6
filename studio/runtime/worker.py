"""The background worker's process: `python -m studio.runtime.worker FD`.

It owns the socket, the sound and the log of one session at a time, and talks to the screen over the
socket pair whose descriptor it is given. It lives as long as the other end is open.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import traceback
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.runtime.cards_seen import cards_seen
from studio.runtime.cells import Cells
from studio.runtime.here import this_machine
from studio.runtime.live import LiveSession
from studio.runtime.messages import (
    Fault,
    LookForCards,
    PlayRecording,
    Quit,
    Start,
    Stop,
    StopRecording,
    Tell,
    from_worker_line,
    read_to_worker,
)
from studio.runtime.priority import prefer_this_process
from studio.runtime.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.runtime.messages import FromWorker
    from studio.runtime.plan import ConnectPlan
    from studio.runtime.world import World

_LONGEST_LINE_BYTES = 64 * 2**20
_CRASH = Fault(
    title="The worker stumbled",
    message="A fault in the studio itself ended the session; its log is whole up to there.",
    hint="Connect again; the details are in the worker's log.",
)


class Worker:
    """Runs one session at a time, as the screen asks.

    Args:
        world: what sessions act on.
        publish: is given everything the screen ought to know.
    """

    def __init__(self, world: World, publish: Callable[[FromWorker], None]) -> None:
        self._world = world
        self._publish = publish
        self._session: LiveSession | None = None
        self._living: asyncio.Task[None] | None = None
        self._replay = Replay(world.sound, publish)

    async def serve(self, reader: asyncio.StreamReader) -> None:
        """Do what the lines say until they end, then end the session."""
        async with asyncio.TaskGroup() as tasks:
            while line := await _next_line(reader):
                message = read_to_worker(line)
                match message:
                    case Start(plan):
                        await self._end()
                        await self._begin(plan, tasks)
                    case Tell(event):
                        if self._session is not None:
                            self._session.wish(event)
                    case Stop():
                        self._leave()
                    case LookForCards():
                        tasks.create_task(self._look_for_cards())
                    case PlayRecording():
                        await self._replay.play(message, tasks)
                    case StopRecording():
                        await self._replay.stop()
                    case Quit():
                        break
            await self._replay.stop()
            await self._end()

    async def _begin(self, plan: ConnectPlan, tasks: asyncio.TaskGroup) -> None:
        try:
            self._session = await LiveSession.open(plan, self._world, self._publish)
        except StudioError as failure:
            self._publish(_in_words(failure))
        else:
            self._living = tasks.create_task(self._live(self._session))

    async def _live(self, session: LiveSession) -> None:
        try:
            await session.run()
        except Exception:  # noqa: BLE001 - the supervisor: our own faults end here, in words
            traceback.print_exc()
            self._publish(_CRASH)
        finally:
            self._session = None

    async def _look_for_cards(self) -> None:
        source = self._world.sound
        self._publish(await source.off_loop(partial(cards_seen, source)))

    def _leave(self) -> None:
        if self._session is not None:
            self._session.leave()

    async def _end(self) -> None:
        self._leave()
        if self._living is not None:
            await self._living
            self._living = None


async def _next_line(reader: asyncio.StreamReader) -> bytes:
    """The next whole line; nothing once the screen is gone, in whatever way."""
    try:
        line = await reader.readline()
    except ConnectionError:
        return b""
    return line if line.endswith(b"\n") else b""


def _in_words(failure: StudioError) -> Fault:
    return Fault(title=failure.title, message=failure.message, hint=failure.hint)


def tell(writer: asyncio.StreamWriter, message: FromWorker) -> None:
    """Hand a message to the screen; nothing once it is gone.

    A screen that has fallen behind needs every line of the log, and no look that will be stale.
    """
    if writer.is_closing():
        return
    is_behind = writer.transport.get_write_buffer_size() > 0
    if not (is_behind and isinstance(message, Cells)):
        writer.write(from_worker_line(message))


async def _work(pair: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=pair, limit=_LONGEST_LINE_BYTES)
    await Worker(this_machine(os.environ), partial(tell, writer)).serve(reader)
    with suppress(ConnectionError):
        await writer.drain()
    writer.close()


def main() -> None:
    """Serve the descriptor named on the command line."""
    prefer_this_process()
    asyncio.run(_work(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
