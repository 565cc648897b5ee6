"""Builders of envelopes: a script of what crossed the wire and what happened here, with times."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Self

from studio.audio.formats import AudioFormat
from studio.protocol.codec import decode_client, decode_server, encode_client, encode_server
from studio.protocol.dialect import Dialect
from studio.protocol.events import ClientEvent, ServerEvent, WireEvent
from studio.session.envelope import Envelope, Origin
from studio.session.local import LocalEvent
from studio.session.reduce import Step, fold, reduce
from studio.session.state import SessionState

PCM16 = AudioFormat.PCM16


def audio(ms: float, start: int = 0) -> str:
    """Base64 of `ms` of PCM16 whose bytes count up from `start`, so that every offset is known."""
    n_bytes = PCM16.ms_to_bytes(ms)
    return base64.b64encode(bytes((start + at) % 251 for at in range(n_bytes))).decode()


@dataclass(slots=True)
class Script:
    """Envelopes in the order in which they are written down; time moves only when told to."""

    dialect: Dialect = Dialect.GA
    now: float = 0.0
    envelopes: list[Envelope] = field(default_factory=list)

    def at(self, seconds: float) -> Self:
        """What follows happens at this session second."""
        self.now = round(seconds, 6)
        return self

    def wait(self, ms: float) -> Self:
        """What follows happens `ms` later."""
        return self.at(self.now + ms / 1000)

    def server(self, event: ServerEvent) -> Self:
        """The server says this, in the script's dialect."""
        raw = encode_server(event, self.dialect)
        assert raw is not None, f"{event.type} has no word in {self.dialect}"
        return self.server_raw(raw)

    def server_raw(self, raw: str) -> Self:
        """The server sends this text."""
        return self._add(Origin.SERVER, decode_server(raw, self.dialect), raw)

    def client(self, event: ClientEvent) -> Self:
        """We send this, in the script's dialect."""
        return self.client_raw(encode_client(event, self.dialect))

    def client_raw(self, raw: str) -> Self:
        """We send this text."""
        return self._add(Origin.CLIENT, decode_client(raw, self.dialect), raw)

    def local(self, event: LocalEvent) -> Self:
        """This happens on this machine."""
        return self._add(Origin.LOCAL, event)

    def _add(self, origin: Origin, event: WireEvent | LocalEvent, raw: str = "") -> Self:
        self.envelopes.append(Envelope(len(self.envelopes) + 1, self.now, origin, event, raw))
        return self

    @property
    def state(self) -> SessionState:
        """What the fold knows after all of it."""
        return fold(self.envelopes)

    @property
    def last_step(self) -> Step:
        """The fold of the last envelope upon all before it."""
        return reduce(fold(self.envelopes[:-1]), self.envelopes[-1])
