"""What a session talks to, as protocols: a provider, the local server, a script, or a replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from studio.protocol.connecting import ConnectRequest


@dataclass(frozen=True, slots=True)
class Closing:
    """How a connection ended; 1006 where the line went dead without a word."""

    code: int
    reason: str = ""


class Connection(Protocol):
    """An open line to a peer."""

    def send(self, text: str) -> None:
        """Hand a frame over; frames leave in order, and never block the caller."""
        ...

    @property
    def unsent_bytes(self) -> int:
        """What was handed over and the peer's system has not acknowledged, as far as is known."""
        ...

    @property
    def rtt_ms(self) -> float | None:
        """A WebSocket ping's way there and back, as of lately; None where none was answered."""
        ...

    def frames(self) -> AsyncIterator[str | bytes]:
        """What the peer sends, until either side closes."""
        ...

    @property
    def closing(self) -> Closing | None:
        """How the line ended, known once `frames` is exhausted."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the line; `frames` then ends as well."""
        ...


class Peer(Protocol):
    """Something that can be connected to."""

    def connect(self, request: ConnectRequest) -> AbstractAsyncContextManager[Connection]:
        """Open a line for as long as the context lasts.

        Raises:
            StudioError: it could not be opened, in words.
        """
        ...
