"""The settings slice: what was asked of the server, what it echoed, what it refused.

An update is pending from the moment it is sent until `session.updated` or an `error` answers it;
services answer in the order in which they were asked. A refused update is refused whole, so all
its fields go back to what the server last echoed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from studio.protocol.dialect import Dialect
from studio.protocol.events import (
    Error,
    InputAudioBufferAppend,
    ResponseOutputAudioDelta,
    SessionCreated,
    SessionUpdate,
    SessionUpdated,
)
from studio.protocol.settings import SessionSettings, apply, changed_fields
from studio.protocol.values import ErrorDetail, Value
from studio.session.folding import Handler
from studio.session.local import ConnectWanted, SettingsAsked
from studio.session.state import Epoch, PendingUpdate, RefusedUpdate, SessionState, Settings

LOCKED_FROM_THE_START = frozenset({"kind", "model"})
"""A session keeps the model that it was opened with."""
LOCKED_BY_INPUT = frozenset({"input_format"})
"""The server's clock counts all audio sent, and a track holds one encoding."""
LOCKED_BY_OUTPUT = frozenset({"voice", "output_format"})
"""Services refuse another voice once the assistant has spoken; a track holds one encoding."""


def _wanted(state: SessionState, event: ConnectWanted) -> Settings:
    return replace(state.settings, asked=event.settings)


def _greeted(state: SessionState, event: SessionCreated) -> Settings:
    return _told(state, event.session)


def _echoed(state: SessionState, event: SessionUpdated) -> Settings:
    return replace(_told(state, event.session), pending=state.settings.pending[1:])


def _told(state: SessionState, session: Mapping[str, Any]) -> Settings:
    known = state.settings
    echoed = SessionSettings.from_wire(session, Dialect.GA)
    epochs = known.epochs
    before = epochs[-1].settings if epochs else SessionSettings()
    in_force = apply(apply(before, known.asked), echoed)
    if not epochs or before != in_force:
        epochs = epochs.added(Epoch(state.last_at, in_force))
    is_same = known.echoed is not None and known.echoed.turn_detection == echoed.turn_detection
    return replace(
        known,
        echoed=echoed,
        epochs=epochs,
        detecting_since=known.detecting_since if is_same else state.last_at,
        locked=known.locked | LOCKED_FROM_THE_START,
    )


def _asked(state: SessionState, event: SettingsAsked) -> Settings:
    known = state.settings
    return replace(known, asked=_with_fields_of(event.settings, known.asked, known.locked))


def _sent(state: SessionState, event: SessionUpdate) -> Settings:
    stated = SessionSettings.from_wire(event.session, Dialect.GA)
    fields = changed_fields(SessionSettings(), stated)
    update = PendingUpdate(
        event_id=event.event_id or "",
        fields=tuple(each for each in fields if each != "kind"),
        sent_at=state.last_at,
        seq=state.last_seq,
    )
    return replace(state.settings, pending=(*state.settings.pending, update))


def _refused(state: SessionState, event: Error) -> Settings:
    known = state.settings
    update = refused_update(known, event.error)
    if update is None:
        return known
    refusal = RefusedUpdate(
        fields=update.fields,
        message=event.error.message,
        code=event.error.code or "",
        at=state.last_at,
        seqs=(update.seq, state.last_seq),
    )
    asked = known.asked
    if known.echoed is not None:
        asked = _with_fields_of(asked, known.echoed, frozenset(update.fields))
    return replace(
        known,
        asked=asked,
        pending=tuple(each for each in known.pending if each is not update),
        refused=refusal,
        refusals=known.refusals.added(refusal),
    )


def epoch_at(settings: Settings, moment: float) -> Epoch | None:
    """What was in force at a session second; None where nothing had been echoed yet."""
    at = bisect_right(settings.epochs, moment, key=lambda epoch: epoch.since)
    return settings.epochs[at - 1] if at else None


def refused_update(settings: Settings, error: ErrorDetail) -> PendingUpdate | None:
    """The pending update that an error speaks of.

    The client's event id says so; where a service does not return it, the name of the parameter or
    the code does, and the oldest update is meant.
    """
    if error.event_id:
        return next((each for each in settings.pending if each.event_id == error.event_id), None)
    about_settings = (error.param or "").startswith("session.") or (error.code or "").startswith(
        "cannot_update_"
    )
    return settings.pending[0] if about_settings and settings.pending else None


def _with_fields_of(
    settings: SessionSettings, source: SessionSettings, paths: frozenset[str]
) -> SessionSettings:
    """`settings` with everything at these dotted paths as `source` states it, or unstated."""
    fields = _stated(settings)
    given = _stated(source)
    for name in {path.partition(".")[0] for path in paths}:
        here, there = fields.get(name), given.get(name)
        if isinstance(here, Value) and _same_kind(here, there):
            knobs = {path.partition(".")[2] for path in paths if path.startswith(f"{name}.")}
            fields[name] = here.model_copy(update={key: getattr(there, key) for key in knobs})
        elif name in given:
            fields[name] = there
        else:
            fields.pop(name, None)
    return SessionSettings.model_construct(_fields_set=set(fields), **fields)


def _same_kind(here: Value, there: object) -> bool:
    """Whether two values have the same knobs, so that they can be mixed knob by knob."""
    return isinstance(there, type(here)) and (
        getattr(here, "type", None) == getattr(there, "type", None)
    )


def _stated(settings: SessionSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.model_fields_set}


def _locked_by_input(state: SessionState, _event: InputAudioBufferAppend) -> Settings:
    return _locked(state.settings, LOCKED_BY_INPUT)


def _locked_by_output(state: SessionState, _event: ResponseOutputAudioDelta) -> Settings:
    return _locked(state.settings, LOCKED_BY_OUTPUT)


def _locked(settings: Settings, fields: frozenset[str]) -> Settings:
    if fields <= settings.locked:
        return settings
    return replace(settings, locked=settings.locked | fields)


HANDLERS: Mapping[type, Handler[Settings]] = {
    ConnectWanted: _wanted,
    SessionCreated: _greeted,
    SessionUpdated: _echoed,
    SettingsAsked: _asked,
    SessionUpdate: _sent,
    Error: _refused,
    InputAudioBufferAppend: _locked_by_input,
    ResponseOutputAudioDelta: _locked_by_output,
}
"""What changes the settings, by type of event."""
