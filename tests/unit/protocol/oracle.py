"""The `openai` package's event types, and the smallest sample of each, as an independent oracle."""

from __future__ import annotations

import json
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from openai.types import realtime as ga
from openai.types.beta import realtime as beta
from pydantic import BaseModel

GA_CLIENT = ga.RealtimeClientEvent
GA_SERVER = ga.RealtimeServerEvent
BETA_CLIENT = beta.RealtimeClientEvent
BETA_SERVER = beta.RealtimeServerEvent


def members(union: object) -> tuple[type[BaseModel], ...]:
    """The event classes of an annotated union."""
    inner = get_args(union)[0] if get_origin(union) is Annotated else union
    return get_args(inner)


def sample(model: type[BaseModel]) -> dict[str, Any]:
    """The smallest payload of a class: its required fields alone."""
    return {
        name: _value(field.annotation)
        for name, field in model.model_fields.items()
        if field.is_required()
    }


def samples(union: object) -> list[dict[str, Any]]:
    return [sample(model) for model in members(union)]


def check(union: object, text: str) -> None:
    """Validate strictly against the class that the text's own type names."""
    payload = json.loads(text)
    [model] = [
        m
        for m in members(union)
        if get_args(m.model_fields["type"].annotation)[0] == payload["type"]
    ]
    model.model_validate(payload)


def _value(annotation: Any) -> object:  # noqa: ANN401 - a type form
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return args[0]
    if origin is Annotated or origin in (Union, types.UnionType):
        return _value(args[0])
    if origin in (list, tuple):
        return []
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return sample(annotation)
    return {str: "x", int: 1, float: 1.5, bool: True}.get(annotation, {})
