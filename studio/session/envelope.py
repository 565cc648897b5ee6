"""The one record that everything which changes a session arrives in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from studio.protocol.events import WireEvent
from studio.session.local import LocalEvent


class Origin(StrEnum):
    """Who said it: the server, we as its client, or this machine."""

    SERVER = "server"
    CLIENT = "client"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event with its place and time.

    Attributes:
        seq: 1 for the first envelope of a session, then one more each.
        at: monotonic seconds since the session began.
        origin: who said it.
        event: the event as a value.
        raw: the frame as it crossed the wire, or as the log keeps it; empty for local events.
    """

    seq: int
    at: float
    origin: Origin
    event: WireEvent | LocalEvent
    raw: str = ""
