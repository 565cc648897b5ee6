"""What a filter means, said once more in the plainest Python: one event, one term at a time."""

from __future__ import annotations

import fnmatch
import json
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from studio.query.expressions import (
    And,
    Between,
    Compared,
    Expression,
    From,
    Is,
    Matching,
    Measured,
    Named,
    Not,
    Or,
    PathMatching,
    Text,
    There,
)
from studio.query.json_paths import Path
from studio.query.patterns import Exact, Glob, Regex
from studio.query.quantities import Quantity

Json = Any
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_UNITS = {"": 1, "B": 1, "kB": 1000, "KiB": 1024, "MB": 10**6, "s": 1, "min": 60, "h": 3600}


class Event(Protocol):
    """An event and what is said of it; `gap_s` is what `gaps` says."""

    at: float
    gap_s: float | None
    origin: str
    raw: str
    size_bytes: int
    turn: int
    problem: bool
    anchor_s: float | None


def means(expression: Expression, event: Event) -> bool:
    """Whether an event is meant."""
    match expression:
        case And(parts):
            return all(means(part, event) for part in parts)
        case Or(parts):
            return any(means(part, event) for part in parts)
        case Not(inner):
            return not means(inner, event)
        case Text(text):
            return _holds(event.raw, text)
        case Matching(pattern):
            return _matches(pattern, event.raw)
        case Named() | From() | Is():
            return _names(expression, event)
        case Measured() | Between():
            return _measures(expression, event)
        case There() | Compared() | PathMatching():
            return _leads(expression, _payload(event.raw))


def gaps(entries: Sequence[Json]) -> list[float | None]:
    """Since the row above began, or since the event before in the run; None for the first.

    Args:
        entries: lines of a log: `at`, and `event` where the frame is JSON.
    """
    found: list[float | None] = []
    rows: list[float] = []  # when each began
    runs: dict[tuple[str, str], float] = {}  # when each that is open was last
    for entry in entries:
        payload = entry.get("event", {})
        kind, item = _string(payload.get("type")), _words("item", payload)[0]
        key = (kind, "" if kind == "input_audio_buffer.append" else item)
        if key in runs:
            found.append(entry["at"] - runs[key])
        else:
            found.append(entry["at"] - rows[-1] if rows else None)
            rows.append(entry["at"])
        if kind == "input_audio_buffer.append" or kind.endswith(".delta"):
            runs[key] = entry["at"]
        elif kind.startswith("input_audio_buffer."):
            runs.pop(("input_audio_buffer.append", ""), None)
        elif kind == "response.done":
            runs = {each: at for each, at in runs.items() if not each[0].endswith(".delta")}
    return found


def _names(term: Named | From | Is, event: Event) -> bool:
    if isinstance(term, From):
        return event.origin == term.origin
    if isinstance(term, Is):
        return _is(term.nature, event)
    boundary = "." if term.word == "type" else ""
    words = _words(term.word, _payload(event.raw))
    return any(_is_named(term.pattern, each, boundary) for each in words)


def _measures(term: Measured | Between, event: Event) -> bool:
    value = _measure(term.measure, event)
    if value is None:
        return False
    if isinstance(term, Between):
        return _value(term.low) <= value <= _value(term.high)
    return _COMPARE[term.comparison](value, _value(term.quantity))


def _leads(term: There | Compared | PathMatching, payload: Json) -> bool:
    found = _values(term.path, payload)
    if isinstance(term, There):
        return bool(found)
    if isinstance(term, Compared):
        return any(_compares(term.comparison, value, term.scalar) for value in found)
    return any(isinstance(value, str) and _matches(term.pattern, value) for value in found)


def _payload(raw: str) -> Json:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _holds(raw: str, text: str) -> bool:
    cased = (text, text.lower(), text.upper(), text.title())
    ways = {text, json.dumps(text, ensure_ascii=False)[1:-1]}
    ways |= {json.dumps(each)[1:-1] for each in cased}
    return any(
        re.search(re.escape(way), raw, re.IGNORECASE | re.ASCII) is not None
        if way.isascii()
        else way.lower() in raw.lower()
        for way in ways
    )


def _matches(pattern: Regex, text: str) -> bool:
    return re.search(pattern.source, text, re.IGNORECASE if pattern.ignore_case else 0) is not None


def _is_named(pattern: Exact | Glob | Regex, word: str, boundary: str) -> bool:
    if isinstance(pattern, Exact):
        return word == pattern.word
    if isinstance(pattern, Regex):
        return _matches(pattern, word)
    if not word:
        return False
    if "*" in pattern.text or "?" in pattern.text:
        return fnmatch.fnmatchcase(word, pattern.text)
    return word == pattern.text or word.startswith(pattern.text + boundary)


def _words(word: str, payload: Json) -> Sequence[str]:
    if not isinstance(payload, dict):
        return ("",)
    if word == "event":
        error = payload.get("error")
        asked = error.get("event_id") if isinstance(error, dict) else None
        ids = [each for each in (payload.get("event_id"), asked) if isinstance(each, str) and each]
        return ids or ("",)
    if word == "type":
        return (_string(payload.get("type")),)
    whole = payload.get("item" if word == "call" else word)
    inside = whole.get("call_id" if word == "call" else "id") if isinstance(whole, dict) else None
    return (_string(payload.get(f"{word}_id")) or _string(inside),)


def _string(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _is(nature: str, event: Event) -> bool:
    (kind,) = _words("type", _payload(event.raw))
    return {
        "error": kind == "error" or kind.endswith(".failed"),
        "problem": event.problem,
        "audio": '"$audio"' in event.raw,
        "delta": kind.endswith(".delta"),
        "malformed": not kind,
    }[nature]


def _measure(measure: str, event: Event) -> float | None:
    since = None if event.anchor_s is None else event.at - event.anchor_s
    return {
        "size": event.size_bytes,
        "at": event.at,
        "gap": event.gap_s,
        "since": since,
        "turn": event.turn,
    }[measure]


def _value(quantity: Quantity) -> float:
    number, unit = quantity.number, quantity.unit
    return number / 1000 if unit == "ms" else number * _UNITS[unit]


def _values(path: Path, value: Json) -> list[Json]:
    found = [value]
    for step in path.steps:
        found = [each for outer in found for each in _inside(outer, step)]
    return found


def _inside(value: Json, step: str | int | None) -> list[Json]:
    if step is None and isinstance(value, (dict, list)):
        return list(value.values() if isinstance(value, dict) else value)
    fits = isinstance(value, dict) if isinstance(step, str) else isinstance(value, list)
    try:
        return [value[step]] if fits else []
    except (KeyError, IndexError):
        return []


def _compares(comparison: str, value: Json, scalar: Json) -> bool:
    alike = _kind(value) == _kind(scalar)
    return bool(_COMPARE[comparison](value, scalar)) if alike else comparison == "!="


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, (int, float)) else type(value).__name__
