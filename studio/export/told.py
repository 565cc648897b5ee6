"""A stored session folded to its end: what the exports that tell a story are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from studio.audio.formats import AudioFormat
from studio.export.placed import Placement, Placing
from studio.protocol.dialect import Dialect
from studio.protocol.events import SessionUpdate, SessionUpdated
from studio.protocol.settings import SessionSettings, changed_fields
from studio.session.envelope import Envelope, Origin
from studio.session.reduce import reduce
from studio.session.state import SessionState
from studio.session.turns import Turn, TurnReader

_LATEST_S = 1e9
"""No session lasts for 30 years."""

Track = Literal["input", "output"]
ReadTrack = Callable[[Track, int, int], bytes]
"""Reads (track, offset, length) bytes of audio; fewer where the track is shorter."""


class About(Protocol):
    """What a session was."""

    @property
    def started_at(self) -> datetime:
        """The wall clock at its beginning."""
        ...

    @property
    def provider(self) -> str:
        """Who answered."""
        ...

    @property
    def model(self) -> str:
        """Which model."""
        ...

    @property
    def input_format(self) -> str:
        """The encoding of the user's track."""
        ...

    @property
    def output_format(self) -> str:
        """The encoding of the assistant's track."""
        ...


class Asked(NamedTuple):
    """A setting that was asked for, and what the server said to it.

    Attributes:
        at_s: when it was asked.
        path: its dotted path.
        asked: the value.
        echoed: the value in the server's next answer; None where it left it out.
        is_answered: whether it answered at all.
    """

    at_s: float
    path: str
    asked: object
    echoed: object = None
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A session, and where its sound lies.

    Attributes:
        name: what its files are called.
        header: what it was.
        state: all that is known at its end.
        turns: the conversation.
        placement: its sound on its time line.
        read_track: reads its sound.
        asked: the settings that were asked for, in the order of time.
    """

    name: str
    header: About
    state: SessionState
    turns: Sequence[Turn]
    placement: Placement
    read_track: ReadTrack
    asked: tuple[Asked, ...] = ()

    @property
    def ends_s(self) -> float:
        """The session second at which the last thing happened, or the last sound faded."""
        spans = (
            (self.placement.input, self.placement.input_format),
            (self.placement.output, self.placement.output_format),
        )
        sounds = [
            placed[-1].at_s + form.bytes_to_ms(placed[-1].n_bytes) / 1000
            for placed, form in spans
            if placed
        ]
        return max(0.0, self.state.last_at, *sounds)


def tell(name: str, header: About, envelopes: Iterable[Envelope], read_track: ReadTrack) -> Told:
    """Fold a session's envelopes; one whose times cannot be true is passed over."""
    state = SessionState()
    placing = Placing(AudioFormat(header.input_format), AudioFormat(header.output_format))
    asked: list[Asked] = []
    for envelope in filter(_is_possible, envelopes):
        state = reduce(state, envelope).state
        placing.see(envelope)
        event = envelope.event
        if type(event) is SessionUpdate and envelope.origin is Origin.CLIENT:
            asked += _asked(event, envelope.at)
        elif type(event) is SessionUpdated:
            asked = [_answered(each, event) for each in asked]
    return Told(
        name=name,
        header=header,
        state=state,
        turns=TurnReader().read(state),
        placement=placing.placement(state.playback.heads, state.last_at),
        read_track=read_track,
        asked=tuple(asked),
    )


def _is_possible(envelope: Envelope) -> bool:
    """Whether its times are some; a log that was written by hand may hold any number."""
    times = [envelope.at]
    if envelope.origin is Origin.LOCAL:
        times += [value for value in vars(envelope.event).values() if isinstance(value, float)]
    return all(abs(each) <= _LATEST_S for each in times)


def _asked(event: SessionUpdate, at_s: float) -> Iterator[Asked]:
    settings = SessionSettings.from_wire(event.session, Dialect.GA)
    for path in changed_fields(SessionSettings(), settings):
        yield Asked(at_s, path, _value_at(settings, path))


def _answered(asked: Asked, event: SessionUpdated) -> Asked:
    if asked.is_answered:
        return asked
    echoed = SessionSettings.from_wire(event.session, Dialect.GA)
    return asked._replace(echoed=_value_at(echoed, asked.path), is_answered=True)


def _value_at(settings: SessionSettings, path: str) -> object:
    value: object = settings
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return value
