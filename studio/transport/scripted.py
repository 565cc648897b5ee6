"""A peer that follows a script: it waits for what it expects and says what it was told to say.

For demonstrations and tests of everything above the socket. Steps run in order; frames that no
step waits for are kept in `received` all the same.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from studio.core.errors import StudioError
from studio.transport.peer import Closing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from studio.protocol.connecting import ConnectRequest


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait until the client has sent `count` more events of this wire type."""

    type: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Emit:
    """Send an event (as JSON) or a raw frame."""

    frame: Mapping[str, Any] | str | bytes


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing more until the client closes."""


@dataclass(frozen=True, slots=True)
class CloseWith:
    """Close the line from the peer's side."""

    code: int = 1000
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FailToOpen:
    """As the only step: the line cannot be opened."""

    failure: StudioError


Step = Expect | Emit | Hang | CloseWith | FailToOpen


class ScriptedPeer:
    """Follows the same steps for every connection; after the last one it closes with 1000."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = tuple(steps)
        self.received: list[str] = []
        """All frames that clients sent, over all connections."""

    @asynccontextmanager
    async def connect(self, request: ConnectRequest) -> AsyncIterator[ScriptedConnection]:
        """Open a line that follows the script; what `request` asks for does not matter.

        Raises:
            StudioError: the script says so.
        """
        del request
        for step in self._steps:
            if isinstance(step, FailToOpen):
                raise step.failure
        yield ScriptedConnection(self._steps, self.received)


@dataclass(slots=True)
class ScriptedConnection:
    """One run through a script."""

    steps: tuple[Step, ...]
    received: list[str]
    _unseen: deque[str] = field(default_factory=deque)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: Closing | None = None

    @property
    def unsent_bytes(self) -> int:
        """Always 0: nothing waits."""
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
        """Take a frame from the client."""
        if self._closing is None:
            self.received.append(text)
            self._unseen.append(_type_of(text))
            self._changed.set()

    async def frames(self) -> AsyncIterator[str | bytes]:
        """What the script says, at once where it waits for nothing."""
        for step in (*self.steps, CloseWith()):
            match step:
                case Expect(wire_type, count):
                    for _ in range(count):
                        await self._saw(wire_type)
                case Emit(frame):
                    await asyncio.sleep(0)
                    yield frame if isinstance(frame, str | bytes) else json.dumps(frame)
                case Hang():
                    await self._saw(None)
                case CloseWith(code, reason):
                    self._closing = self._closing or Closing(code, reason)
                case FailToOpen():
                    pass
            if self._closing is not None:
                return

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the line from the client's side."""
        self._closing = self._closing or Closing(code, reason)
        self._changed.set()

    async def _saw(self, wire_type: str | None) -> None:
        """Wait for the next frame of this type, or for the end of the line."""
        while self._closing is None:
            while self._unseen:
                if self._unseen.popleft() == wire_type:
                    return
            self._changed.clear()
            await self._changed.wait()


def _type_of(text: str) -> str:
    try:
        values = json.loads(text)
    except ValueError:
        return ""
    return str(values.get("type", "")) if isinstance(values, dict) else ""
