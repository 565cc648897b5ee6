"""A payload as a tree of rows that fold, with the type of each field from the catalogue.

Rows are made for what is open; what is too much or too deep is said in a row of words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from studio.protocol.catalog import Kind, catalog

if TYPE_CHECKING:
    from studio.protocol.catalog import Fields, Path

DEEPEST = 100
"""Levels that can be opened."""

MOST_MEMBERS = 1_000
"""Members of one object or array that are listed."""

MOST_ROWS = 20_000
_OPEN_MEMBERS = 60
_OPEN_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree.

    Attributes:
        path: of the value in the payload.
        key: the field's name, or the index in an array.
        value: what stands there.
        kind: its type, where it is known.
        required: whether the field must be there.
        note: words in place of a value, where something is left out.
    """

    path: Path
    key: str | int
    value: Any = None
    kind: Kind | None = None
    required: bool = False
    note: str = ""

    @property
    def depth(self) -> int:
        """How far in it stands, from 0."""
        return len(self.path) - 1

    @property
    def members(self) -> int:
        """How many members it has; 0 for a plain value."""
        is_nest = isinstance(self.value, Mapping | list) and not is_stored_audio(self.value)
        return len(self.value) if is_nest else 0


def is_stored_audio(value: object) -> bool:
    """Whether this stands in the log for audio that is kept in a track."""
    return isinstance(value, Mapping) and isinstance(value.get("$audio"), Mapping)


class Tree:
    """The rows of a payload that can be seen, and which of them are open.

    Args:
        payload: an event as JSON values.
        fields: what the catalogue knows of it.
        wire_type: by which it is known what else is sent; empty for an event of this machine.
    """

    def __init__(self, payload: Mapping[str, Any], fields: Fields, wire_type: str = "") -> None:
        self._payload, self._fields, self._wire_type = payload, fields, wire_type
        self._shut: set[Path] = set()
        self._opened: set[Path] = set()
        self.rows: list[Row] = []
        self._lay()

    def is_open(self, row: Row) -> bool:
        """Whether its members are listed."""
        if not row.members or row.depth >= DEEPEST:
            return False
        if row.path in self._opened or row.path in self._shut:
            return row.path in self._opened
        return row.members <= _OPEN_MEMBERS and row.depth < _OPEN_DEPTH

    def fold(self, row: Row) -> None:
        """List its members no more."""
        self._opened.discard(row.path)
        self._shut.add(row.path)
        self._lay()

    def unfold(self, row: Row) -> None:
        """List its members."""
        self._shut.discard(row.path)
        self._opened.add(row.path)
        self._lay()

    def fold_all(self) -> None:
        """Leave the top level."""
        self._opened.clear()
        self._shut = {row.path for row in self.rows if row.members and not row.depth}
        self._lay()

    def unfold_all(self) -> None:
        """Open all, as far as there is room for rows."""
        self._shut.clear()
        self._lay()
        for _ in range(DEEPEST):
            nests = {row.path for row in self.rows if row.members and not self.is_open(row)}
            if not nests or len(self.rows) >= MOST_ROWS:
                return
            self._opened |= nests
            self._lay()

    def find(self, path: Path) -> int:
        """The row of a path, or of the nearest above it that is seen; 0 where there is none."""
        at = {row.path: number for number, row in enumerate(self.rows)}
        return next((at[path[:end]] for end in range(len(path), 0, -1) if path[:end] in at), 0)

    def _lay(self) -> None:
        """Rows of what is open, depth first, without recursion: payloads nest as they please."""
        self.rows = []
        open_levels = [self._members((), self._payload, None)]
        while open_levels and len(self.rows) < MOST_ROWS:
            row = next(open_levels[-1], None)
            if row is None:
                open_levels.pop()
                continue
            self.rows.append(row)
            if self.is_open(row):
                open_levels.append(self._members(row.path, row.value, row.kind))
        if open_levels:
            self.rows.append(Row(("…",), "…", note=f"more than {MOST_ROWS:,} lines"))

    def _members(self, path: Path, value: Any, kind: Kind | None) -> Iterator[Row]:  # noqa: ANN401
        if len(path) >= DEEPEST:
            yield Row((*path, "…"), "…", note="deeper than this tree goes: see the raw frame")
            return
        if isinstance(value, Mapping):
            yield from self._fields_of(path, value, kind)
        else:
            inner = next((each.of[0] for each in _members(kind) if each.name == "array"), None)
            for index, each in enumerate(islice(value, MOST_MEMBERS)):
                yield Row((*path, index), index, each, inner)
        if len(value) > MOST_MEMBERS:
            rest = len(value) - MOST_MEMBERS
            yield Row((*path, "…"), "…", note=f"{rest:,} more: see the raw frame")

    def _fields_of(self, path: Path, value: Mapping[str, Any], kind: Kind | None) -> Iterator[Row]:
        known = catalog().fields(kind, value) if kind else {}
        fields = known if path else self._fields
        others = next((each.of[0] for each in _members(kind) if each.name == "map"), None)
        for name, inner in islice(value.items(), MOST_MEMBERS):
            field = fields.get(name)
            if field is None and self._wire_type:
                field = catalog().on_the_wire(self._wire_type, (*path, name))
            if field is None:
                yield Row((*path, name), name, inner, others)
            else:
                yield Row((*path, name), name, inner, field.kind, field.required)


def _members(kind: Kind | None) -> tuple[Kind, ...]:
    return kind.members if kind else ()
