"""Where the parts of an engine put what they want sent and done, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.protocol.events import Error

if TYPE_CHECKING:
    from studio.core.ids import IdSource
    from studio.protocol.events import ServerEvent
    from studio.server.engine.errors import Refused
    from studio.server.engine.work import Close, Work

_PAD_TO_CHARACTERS = 16


class Outbox:
    """Events to send, work to do and an end, collected until the shell takes them."""

    def __init__(self, ids: IdSource) -> None:
        self._ids = ids
        self._events: list[ServerEvent] = []
        self._work: list[Work] = []
        self._close: Close | None = None

    def send(self, kind: type[ServerEvent], **fields: Any) -> None:  # noqa: ANN401  # one per event type
        """Send an event of this kind; its `event_id` is made here."""
        self._events.append(kind(**{"event_id": self._ids.new("event"), **fields}))

    def send_delta(self, kind: type[ServerEvent], delta: str, **fields: Any) -> None:  # noqa: ANN401
        """Send a piece of text, padded with noise so that its length tells an eavesdropper less."""
        noise = self._ids.new("pad").rpartition("_")[2]
        self.send(
            kind, **fields, delta=delta, obfuscation=noise[: -len(delta) % _PAD_TO_CHARACTERS]
        )

    def refuse(self, refusal: Refused, event_id: str | None = None) -> None:
        """Send an `error` event about the client event `event_id`."""
        self.send(Error, error=refusal.detail(event_id))

    def do(self, work: Work) -> None:
        """Ask for work."""
        self._work.append(work)

    def close(self, close: Close) -> None:
        """Ask for the connection's end."""
        self._close = close

    def take(self) -> tuple[list[ServerEvent], list[Work], Close | None]:
        """Everything collected since the last call."""
        taken = self._events, self._work, self._close
        self._events, self._work = [], []
        return taken
