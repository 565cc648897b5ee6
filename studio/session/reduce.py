"""The fold: one envelope at a time, from what is known to what is known then, and what to do.

The same function runs in the worker, on the screen and over a stored log. It is pure and total: no
clock, no ids, no I/O, and no envelope in any order makes it raise. Each slice has a module that
says by type of event how it changes; `floor` and `outbox` say what follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, NamedTuple

from msgspec.structs import replace

from studio.session import (
    connection,
    floor,
    interruptions,
    items,
    outbox,
    playback,
    problems,
    recognition,
    responses,
    settings,
    sound,
    speech,
    tools,
    usage,
)
from studio.session.effects import Effect, SetMicrophone
from studio.session.envelope import Envelope
from studio.session.folding import Handler, Reaction
from studio.session.local import SessionEnded, TalkKeySet
from studio.session.speech import microphone_live
from studio.session.state import SessionState


class Step(NamedTuple):
    """The state after an envelope, and the effects to perform in their order."""

    state: SessionState
    effects: tuple[Effect, ...] = ()


def _ended(_state: SessionState, _event: SessionEnded) -> bool:
    return True


_SLICES: Mapping[str, Mapping[type, Handler[Any]]] = {
    "connection": connection.HANDLERS,
    "settings": settings.HANDLERS,
    "items": {**items.HANDLERS, **recognition.HANDLERS},
    "responses": responses.HANDLERS,
    "speech": speech.HANDLERS,
    "playback": playback.HANDLERS,
    "interruptions": interruptions.HANDLERS,
    "sound": sound.HANDLERS,
    "tools": tools.HANDLERS,
    "totals": usage.TOTALS,
    "rate_limits": usage.RATE_LIMITS,
    "problems": problems.HANDLERS,
    "ended": {SessionEnded: _ended},
}


ByEvent = Mapping[type, tuple[tuple[str, Handler[Any]], ...]]
"""The slices that a type of event changes, and how."""


def by_event(slices: Iterable[str]) -> ByEvent:
    """How the slices of these names change, by type of event."""
    found: defaultdict[type, list[tuple[str, Handler[Any]]]] = defaultdict(list)
    for name in slices:
        for event, handler in _SLICES[name].items():
            found[event].append((name, handler))
    return {event: tuple(handlers) for event, handlers in found.items()}


def changed(state: SessionState, event: object, handlers: ByEvent) -> SessionState:
    """The state after an event whose number and time it was stamped with."""
    found = ((name, handler(state, event)) for name, handler in handlers.get(type(event), ()))
    changes = {name: part for name, part in found if part is not getattr(state, name)}
    return replace(state, **changes) if changes else state


_HANDLERS = by_event(_SLICES)
_REACTIONS: Mapping[type, Reaction] = dict(
    chain.from_iterable(each.REACTIONS.items() for each in (outbox, floor, sound))
)


def reduce(state: SessionState, envelope: Envelope) -> Step:
    """Fold one envelope; slices that do not change stay the same objects."""
    event = envelope.event
    before = replace(state, last_seq=envelope.seq, last_at=envelope.at)
    after = changed(before, event, _HANDLERS)
    return Step(after, _effects(before, after, event))


def _effects(before: SessionState, after: SessionState, event: object) -> tuple[Effect, ...]:
    reaction = _REACTIONS.get(type(event))
    effects = reaction(before, after, event) if reaction is not None else ()
    if after.responses is not before.responses:
        effects += outbox.response_request(before, after, event)
    if after.settings is not before.settings or after.speech.muted != before.speech.muted:
        effects += _microphone(before, after, event)
    return effects


def _microphone(before: SessionState, after: SessionState, event: object) -> tuple[Effect, ...]:
    """The switch and the turn detection decide together; the talk key says so by itself."""
    live = microphone_live(after)
    if isinstance(event, TalkKeySet) or live == microphone_live(before):
        return ()
    return (SetMicrophone(live=live),)


def fold(envelopes: Iterable[Envelope], state: SessionState | None = None) -> SessionState:
    """The state after all these envelopes; their effects were performed by whoever lived them."""
    known = state or SessionState()
    for envelope in envelopes:
        known = reduce(known, envelope).state
    return known
