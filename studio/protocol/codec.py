"""From wire text to event values and back, in either dialect; nothing here raises on bad input.

Decoding gives GA-worded values whatever the peer speaks. What cannot be an event comes back as
`Malformed`, what neither dialect names as `Unknown`. Encoding sends the fields that were set, also
those set to null, and the few that the wire requires.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from studio.protocol import beta
from studio.protocol.dialect import Dialect
from studio.protocol.events import (
    CLIENT_EVENTS,
    SERVER_EVENTS,
    ClientEvent,
    Event,
    Malformed,
    ServerEvent,
    Unknown,
    WireEvent,
)
from studio.protocol.values import Item, Response

_Payload = dict[str, Any]

_ALWAYS_SENT = {
    event: {
        name: field.default
        for name, field in event.model_fields.items()
        if name in ("type", "content_index", "output_index")
    }
    for event in (*CLIENT_EVENTS.values(), *SERVER_EVENTS.values())
}


def decode_server(text: str | bytes, dialect: Dialect = Dialect.GA) -> WireEvent:
    """What a server sent, as a value."""
    payload = _parse(text)
    return payload if isinstance(payload, Malformed) else server_event(payload, dialect)


def decode_client(text: str | bytes, dialect: Dialect = Dialect.GA) -> WireEvent:
    """What a client sent, as a value."""
    payload = _parse(text)
    return payload if isinstance(payload, Malformed) else client_event(payload, dialect)


def server_event(payload: _Payload, dialect: Dialect = Dialect.GA) -> WireEvent:
    """A server frame that is parsed already, in the words of `dialect`; it is left unchanged."""
    return _event(payload, SERVER_EVENTS, beta.server_to_ga if dialect is Dialect.BETA else _ga)


def client_event(payload: _Payload, dialect: Dialect = Dialect.GA) -> WireEvent:
    """A client frame that is parsed already, in the words of `dialect`; it is left unchanged."""
    return _event(payload, CLIENT_EVENTS, beta.client_to_ga if dialect is Dialect.BETA else _ga)


def encode_client(event: ClientEvent, dialect: Dialect = Dialect.GA) -> str:
    """The text to send for a client event."""
    payload = _payload(event)
    return _text(beta.client_to_beta(payload) if dialect is Dialect.BETA else payload)


def encode_server(event: ServerEvent, dialect: Dialect = Dialect.GA) -> str | None:
    """The text to send for a server event; None where the dialect has no such event."""
    payload = _payload(event)
    if dialect is Dialect.GA:
        return _text(payload)
    translated = beta.server_to_beta(payload)
    return None if translated is None else _text(translated)


def _parse(text: str | bytes) -> _Payload | Malformed:
    try:
        payload = from_json(text, allow_inf_nan=False)
    except (ValueError, TypeError) as error:  # TypeError: text that UTF-8 cannot hold
        return Malformed(why=f"not JSON: {error}")
    if not isinstance(payload, dict):
        return Malformed(why="not a JSON object")
    return payload


def _event(
    payload: _Payload,
    classes: Mapping[str, type[ClientEvent]] | Mapping[str, type[ServerEvent]],
    to_ga: Callable[[_Payload], _Payload],
) -> WireEvent:
    wire_type = payload.get("type")
    if not isinstance(wire_type, str):
        return Malformed.model_construct(why="it has no type", payload=payload)
    translated = to_ga(payload)
    event = classes.get(translated["type"])
    # Built without validation: a frame that is no event may hold anything.
    if event is None:
        return Unknown.model_construct(type=wire_type, payload=payload)
    try:
        return event.model_validate(translated)
    except ValidationError as error:
        return Malformed.model_construct(type=wire_type, why=_in_words(error), payload=payload)


def _ga(payload: _Payload) -> _Payload:
    return beta.with_body(payload, beta.GA_BODIES)


def _in_words(error: ValidationError) -> str:
    """The first fault and where it is, without the value: values are long and may be secret."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in fault["loc"])
    return f"{place}: {fault['msg']}" if place else fault["msg"]


def _payload(event: Event) -> _Payload:
    payload = event.model_dump(by_alias=True, exclude_unset=True)
    if isinstance(getattr(event, "item", None), Item):
        payload["item"].setdefault("type", "message")
    if isinstance(getattr(event, "response", None), Response):
        for item in payload["response"].get("output", ()):
            item.setdefault("type", "message")
    return _ALWAYS_SENT[type(event)] | payload


def _text(payload: _Payload) -> str:
    try:
        return to_json(payload, inf_nan_mode="null").decode()
    except PydanticSerializationError:  # a lone surrogate, which only an escape can carry
        return json.dumps(payload)
