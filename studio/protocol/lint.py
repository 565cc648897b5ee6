"""A frame held against its dialect: fields that are unknown, missing, of another type or value.

Services add fields of their own, so what a server sends beyond the known types is only noted; what
we send and the service does not know is a fault, for it refuses the frame whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Literal

from studio.protocol import beta
from studio.protocol.catalog import Fields, Kind, Path, Side, catalog
from studio.protocol.dialect import Dialect
from studio.protocol.written import fault_of

Fault = Literal[
    "no event", "unknown event", "unknown field", "missing field", "wrong type",
    "value not allowed", "order",
]  # fmt: skip
Severity = Literal["error", "warning", "info"]

MOST_FINDINGS = 100
_ALIKE = 0.75
_MOST_OF_AN_ARRAY = 500
_JSON_NAMES: Mapping[type, str] = {
    str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array",
    type(None): "null",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What is odd about a frame, where, and what to do.

    Attributes:
        path: the field; empty for the frame as a whole.
        fault: what kind of oddity.
        severity: `error` will be refused, `warning` may not work, `info` is worth knowing.
        words: a sentence or two, with the next step where there is one.
    """

    path: Path
    fault: Fault
    severity: Severity
    words: str


def lint(frame: object, side: Side, dialect: Dialect) -> tuple[Finding, ...]:
    """What is odd about a frame, parsed as JSON, that this side sent in this dialect.

    At most `MOST_FINDINGS`, in the order of the frame; audio that the log keeps elsewhere counts
    as the text it was.
    """
    if not isinstance(frame, Mapping):
        return (Finding((), "no event", "error", "An event is a JSON object with a `type`."),)
    wire_type = frame.get("type")
    if not isinstance(wire_type, str):
        words = "It has no `type`, so it is none. Say first what it is."
        return (Finding(("type",) if "type" in frame else (), "no event", "error", words),)
    fields = catalog().event(wire_type, side, dialect)
    if fields is None:
        return (_unknown_event(wire_type, side, dialect),)
    inspection = _Inspection(wire_type, side, dialect)
    return tuple(islice(inspection.fields(frame, fields, ()), MOST_FINDINGS))


def lint_text(text: str) -> Finding:
    """What is odd about a frame that is no JSON."""
    at, why = fault_of(text) or (0, "it is none")
    return Finding((), "no event", "error", f"Not JSON at character {at + 1:,}: {why}.")


def _unknown_event(wire_type: str, side: Side, dialect: Dialect) -> Finding:
    severity: Severity = "error" if side == "client" else "info"
    known = catalog()
    if who := known.other(wire_type):
        return Finding(("type",), "unknown event", "info", f"Beyond OpenAI's own: {who}.")
    other = next(each for each in Dialect if each is not dialect)
    turned: Side = "server" if side == "client" else "client"
    if wire_type in known.types(side, other):
        words = f"This is the {_NAMES[other]} dialect's word; this session speaks {_NAMES[dialect]}"
        theirs = _translated(wire_type, side, dialect)
        words += f": say `{theirs}`." if theirs else "."
    elif wire_type in known.types(turned, dialect):
        words = f"This is a {turned}'s event, not a {side}'s."
    else:
        near = get_close_matches(wire_type, known.types(side, dialect), 1, _ALIKE)
        words = "No such event is known" + (f"; did you mean `{near[0]}`?" if near else ".")
    return Finding(("type",), "unknown event", severity, words)


_NAMES = {Dialect.GA: "GA", Dialect.BETA: "beta"}


def _translated(wire_type: str, side: Side, dialect: Dialect) -> str:
    names = beta.SERVER_NAMES if side == "server" else beta.CLIENT_NAMES
    if dialect is Dialect.GA:
        return names.get(wire_type, "")
    return next((old for old, new in names.items() if new == wire_type), "")


@dataclass(frozen=True, slots=True)
class _Inspection:
    """Walks a frame as deep as its types reach."""

    wire_type: str
    side: Side
    dialect: Dialect

    @property
    def _is_ours(self) -> bool:
        return self.side == "client"

    def fields(self, value: Mapping[str, object], known: Fields, path: Path) -> Iterator[Finding]:
        """The fields of an object, and what is inside them."""
        for name, field in known.items():
            if field.required and name not in value:
                yield self._missing((*path, name), field.kind)
        for name, inner in value.items():
            here = (*path, name)
            found = known.get(name) or catalog().on_the_wire(self.wire_type, here)
            if found is None:
                yield self._unknown(value, known, here)
            elif inner is not None or found.required:
                yield from self.value(inner, found.kind, here)

    def value(self, value: object, kind: Kind, path: Path) -> Iterator[Finding]:
        """One value against its type, and what is inside it."""
        member = _member_for(value, kind)
        if member is None:
            yield self._misfit(value, kind, path)
        elif member.name == "array" and isinstance(value, list):
            for at, inner in enumerate(value[:_MOST_OF_AN_ARRAY]):
                yield from self.value(inner, member.of[0], (*path, at))
        elif member.name == "map" and isinstance(value, Mapping):
            for name, inner in islice(value.items(), _MOST_OF_AN_ARRAY):
                yield from self.value(inner, member.of[0], (*path, name))
        elif member.name == "object" and isinstance(value, Mapping):
            yield from self.fields(value, catalog().fields(kind, value), path)

    def _missing(self, path: Path, kind: Kind) -> Finding:
        words = f"`{path[-1]}` is missing: {kind.words}."
        if self._is_ours:
            return Finding(path, "missing field", "error", f"{words} Add it.")
        return Finding(path, "missing field", "info", f"{words} Do not rely on it here.")

    def _unknown(self, value: Mapping[str, object], fields: Fields, path: Path) -> Finding:
        name = str(path[-1])
        if who := catalog().other(self.wire_type, path):
            return Finding(path, "unknown field", "info", f"Beyond OpenAI's own: {who}.")
        is_setting = path[:-1] == ("session",) and self.dialect is Dialect.GA
        place = _place_in_ga(name) if is_setting else ""
        near = get_close_matches(name, [each for each in fields if each not in value], 1, _ALIKE)
        if place:
            words = f"`{name}` is beta's word; GA says `{place}`."
        elif near:
            words = f"No field `{name}` is known here; did you mean `{near[0]}`?"
        elif self._is_ours:
            words = f"No field `{name}` is known here; OpenAI refuses the whole event. Take it out."
        else:
            words = f"No field `{name}` is known here: the service's own addition."
        return Finding(path, "unknown field", "warning" if self._is_ours else "info", words)

    def _misfit(self, value: object, kind: Kind, path: Path) -> Finding:
        named = kind.known_values
        given = _JSON_NAMES.get(type(value), "value")
        same_type = {_JSON_NAMES[type(each)] for each in named} & {given}
        if named and same_type:
            near = get_close_matches(str(value), [str(each) for each in named], 1, _ALIKE)
            hint = f"; did you mean `{near[0]}`?" if near else "."
            words = f"{_short(value)} is not {kind.words}{hint}"
            severity: Severity = "warning" if self._is_ours else "info"
            return Finding(path, "value not allowed", severity, words)
        words = f"This is {_article(given)}; it ought to be {kind.words}."
        return Finding(path, "wrong type", "error" if self._is_ours else "warning", words)


def _place_in_ga(name: str) -> str:
    """Where GA has this setting of a beta session; empty where it does not move."""
    nested: object = beta.session_to_ga({name: None})
    steps: list[str] = []
    while isinstance(nested, dict):
        steps.append(next(key for key in reversed(nested) if key != "type"))
        nested = nested[steps[-1]]
    return "" if steps == [name] else ".".join(steps)


def _member_for(value: object, kind: Kind) -> Kind | None:
    """The member of a type that allows this value, by its outside alone."""
    return next((each for each in kind.members if _allows(each, value)), None)


_JSON_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list,
    "any": object,
}  # fmt: skip


def _allows(kind: Kind, value: object) -> bool:
    if isinstance(value, Mapping) and "$audio" in value:
        return kind.name in ("string", "any")
    if kind.name == "values":
        return any(value == each and type(value) is type(each) for each in kind.values)
    if isinstance(value, bool):
        return kind.name in ("boolean", "any")
    return isinstance(value, _JSON_TYPES.get(kind.name, Mapping))


def _short(value: object) -> str:
    text = str(value)
    return f"`{text}`" if len(text) <= 40 else f"`{text[:39]}…`"


def _article(name: str) -> str:
    return name if name == "null" else f"{'an' if name[0] in 'aio' else 'a'} {name}"
