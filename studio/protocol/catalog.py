"""What is known of every event's fields: type, requiredness, allowed values, one line of words.

The facts stand in `catalog.json`: the types of the `openai` package 3.54.0 (`shapes`, `events`),
our own words about the fields (`docs`), what OpenAI's service sends although its types do not name
it (`wire`, seen in recordings), and what other services send (`others`, from recordings and their
documentation). It is read once, when it is first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from studio.protocol import beta
from studio.protocol.dialect import Dialect

Side = Literal["client", "server"]
"""Who sends an event."""

Path = tuple[str | int, ...]
"""Where a value stands in a frame: names of fields and indices of arrays."""

_MOST_VALUES = 8
_PRIMITIVES = {"string", "integer", "number", "boolean", "any"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type.

    Attributes:
        name: `string`, `integer`, `number`, `boolean`, `any`, `values` (these alone), `array`,
            `map` (an object with names of one's own), `object`, or `union`.
        values: what a value may be, of `values`.
        of: what an array or a map holds, or the members of a union.
        shape: the name of an object's fields.
    """

    name: str
    values: tuple[str | int, ...] = ()
    of: tuple[Kind, ...] = ()
    shape: str = ""

    @property
    def members(self) -> tuple[Kind, ...]:
        """The members of a union; of anything else, itself."""
        return self.of if self.name == "union" else (self,)

    @property
    def known_values(self) -> tuple[str | int, ...]:
        """The values that are named; others may be allowed too, where a member is wider."""
        return tuple(value for member in self.members for value in member.values)

    @property
    def words(self) -> str:
        """The type in words: `string or one of auto, none`, `array of object`."""
        return " or ".join(dict.fromkeys(_words(member) for member in self.members))


def _words(kind: Kind) -> str:
    if kind.name == "values":
        listed = ", ".join(str(value) for value in kind.values[:_MOST_VALUES])
        if len(kind.values) > _MOST_VALUES:
            listed += f" and {len(kind.values) - _MOST_VALUES} more"
        return f"one of {listed}" if len(kind.values) > 1 else f"always {listed}"
    if kind.name == "array":
        return f"array of {kind.of[0].words}"
    return "object" if kind.name == "map" else kind.name


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object; one that is not required may be missing or null."""

    name: str
    kind: Kind
    required: bool


Fields = Mapping[str, Field]


class Catalog:
    """The fields of every event, by dialect and side."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        self._shapes: Mapping[str, Mapping[str, str]] = held["shapes"]
        self._events: Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]] = held["events"]
        self._docs: Mapping[str, str] = held["docs"]
        self._wire: Mapping[str, str] = held["wire"]
        self._other_events: Mapping[str, str] = held["others"]["events"]
        self._other_fields: Mapping[str, str] = held["others"]["fields"]
        self._made: dict[str, Fields] = {}

    def types(self, side: Side, dialect: Dialect) -> tuple[str, ...]:
        """The types of a side's events."""
        return tuple(self._events[dialect][side])

    def event(self, wire_type: str, side: Side, dialect: Dialect) -> Fields | None:
        """The fields of an event; None where the dialect does not have it."""
        return self._fields(f"{dialect}/{side}/{wire_type}", self._events[dialect][side], wire_type)

    def found(self, wire_type: str, side: Side, dialect: Dialect) -> Fields:
        """The fields of an event, of the other dialect where this one does not have it.

        Services mix them; an event that neither has is taken to have no known fields.
        """
        for each in (dialect, *(each for each in Dialect if each is not dialect)):
            fields = self.event(wire_type, side, each)
            if fields is not None:
                return fields
        return {}

    def fields(self, kind: Kind, value: object = None) -> Fields:
        """The fields of an object of this type: of a union, those of the member `value` looks like.

        Empty where the type is no object.
        """
        shapes = [member.shape for member in kind.members if member.shape]
        choices = [self._fields(shape, self._shapes, shape) or {} for shape in shapes]
        if not choices:
            return {}
        given = value if isinstance(value, Mapping) else {}
        return max(choices, key=lambda fields: _likeness(fields, given))

    def choices(self, kind: Kind) -> tuple[Fields, ...]:
        """The fields of each object that a type allows."""
        shapes = (member.shape for member in kind.members if member.shape)
        return tuple(self._fields(shape, self._shapes, shape) or {} for shape in shapes)

    def doc(self, wire_type: str, path: Path) -> str:
        """One line about the field at `path`; empty where there is none."""
        return _by_suffix(self._docs, wire_type, path)

    def on_the_wire(self, wire_type: str, path: Path) -> Field | None:
        """The field at `path`, where OpenAI sends it although its types do not name it."""
        expression = _by_suffix(self._wire, wire_type, path)
        if not expression or not path:
            return None
        return Field(str(path[-1]), kind_of(expression), required=False)

    def other(self, wire_type: str, path: Path = ()) -> str:
        """Who sends this event, or this field of it, beyond the known types; empty for nobody."""
        if not path:
            return self._other_events.get(wire_type, "")
        return _by_suffix(self._other_fields, wire_type, path)

    def _fields(self, key: str, among: Mapping[str, Mapping[str, str]], name: str) -> Fields | None:
        if key not in self._made and name in among:
            self._made[key] = dict(_field(*each) for each in among[name].items())
        return self._made.get(key)


def _field(name: str, expression: str) -> tuple[str, Field]:
    bare = name.removesuffix("?")
    return bare, Field(bare, kind_of(expression), required=bare == name)


def _likeness(fields: Fields, value: Mapping[str, object]) -> tuple[int, int]:
    """How well an object fits: its fixed values first, then the names it shares."""
    fits = 0
    for name, field in fields.items():
        if name in value and field.kind.name == "values":
            fits += 1 if value[name] in field.kind.values else -1
    return fits, sum(name in fields for name in value)


def _by_suffix(lines: Mapping[str, str], wire_type: str, path: Path) -> str:
    """What stands under the longest end of `type/field/field`, indices left out."""
    names = [wire_type, *(step for step in path if isinstance(step, str))]
    return next(
        (lines[key] for at in range(len(names)) if (key := "/".join(names[at:])) in lines), ""
    )


@lru_cache(maxsize=512)
def kind_of(expression: str) -> Kind:
    """The type that an expression of the file names."""
    members = [_member(each) for each in _split(expression)]
    fixed = tuple(value for each in members for value in each.values)
    wider = tuple(each for each in members if each.name != "values")
    kinds = (*wider, Kind("values", fixed)) if fixed else wider
    return kinds[0] if len(kinds) == 1 else Kind("union", of=kinds)


def _member(expression: str) -> Kind:
    for name in ("array", "map"):
        if expression.startswith(f"{name}<"):
            return Kind(name, of=(kind_of(expression[len(name) + 1 : -1]),))
    if expression in _PRIMITIVES:
        return Kind(expression)
    if expression[0] == '"' or expression[0].isdigit():
        return Kind("values", (json.loads(expression),))
    return Kind("object", shape=expression)


def _split(expression: str) -> Iterator[str]:
    """The members of a union; bars inside brackets belong to the member."""
    depth = start = 0
    for at, character in enumerate(expression):
        depth += (character == "<") - (character == ">")
        if character == "|" and not depth:
            yield expression[start:at].strip()
            start = at + 1
    yield expression[start:].strip()


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """The catalogue that comes with the studio."""
    text = files("studio.protocol").joinpath("catalog.json").read_text("utf-8")
    return Catalog(json.loads(text))


def event_doc(wire_type: str) -> str:
    """What an event of either side and dialect says, in a sentence; empty for an unknown one."""
    from studio.protocol.events import CLIENT_EVENTS, SERVER_EVENTS

    name = beta.SERVER_NAMES.get(wire_type) or beta.CLIENT_NAMES.get(wire_type) or wire_type
    found = CLIENT_EVENTS.get(name) or SERVER_EVENTS.get(name)
    return found.__doc__ or "" if found else ""


def path_words(path: Sequence[str | int]) -> str:
    """A path as people write it: `session.tools[0].name`."""
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}"
    return words.removeprefix(".")
