"""Events of a stored session for the command line: those that a filter means, a line each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from studio.app.library import sessions_dir_of
from studio.config.paths import studio_paths
from studio.core.errors import StudioError
from studio.core.text import printable
from studio.query.filter import TERMS, Filter, FilterError, parse
from studio.query.hints import wider_type
from studio.query.table import NO_FACTS, ORIGINS

if TYPE_CHECKING:
    from studio.app.choices import Choices
    from studio.query.table import Facts
    from studio.storage.reader import StoredSession
    from studio.storage.store import EventStore

Say = Callable[[str], None]

FOUND, NONE_FOUND, FAILED = 0, 1, 2
"""The exit statuses, those of grep."""

_LINES_AT_ONCE = 256
_LINE_BREAKS = re.compile(r"[\r\n]+")


def print_events(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    session: str,
    filter_text: str,
    forms: Sequence[str],
    say: Say,
    warn: Say,
) -> int:
    """Print the events that a filter means, in the order of the log.

    Args:
        choices: where sessions are.
        environ: the environment.
        session: its folder, its name, the start of it, or `last`.
        filter_text: an expression of the filter language; empty for every event.
        forms: at most one. None is a line an event: seq, seconds, origin, type, bytes on the wire
            and a summary, with tabs between them and none within. `json` is one object a line: seq,
            at, origin, type, turn where the filter asks for turns or problems, and event as the log
            keeps it (or raw, a string, where that is no JSON). `raw` is the frame as the log keeps
            it, on one line. `count` is how many there are.
        say: takes lines for standard output.
        warn: takes what is wrong with the filter or the session.

    Returns:
        0 where there are events, 1 where there is none, 2 where it could not be told.
    """
    if len(forms) > 1:
        warn(f"Choose one of: {', '.join(f'--{form}' for form in forms)}.")
        return FAILED
    form = forms[0] if forms else "columns"
    try:
        wanted = parse(filter_text)
    except FilterError as mistake:
        warn(_pointed_out(mistake, filter_text))
        return FAILED
    try:
        stored, store = _opened(choices, environ, session)
    except StudioError as failure:
        warn(failure.in_words())
        return FAILED
    for problem in (*stored.problems, *store.problems):
        warn(problem)
    facts = _facts(stored, store, environ) if wanted.needs_facts else None
    count = 0
    for positions in _found(wanted, store, facts):
        count += len(positions)
        if form != "count":
            lines = (_line(form, position, store, facts) for position in positions)
            say("\n".join(lines))
    if form == "count":
        say(str(count))
    if not count and (wider := wider_type(wanted, store)):
        warn(f"No event has this type; {printable(wider.text)} matches {wider.events:,}.")
    return FOUND if count else NONE_FOUND


def filter_help() -> str:
    """The terms of the language, a paragraph each."""
    blocks = (f"{term.name}\n    {term.help}\n    {term.example}" for term in TERMS)
    return "\n".join(("A filter is made of these terms, side by side:\n", *blocks))


def _opened(
    choices: Choices, environ: Mapping[str, str], session: str
) -> tuple[StoredSession, EventStore]:
    """A session, and its events."""
    from studio.storage.folders import find_session
    from studio.storage.reader import open_session
    from studio.storage.store import open_store

    stored = open_session(find_session(sessions_dir_of(choices, environ), session))
    return stored, open_store(stored, studio_paths(environ).cache_dir)


def _facts(stored: StoredSession, store: EventStore, environ: Mapping[str, str]) -> Facts:
    from studio.app.event_facts import event_facts

    return event_facts(stored, store, studio_paths(environ).cache_dir)


def _found(wanted: Filter, store: EventStore, facts: Facts | None) -> Iterator[list[int]]:
    """Positions of what is meant, some at a time and as they are found."""
    import numpy as np

    start = 0
    for verdicts in wanted.select_in_slices(store, facts or NO_FACTS):
        found = (np.flatnonzero(verdicts) + start).tolist()
        start += len(verdicts)
        for first in range(0, len(found), _LINES_AT_ONCE):
            yield found[first : first + _LINES_AT_ONCE]


def _line(form: str, position: int, store: EventStore, facts: Facts | None) -> str:
    if form == "json":
        return _as_json(position, store, facts)
    if form == "raw":
        return _on_one_line(store.raw(position))
    return _as_columns(position, store)


def _as_columns(position: int, store: EventStore) -> str:
    from studio.ui.present.summary import summary

    row = store.row(position)
    try:
        words = summary(store.envelope(position).event)
    except StudioError:  # an event that this version does not know
        words = ""
    cells = (str(row.seq), f"{row.at:.6f}", row.origin.value, row.type, str(row.size_bytes), words)
    return "\t".join(printable(cell).replace("\t", " ").replace("\n", " ") for cell in cells)


def _as_json(position: int, store: EventStore, facts: Facts | None) -> str:
    row = store.row(position)
    head: dict[str, object] = {
        "seq": row.seq,
        "at": row.at,
        "origin": ORIGINS[int(store.columns.origin[position])],
        "type": row.type,
    }
    if facts is not None:
        head["turn"] = int(facts.turn[position])
    raw = store.raw(position)
    body = f'"event":{_on_one_line(raw)}' if _is_json(raw) else f'"raw":{json.dumps(raw)}'
    return f"{json.dumps(head, separators=(',', ':'))[:-1]},{body}}}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _on_one_line(frame: str) -> str:
    """Line breaks in JSON stand between its tokens, where blanks mean the same."""
    return _LINE_BREAKS.sub(" ", frame)


def _pointed_out(mistake: FilterError, text: str) -> str:
    """The filter with its mistake underlined, and what to write instead."""
    shown = printable(text).replace("\n", " ").replace("\t", " ")
    line = " " * mistake.start + "^" + "~" * (mistake.end - mistake.start - 1)
    words = ("The filter cannot be read: " + mistake.message, f"  {shown}", f"  {line}")
    return "\n".join((*words, mistake.hint) if mistake.hint else words)
