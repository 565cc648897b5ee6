"""What may be written at a filter's cursor: terms with their help, and what the events hold."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from studio.core.text import one_line
from studio.query.errors import FilterError
from studio.query.json_paths import Path, Step, parse_path
from studio.query.table import Table
from studio.query.terms import NATURE_HELP, ORIGIN_HELP, TERMS, Term
from studio.query.writing import scalar_written, value_written

_AT_CURSOR = re.compile(
    r"""
    (?:^|(?<=[\s(!-]))
    (?:
        (?P<field>[A-Za-z]+)\s*(?::|!?=|==)\s*(?P<value>[^\s()"/]*)
        | (?P<compared>\.[^\s()<>=!~:]+)\s*(?:!?=|==)\s*(?P<scalar>[^\s()"/]*)
        | (?P<path>\.[^\s()<>=!~:]*)
        | (?P<word>[A-Za-z]*)
    )\Z
    """,
    re.VERBOSE,
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_REST = re.compile(r'[^\s()":=<>~]*')
_MOST = 50
_DEEPEST = 8
_MOST_PLACES = 2_000
_NEWEST = 128
"""Events whose own ids are offered: no column has them."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Text that replaces the filter's from `start` to `end`, and what it means."""

    text: str
    help: str
    start: int
    end: int


Offer = tuple[str, str]
"""A text and its help."""


def complete(text: str, cursor: int, table: Table | None = None) -> Sequence[Completion]:
    """What may stand at the cursor, the likeliest first; nothing within quotes.

    Types come with the most frequent first, ids with the newest; paths and their values are those
    of the first and the last event of each type.
    """
    head = text[:cursor]
    match = _AT_CURSOR.search(head)
    if match is None or '"' in _QUOTED.sub("", head):
        return ()
    rest = _REST.match(text, cursor)
    end = rest.end() if rest else cursor
    part = match.lastgroup or "word"
    offers = _offers(match, part, table)
    return [Completion(*offer, match.start(part), end) for offer in offers[:_MOST]]


def _offers(match: re.Match[str], part: str, table: Table | None) -> list[Offer]:
    typed = match[part]
    match part:
        case "value":
            return _values(match["field"].lower(), typed, table)
        case "scalar":
            return _ranked(_scalars(match["compared"], table), typed, scalar_written)
        case "path":
            return _ranked(_paths(table), typed, str)
        case _:
            return _terms(typed)


def _terms(typed: str) -> list[Offer]:
    found = [term for term in TERMS if term.name.startswith(typed.lower())]
    return [(_beginning(term), f"{term.help} For example: {term.example}") for term in found]


def _beginning(term: Term) -> str:
    """What is written of a term before something of one's own."""
    match term.kind:
        case "measure":
            return f"{term.name} > "
        case "logic":
            return "(" if term.name == "( )" else f"{term.name} "
        case "path":
            return "."
        case "text" if not term.name.isalpha():
            return "/"
        case _:
            return f"{term.name}:"


def _values(field: str, typed: str, table: Table | None) -> list[Offer]:
    if field == "from":
        return _ranked(ORIGIN_HELP.items(), typed, str)
    if field == "is":
        return _ranked(NATURE_HELP.items(), typed, str)
    return [] if table is None else _ranked(_words(field, table), typed, value_written)


def _words(field: str, table: Table) -> Iterator[Offer]:
    columns = table.columns
    match field:
        case "type":
            return _frequent(columns.type, table)
        case "item":
            return _newest(columns.item, table)
        case "response":
            return _newest(columns.response, table)
        case "call":
            return _newest(columns.call, table)
        case "event":
            return _event_ids(table)
        case _:
            return iter(())


def _ranked(offers: Iterable[Offer], typed: str, write: Callable[[str], str]) -> list[Offer]:
    """Those that begin with what was typed, then those that hold it."""
    wanted = typed.lower().lstrip(".")
    begin, hold = [], []
    for text, told in offers:
        plain = text.lower().lstrip(".")
        if plain.startswith(wanted):
            begin.append((write(text), told))
            if len(begin) == _MOST:
                break
        elif wanted in plain:
            hold.append((write(text), told))
    return begin + hold


def _frequent(codes: NDArray[np.uint32], table: Table) -> Iterator[Offer]:
    counts = np.bincount(codes)
    for code in np.argsort(-counts, kind="stable").tolist():
        if code and counts[code]:
            yield table.word(code), _events(int(counts[code]))


def _newest(codes: NDArray[np.uint32], table: Table) -> Iterator[Offer]:
    counts, last = np.bincount(codes), _last_of_each(codes)
    for code in codes[np.sort(last)[::-1]].tolist():
        if code:
            yield table.word(code), _events(int(counts[code]))


def _last_of_each(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The position of the last event of each code."""
    last = np.full(int(codes.max(initial=0)) + 1, -1, np.int64)
    last[codes] = np.arange(len(codes))  # of a repeated index the last assignment stays
    return last[last >= 0]


def _events(count: int) -> str:
    return f"{count:,} event" if count == 1 else f"{count:,} events"


def _event_ids(table: Table) -> Iterator[Offer]:
    for index in reversed(range(max(0, len(table) - _NEWEST), len(table))):
        payload = table.payload(index)
        named = payload.get("event_id") if isinstance(payload, dict) else None
        if isinstance(named, str) and named:
            yield named, table.word(int(table.columns.type[index]))


def _examples(table: Table | None) -> Iterator[object]:
    """The frames of the first and the last event of each type."""
    if table is None:
        return
    codes = table.columns.type
    firsts = len(codes) - 1 - _last_of_each(codes[::-1])
    for index in sorted({*firsts.tolist(), *_last_of_each(codes).tolist()}):
        yield table.payload(index)


def _paths(table: Table | None) -> Iterator[Offer]:
    """Every path in the examples, with a value that stands there."""
    found: dict[Path, object] = {}
    for payload in _examples(table):
        for path, value in islice(_inside(payload, ()), _MOST_PLACES):
            if found.get(path) is None:
                found[path] = value
    for path, value in found.items():
        yield str(path), _such_as(value)


def _inside(value: object, steps: tuple[Step, ...]) -> Iterator[tuple[Path, object]]:
    if steps:
        yield Path(steps), value
    if len(steps) == _DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _inside(inner, (*steps, key))
    elif isinstance(value, list) and steps:
        for inner in value:
            yield from _inside(inner, (*steps, None))


def _such_as(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return f"such as {one_line(json.dumps(value, ensure_ascii=False), 40)}"


def _scalars(path: str, table: Table | None) -> Iterator[Offer]:
    """What stands at the end of a path in the examples."""
    try:
        wanted = parse_path(path, 0)
    except FilterError:
        return
    values = (value for payload in _examples(table) for value in wanted.values(payload))
    for value in dict.fromkeys(each for each in values if isinstance(each, str)):
        yield value, "seen here"
