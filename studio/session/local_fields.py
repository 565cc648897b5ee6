"""The fields of this machine's own events, read from their classes, in the catalogue's terms."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin

from studio.protocol.catalog import Field, Fields, Kind
from studio.session.local import Local

_NAMES: Mapping[object, str] = {
    str: "string", int: "integer", float: "number", bool: "boolean",
}  # fmt: skip


@lru_cache(maxsize=1)
def _classes() -> Mapping[str, type[Local]]:
    return {each.model_fields["type"].default: each for each in Local.__subclasses__()}


@lru_cache(maxsize=64)
def local_fields(event_type: str) -> Fields:
    """The fields of a local event; empty for an unknown one."""
    found = _classes().get(event_type)
    if found is None:
        return {}
    return {
        name: Field(name, _kind(field.annotation), required=name == "type" or field.is_required())
        for name, field in found.model_fields.items()
    }


def local_doc(event_type: str) -> str:
    """What a local event says, in a sentence; empty for an unknown one."""
    found = _classes().get(event_type)
    return (found.__doc__ or "").partition("\n\n")[0].replace("\n", " ") if found else ""


def _kind(annotation: Any) -> Kind:  # noqa: ANN401 a type form
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return Kind("values", args)
    if origin in (Union, types.UnionType):
        kinds = tuple(_kind(each) for each in args if each is not type(None))
        return kinds[0] if len(kinds) == 1 else Kind("union", of=kinds)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return Kind("values", tuple(each.value for each in annotation))
    if annotation in _NAMES:
        return Kind(_NAMES[annotation])
    return Kind("map", of=(Kind("any"),))
