"""The microphone of the moment on its way to the inbox, and the change to another one."""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.units import BLOCK_MS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from studio.audio.microphones import Block
    from studio.runtime.inbox import Inbox
    from studio.runtime.sound import OpenedMicrophone

_NOTABLE_GAP_MS = 5.0  # a card's times jitter


class Recording:
    """Puts a microphone's blocks into the inbox, in a task of its own.

    Args:
        opened: the first microphone.
        inbox: takes the blocks.
        instead_of: what goes on where a microphone went away; it is told which, and why.
    """

    def __init__(
        self,
        opened: OpenedMicrophone,
        inbox: Inbox,
        instead_of: Callable[[OpenedMicrophone, StudioError], OpenedMicrophone],
    ) -> None:
        self.opened = opened
        """What is recorded now."""
        self._inbox = inbox
        self._instead_of = instead_of
        self._until = -inf
        self._overruns = opened.sound.overruns
        self._tasks: asyncio.TaskGroup | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Record from now on, as a task of this group."""
        self._tasks = tasks
        self._task = tasks.create_task(self._record(self.opened.sound.blocks()))

    async def go_over(self, opened: OpenedMicrophone) -> OpenedMicrophone:
        """Record another microphone from its first block on; the one before goes on until then.

        Returns the one before, still open.

        Raises:
            StudioError: it records nothing, and the one before goes on.
        """
        assert self._tasks is not None
        assert self._task is not None
        blocks = opened.sound.blocks()
        first = await anext(blocks)
        self._task.cancel()
        before, self.opened = self.opened, opened
        self._overruns = opened.sound.overruns
        after = self._until
        self._put(first, after)
        self._task = self._tasks.create_task(self._record(blocks, after))
        return before

    async def _record(self, blocks: AsyncIterator[Block], after: float = -inf) -> None:
        while True:
            try:
                async for block in blocks:
                    self._put(block, after)
            except StudioError as failure:
                self.opened = self._instead_of(self.opened, failure)
                blocks = self.opened.sound.blocks()

    def _put(self, block: Block, after: float) -> None:
        """Send it on, unless another microphone recorded that moment already."""
        if block.captured_at > after:
            self._inbox.block(self._with_gap(block))
            self._until = block.captured_at

    def _with_gap(self, block: Block) -> Block:
        """Where the card's buffer overflowed, what it lost shows as a gap between two blocks."""
        gap_ms = (block.captured_at - self._until) * 1000 - BLOCK_MS
        overruns = self.opened.sound.overruns
        if overruns == self._overruns or gap_ms < _NOTABLE_GAP_MS:
            return block
        self._overruns = overruns
        return block._replace(lost_ms=max(block.lost_ms, gap_ms))
