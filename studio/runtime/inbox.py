"""The one queue into a session: everything that happens waits here to be folded, in order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.audio.microphones import Block
from studio.protocol.events import WireEvent
from studio.session.envelope import Origin
from studio.session.local import LocalEvent

if TYPE_CHECKING:
    from studio.core.clock import Clock


@dataclass(frozen=True, slots=True)
class Happening:
    """An event on its way into the log.

    `arrived_at` is in session seconds; None for what follows from an effect, and happens just now.
    """

    origin: Origin
    event: WireEvent | LocalEvent
    raw: str = ""
    arrived_at: float | None = None


class Inbox:
    """Takes what happens from every task, with the time at which it happened.

    Args:
        clock: the time.
        began: the clock's reading at the session's zero.

    Attributes:
        block_at: the session second at which the microphone's last block came.
    """

    def __init__(self, clock: Clock, began: float) -> None:
        self._clock = clock
        self.began = began
        self.block_at = 0.0
        self._queue: asyncio.Queue[Happening | Block] = asyncio.Queue()

    def now(self) -> float:
        """Session seconds."""
        return self._clock.monotonic() - self.began

    def server(self, event: WireEvent, raw: str) -> None:
        """A frame came."""
        self._queue.put_nowait(Happening(Origin.SERVER, event, raw, self.now()))

    def local(self, event: LocalEvent) -> None:
        """Something happened on this machine, or was wished for."""
        self._queue.put_nowait(Happening(Origin.LOCAL, event, "", self.now()))

    def block(self, block: Block) -> None:
        """The microphone recorded 20 ms."""
        self.block_at = self.now()
        self._queue.put_nowait(block)

    async def next(self) -> Happening | Block:
        """What comes next, in the order in which it was put in."""
        return await self._queue.get()
