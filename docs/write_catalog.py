"""Brings the types in studio/protocol/catalog.json up to the `openai` package that is installed.

`.venv/bin/python docs/write_catalog.py` rewrites `shapes` and `events`; `docs` and `others` are
written by hand and stay. A type is an expression: `string`, `"auto" | "none"`, `array<Item>`.
"""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from openai.types import realtime as ga
from openai.types.beta import realtime as beta
from pydantic import BaseModel

TARGET = Path(__file__).parent.parent / "studio" / "protocol" / "catalog.json"
_PRIMITIVES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_UNIONS = {
    "ga": {"client": ga.RealtimeClientEvent, "server": ga.RealtimeServerEvent},
    "beta": {"client": beta.RealtimeClientEvent, "server": beta.RealtimeServerEvent},
}


class Shapes:
    """Object types by name; two that say the same are one."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[str, str]] = {}
        self._names: dict[type[BaseModel], str] = {}

    def of(self, model: type[BaseModel]) -> dict[str, str]:
        """The fields of a class: `name`, or `name?` for one that may be missing, and its type."""
        return {
            name if field.is_required() else f"{name}?": self.expression(field.annotation)
            for name, field in model.model_fields.items()
        }

    def expression(self, annotation: Any) -> str:  # noqa: ANN401 a type form
        """The type as an expression."""
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self.expression(args[0])
        if origin is Literal:
            return " | ".join(json.dumps(each) for each in args)
        if origin in (Union, types.UnionType):
            inner = [self.expression(each) for each in args if each is not type(None)]
            return " | ".join(dict.fromkeys(inner))
        if origin is list:
            return f"array<{self.expression(args[0])}>"
        if origin is dict:
            return f"map<{self.expression(args[1])}>"
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self._named(annotation)
        return _PRIMITIVES.get(annotation, "any")

    def _named(self, model: type[BaseModel]) -> str:
        if model not in self._names:
            fields = self.of(model)
            same = (name for name, each in self.fields.items() if each == fields)
            name = next(same, None) or self._free_name(model)
            self._names[model] = name
            self.fields[name] = fields
        return self._names[model]

    def _free_name(self, model: type[BaseModel]) -> str:
        name = model.__name__
        if name in self.fields:
            place = model.__module__.rpartition(".")[2].removesuffix("_event")
            name = "".join(word.title() for word in place.split("_")) + name
        while name in self.fields:
            name += "Beta"
        return name


def facts() -> dict[str, Any]:
    """Shapes and events of both dialects."""
    shapes = Shapes()
    events = {
        dialect: {
            side: {_type_of(model): shapes.of(model) for model in get_args(_inner(union))}
            for side, union in sides.items()
        }
        for dialect, sides in _UNIONS.items()
    }
    return {"shapes": dict(sorted(shapes.fields.items())), "events": events}


def _inner(union: object) -> object:
    return get_args(union)[0] if get_origin(union) is Annotated else union


def _type_of(model: type[BaseModel]) -> str:
    (name,) = get_args(model.model_fields["type"].annotation)
    return str(name)


if __name__ == "__main__":
    held = json.loads(TARGET.read_text(encoding="utf-8"))
    TARGET.write_text(json.dumps(held | facts(), indent=1, ensure_ascii=False) + "\n", "utf-8")
