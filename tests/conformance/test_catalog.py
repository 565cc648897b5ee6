"""The catalogue of events against the `openai` package's types, which nobody here wrote."""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from studio.protocol.catalog import Fields, Kind, Side, catalog
from studio.protocol.dialect import Dialect
from tests.unit.protocol import oracle

UNIONS: dict[tuple[Dialect, Side], object] = {
    (Dialect.GA, "client"): oracle.GA_CLIENT,
    (Dialect.GA, "server"): oracle.GA_SERVER,
    (Dialect.BETA, "client"): oracle.BETA_CLIENT,
    (Dialect.BETA, "server"): oracle.BETA_SERVER,
}
PRIMITIVES = {str: "string", int: "integer", float: "number", bool: "boolean"}

Leaf = tuple[str, bool, frozenset[str]]
"""A field's path, whether it is required, and its type: primitives and values."""


@lru_cache(maxsize=4)
def models(dialect: Dialect, side: Side) -> dict[str, type[BaseModel]]:
    return {
        get_args(model.model_fields["type"].annotation)[0]: model
        for model in oracle.members(UNIONS[dialect, side])
    }


def theirs(model: type[BaseModel], path: str = "") -> Iterator[Leaf]:
    for name, field in model.model_fields.items():
        here = f"{path}.{name}"
        parts = list(_parts(field.annotation))
        words = frozenset(word for word, _ in parts if word)
        yield here, field.is_required(), words
        for _, inner in parts:
            if inner is not None:
                yield from theirs(inner, here)


def _parts(annotation: Any) -> Iterator[tuple[str, type[BaseModel] | None]]:  # noqa: ANN401
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation is type(None):
        return
    if origin is Annotated:
        yield from _parts(args[0])
    elif origin is Literal:
        yield from ((repr(each), None) for each in args)
    elif origin in (Union, types.UnionType):
        for each in args:
            yield from _parts(each)
    elif origin in (list, dict):
        yield ("array" if origin is list else "map"), None
        yield from _parts(args[-1])
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield "object", annotation
    else:
        yield PRIMITIVES.get(annotation, "any"), None


def ours(fields: Fields, path: str = "") -> Iterator[Leaf]:
    for field in fields.values():
        here = f"{path}.{field.name}"
        words, shapes = set[str](), list[Fields]()
        _walk(field.kind, words, shapes)
        yield here, field.required, frozenset(words)
        for shape in shapes:
            yield from ours(shape, here)


def _walk(kind: Kind, words: set[str], shapes: list[Fields]) -> None:
    for member in kind.members:
        words |= {repr(value) for value in member.values}
        if member.name == "object":
            words.add("object")
            shapes.append(catalog().fields(member))
        elif member.name != "values":
            words.add(member.name)
            for inner in member.of:
                _walk(inner, words, shapes)


EVENTS = [(dialect, side, name) for dialect, side in UNIONS for name in models(dialect, side)]


@pytest.mark.parametrize(("dialect", "side"), list(UNIONS))
def test_it_has_their_events_and_no_others(dialect: Dialect, side: Side) -> None:
    assert set(catalog().types(side, dialect)) == set(models(dialect, side))


@pytest.mark.parametrize(("dialect", "side", "name"), EVENTS)
def test_every_field_has_their_type_and_is_required_where_theirs_is(
    dialect: Dialect, side: Side, name: str
) -> None:
    fields = catalog().event(name, side, dialect)
    assert fields is not None
    assert set(ours(fields)) == set(theirs(models(dialect, side)[name]))


def test_what_their_types_do_not_name_is_said_to_come_from_the_wire_or_from_others() -> None:
    # Seen in the recordings beside this test; the rest is what services document of themselves.
    known = catalog()
    assert known.on_the_wire("session.created", ("session", "expires_at")) is not None
    assert known.on_the_wire("response.output_text.delta", ("obfuscation",)) is not None
    assert known.on_the_wire("session.created", ("session", "keep_context")) is None
    assert "xAI" in known.other("session.updated", ("session", "keep_context"))
    assert "Azure OpenAI" in known.other("response.content_part.done", ("content",))
    assert "xAI" in known.other("ping")
    assert known.other("session.updated", ("session", "instructions")) == ""
