"""What could be written next in a client event: types of events, names of fields, their values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.protocol.catalog import Field, Fields, Kind, Path, Side, catalog, event_doc

if TYPE_CHECKING:
    from studio.protocol.dialect import Dialect
    from studio.protocol.written import Hand, Written

MOST = 50


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that fits.

    Attributes:
        label: it, as a list shows it.
        help: its type and what it is, in a line.
        insert: the text that replaces `span`.
        span: of the text, as offsets.
    """

    label: str
    help: str
    insert: str
    span: tuple[int, int]


def complete(written: Written, side: Side, dialect: Dialect) -> tuple[Suggestion, ...]:
    """What fits where the hand is: what begins with the typed letters first, then what has them."""
    hand = written.hand
    if hand is None:
        return ()
    frame = written.value if isinstance(written.value, Mapping) else {}
    where = _Where(hand, frame, side, dialect)
    return _fitting(list(where.names() if hand.is_key else where.values()), hand.typed.casefold())


def _fitting(offered: Sequence[Suggestion], typed: str) -> tuple[Suggestion, ...]:
    first = [each for each in offered if each.label.casefold().startswith(typed)]
    later = [each for each in offered if typed in each.label.casefold() and each not in first]
    return tuple(first + later)[:MOST]


@dataclass(frozen=True, slots=True)
class _Where:
    hand: Hand
    frame: Mapping[str, object]
    side: Side
    dialect: Dialect

    @property
    def _wire_type(self) -> str:
        named = self.frame.get("type")
        return named if isinstance(named, str) else ""

    def names(self) -> Iterator[Suggestion]:
        """Fields that the object does not have yet, required ones first."""
        hand = self.hand
        fields = self._fields_at(hand.path)
        missing = [each for each in fields.values() if each.name not in hand.holder]
        for field in sorted(missing, key=lambda each: not each.required):
            text = json.dumps(field.name)
            if not hand.has_colon:
                text += f": {_beginning(field.kind)}"
            need = "required, " if field.required else ""
            doc = catalog().doc(self._wire_type, (*hand.path, field.name))
            yield Suggestion(field.name, f"{need}{field.kind.words} · {doc}", text, hand.span)

    def _fields_at(self, path: Path) -> Fields:
        root = catalog().found(self._wire_type, self.side, self.dialect)
        if not path:
            return root or {"type": Field("type", Kind("string"), required=True)}
        kind = kind_at(root, self.frame, path)
        return catalog().fields(kind, self.hand.holder) if kind else {}

    def values(self) -> Iterator[Suggestion]:
        """Values that the field allows."""
        hand = self.hand
        if hand.path == ("type",):
            for name in catalog().types(self.side, self.dialect):
                yield Suggestion(name, event_doc(name), json.dumps(name), hand.span)
            return
        root = catalog().found(self._wire_type, self.side, self.dialect)
        kind = kind_at(root, self.frame, hand.path)
        if kind is None:
            return
        doc = catalog().doc(self._wire_type, hand.path)
        for value in self._allowed(kind):
            shown = value if isinstance(value, str) else json.dumps(value)
            yield Suggestion(shown, doc, json.dumps(value), hand.span)

    def _allowed(self, kind: Kind) -> Iterator[str | int | bool | None]:
        yield from dict.fromkeys((*kind.known_values, *self._of_each_choice(kind)))
        if any(member.name == "boolean" for member in kind.members):
            yield from (True, False)

    def _of_each_choice(self, kind: Kind) -> Iterator[str | int]:
        """The values that tell the members of a union apart, `type` above all."""
        name = self.hand.path[-1]
        parent = kind_at(
            catalog().found(self._wire_type, self.side, self.dialect), self.frame,
            self.hand.path[:-1],
        )  # fmt: skip
        if parent is not None and kind.name == "values":
            for fields in catalog().choices(parent):
                if name in fields:
                    yield from fields[str(name)].kind.known_values


def kind_at(fields: Fields, frame: Mapping[str, object], path: Path) -> Kind | None:
    """The type of what stands at `path` in an event of these fields; None where it is not known."""
    kind: Kind | None = None
    value: object = frame
    for step in path:
        if isinstance(step, int):
            arrays = [each for each in kind.members if each.name == "array"] if kind else []
            kind = arrays[0].of[0] if arrays else None
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            known = fields if kind is None and value is frame else _inside(kind, value)
            kind = known[step].kind if step in known else None
            value = value.get(step) if isinstance(value, Mapping) else None
        if kind is None:
            return None
    return kind


def _inside(kind: Kind | None, value: object) -> Fields:
    return catalog().fields(kind, value) if kind else {}


def _beginning(kind: Kind) -> str:
    """How a value of this type begins, as far as nothing else is possible."""
    if kind.name == "values" and len(kind.values) == 1:
        return json.dumps(kind.values[0])
    return {"object": "{}", "map": "{}", "array": "[]", "string": '""'}.get(kind.name, "")
