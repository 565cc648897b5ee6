"""A peer that says again what a server once said, at the pace of then or faster or slower."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.transport.peer import Closing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from studio.core.clock import Clock
    from studio.protocol.connecting import ConnectRequest

SLOWEST, FASTEST = 0.25, 50.0


class ReplayedPeer:
    """Replays server frames; what the client sends is accepted and ignored.

    Args:
        frames: `(session second, frame as it crossed the wire)`, in order.
        speed: from 0.25 (four times slower) to 50.

    Raises:
        StudioError: the speed is outside that range.
    """

    def __init__(
        self, frames: Iterable[tuple[float, str]], clock: Clock, speed: float = 1.0
    ) -> None:
        if not SLOWEST <= speed <= FASTEST:
            raise StudioError(
                f"A replay runs at {SLOWEST} to {FASTEST:.0f} times the speed, not {speed}.",
                title="Impossible speed",
            )
        self._frames = tuple(frames)
        self._clock = clock
        self._speed = speed

    @asynccontextmanager
    async def connect(self, request: ConnectRequest) -> AsyncIterator[ReplayedConnection]:
        """Begin the replay; what `request` asks for does not matter."""
        del request
        yield ReplayedConnection(self._frames, self._clock, self._speed)


@dataclass(slots=True)
class ReplayedConnection:
    """One replay; it closes with 1000 after the last frame."""

    stored: tuple[tuple[float, str], ...]
    clock: Clock
    speed: float
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: Closing | None = None

    @property
    def unsent_bytes(self) -> int:
        """Always 0: nothing is sent anywhere."""
        return 0

    @property
    def rtt_ms(self) -> float | None:
        """Always None: there is no way to measure."""
        return None

    @property
    def closing(self) -> Closing | None:
        """How the line ended, known once `frames` is exhausted."""
        return self._closing

    def send(self, text: str) -> None:
        """Accept a frame and ignore it."""

    async def frames(self) -> AsyncIterator[str | bytes]:
        """The stored frames, each at its time."""
        began = self.clock.monotonic()
        for at, frame in self.stored:
            await self._wait_until(began + at / self.speed)
            if self._closing is not None:
                return
            yield frame
        self._closing = self._closing or Closing(1000)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the replay."""
        self._closing = self._closing or Closing(code, reason)
        self._ended.set()

    async def _wait_until(self, due: float) -> None:
        delay_s = due - self.clock.monotonic()
        if delay_s > 0:
            try:
                await asyncio.wait_for(self._ended.wait(), delay_s)
            except TimeoutError:
                return
