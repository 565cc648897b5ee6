"""Which events an expression means: columns first, all at once; frames only where they decide.

Parts of an `and` are taken in the order of what they cost, and each is asked only about the events
that the ones before it left over: numbers, then text by the table's own search, and frames decoded
one by one last.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import StudioError
from studio.query.expressions import (
    And,
    Between,
    Compared,
    Comparison,
    Expression,
    From,
    Is,
    Matching,
    Measure,
    Measured,
    Named,
    Nature,
    Not,
    Or,
    PathMatching,
    Scalar,
    Text,
    There,
)
from studio.query.json_paths import Path
from studio.query.patterns import Exact, Glob, Regex, literal_in, regex_test, word_test
from studio.query.spellings import spellings
from studio.query.table import ORIGINS, Facts, Table

Mask = NDArray[np.bool_]

_ORDERS: dict[Comparison, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FEW = 4_096
"""Events whose words are better sorted than counted."""
_SEARCH_COST = 1 / 16
"""What a search among frames costs, beside taking each out and looking at it alone."""
_EVENT_PATHS = (Path(("event_id",)), Path(("error", "event_id")))
_PLAIN = re.compile(r"[\w .,:;+*-]+", re.ASCII)
"""Letters that JSON can hold in escapes, too, but that nobody escapes."""
_FACTS = frozenset({"turn", "since"})


def cost(expression: Expression) -> int:
    """0 for what the columns tell, 1 for a search of the table, 2 for frames one by one."""
    match expression:
        case And(parts) | Or(parts):
            return max(cost(part) for part in parts)
        case Not(inner):
            return cost(inner)
        case Text():
            return 1
        case Matching() | There() | Compared() | PathMatching() | Named("event"):
            return 2
        case _:
            return 0


def needs_facts(expression: Expression) -> bool:
    """Whether what the session says of its events decides."""
    match expression:
        case And(parts) | Or(parts):
            return any(needs_facts(part) for part in parts)
        case Not(inner):
            return needs_facts(inner)
        case Measured(measure) | Between(measure):
            return measure in _FACTS
        case _:
            return expression == Is("problem")


def verdicts(
    expression: Expression, table: Table, facts: Facts, start: int, stop: int
) -> NDArray[np.bool_]:
    """Whether each event from `start` up to but without `stop` is meant."""
    return _Stretch(table, facts, start, stop).meant(expression, np.ones(stop - start, np.bool_))


class _Stretch:
    """Events from `start` up to but without `stop`; masks have their length.

    `among` says which events are asked about; no other is ever meant.
    """

    def __init__(self, table: Table, facts: Facts, start: int, stop: int) -> None:
        self._table = table
        self._columns = table.columns
        self._facts = facts
        self._start, self._stop = start, stop

    def meant(self, expression: Expression, among: Mask) -> Mask:
        """Which of the events are meant."""
        match expression:
            case And(parts):
                for part in sorted(parts, key=cost):
                    among = among & self.meant(part, among)
                return among
            case Or(parts):
                found = np.zeros_like(among)
                for part in sorted(parts, key=cost):
                    found |= self.meant(part, among & ~found)
                return found
            case Not(inner):
                return among & ~self.meant(inner, among)
            case _:
                return among & self._term(expression, among)

    def _term(self, term: Expression, among: Mask) -> Mask:
        match term:
            case Text(text):
                return self._text(text, among)
            case Named("event", pattern):
                return self._event(pattern, among)
            case Named(word, pattern):
                boundary = "." if word == "type" else ""
                codes = getattr(self._columns, word)[self._start : self._stop]
                return self._words(codes, word_test(pattern, boundary=boundary))
            case From(origin):
                origins = self._columns.origin[self._start : self._stop]
                return np.equal(origins, ORIGINS.index(origin))
            case Is(nature):
                return self._is(nature)
            case Measured() | Between():
                return self._measured(term)
            case _:
                return self._frames(term, among)

    def _words(self, codes: NDArray[np.uint32], test: Callable[[str], bool]) -> Mask:
        """The events whose word passes; each word is tested once."""
        used = np.unique(codes) if len(codes) < _FEW else np.flatnonzero(np.bincount(codes))
        passes = np.zeros(int(used[-1]) + 1 if len(used) else 0, np.bool_)
        for code in used.tolist():
            passes[code] = test(self._table.word(code))
        return passes[codes]

    def _is(self, nature: Nature) -> Mask:
        place = slice(self._start, self._stop)
        match nature:
            case "audio":
                return self._columns.audio[place] > 0
            case "malformed":
                return np.equal(self._columns.type[place], 0)
            case "problem":
                return self._fact(self._facts.problem, 0)
            case "delta":
                return self._words(self._columns.type[place], _is_delta)
            case "error":
                return self._words(self._columns.type[place], _is_error)

    def _fact(self, values: NDArray[Any], missing: float) -> NDArray[Any]:
        """What the session says of these events; `missing` where it says nothing yet."""
        known = values[self._start : self._stop]
        wanting = self._stop - self._start - len(known)
        return np.pad(known, (0, wanting), constant_values=missing) if wanting else known

    def _measured(self, term: Measured | Between) -> Mask:
        values = self._measure(term.measure)
        if isinstance(term, Between):
            return (values >= term.low.value) & (values <= term.high.value)
        compared: Mask = _ORDERS[term.comparison](values, term.quantity.value)
        return compared

    def _measure(self, measure: Measure) -> NDArray[Any]:
        columns, start, stop = self._columns, self._start, self._stop
        match measure:
            case "size":
                return columns.size[start:stop]
            case "at":
                return columns.at[start:stop]
            case "turn":
                return self._fact(self._facts.turn, 0)
            case "since":
                waits: NDArray[np.float64] = columns.at[start:stop] - self._fact(
                    self._facts.anchor_s, np.nan
                )
                return waits
            case "gap":
                gaps: NDArray[np.float64] = (
                    columns.at[start:stop] - columns.at[columns.before[start:stop]]
                )
                gaps[: 1 if start == 0 else 0] = np.nan  # the first has none
                return gaps

    def _text(self, text: str, among: Mask) -> Mask:
        """In any of the ways in which JSON spells it: each that differs costs a search more."""
        found = np.zeros_like(among)
        for spelling in spellings(text, in_escapes=self._table.may_hold_escapes):
            found |= self._holding(spelling, among & ~found, ignore_case=True)
        return found

    def _holding(self, text: str, among: Mask, *, ignore_case: bool) -> Mask:
        """By a search of the stretch, or frame by frame where few are asked about."""
        if self._is_worth_a_search(among):
            found = self._table.find(
                text, ignore_case=ignore_case, start=self._start, stop=self._stop
            )
            mask = np.zeros_like(among)
            mask[found.astype(np.intp) - self._start] = True
            return mask
        holds = _text_test(text, ignore_case=ignore_case)
        return self._one_by_one(among, lambda index: holds(self._raw(index)))

    def _is_worth_a_search(self, among: Mask) -> bool:
        return bool(np.count_nonzero(among) > len(among) * _SEARCH_COST)

    def _event(self, pattern: Exact | Glob | Regex, among: Mask) -> Mask:
        literal = pattern.word if isinstance(pattern, Exact) else ""
        literal = pattern.literal_start if isinstance(pattern, Glob) else literal
        if _PLAIN.fullmatch(literal):
            among = among & self._holding(literal, among, ignore_case=False)
        test = word_test(pattern)

        def is_meant(index: int) -> bool:
            payload = self._table.payload(index)
            ids = [value for path in _EVENT_PATHS for value in path.values(payload)]
            named = [each for each in ids if isinstance(each, str) and each]
            return any(test(each) for each in named or ("",))

        return self._one_by_one(among, is_meant)

    def _frames(self, term: Expression, among: Mask) -> Mask:
        if isinstance(term, Matching):
            regex, matches = term.pattern, regex_test(term.pattern)
            literal = literal_in(regex)
            if literal and self._is_worth_a_search(among):
                among = among & self._holding(literal, among, ignore_case=regex.ignore_case)
            return self._one_by_one(among, lambda index: matches(self._raw(index)))
        assert isinstance(term, There | Compared | PathMatching)
        for literal in _literals(term):
            if self._is_worth_a_search(among):
                among = among & self._holding(literal, among, ignore_case=False)
        path, test, payload = term.path, _value_test(term), self._table.payload
        return self._one_by_one(
            among, lambda index: any(test(value) for value in path.values(payload(index)))
        )

    def _one_by_one(self, among: Mask, test: Callable[[int], bool]) -> Mask:
        found = np.zeros_like(among)
        for offset in np.flatnonzero(among).tolist():
            found[offset] = test(self._start + offset)
        return found

    def _raw(self, index: int) -> str:
        try:
            return self._table.raw(index)
        except StudioError:  # the log has lost it
            return ""


def _text_test(text: str, *, ignore_case: bool) -> Callable[[str], bool]:
    """What `Table.find` looks for, in one frame."""
    if not ignore_case:
        return lambda frame: text in frame
    if not text.isascii():
        return lambda frame: text.lower() in frame.lower()
    encoded = text.lower().encode()
    return lambda frame: encoded in frame.encode("utf-8", "surrogatepass").lower()


def _literals(term: There | Compared | PathMatching) -> Iterator[str]:
    """What the frame has to hold, or the path leads nowhere that counts; the rarest first."""
    if isinstance(term, Compared) and term.comparison == "=" and isinstance(term.scalar, str):
        yield from _spelled_plainly(term.scalar)
    if isinstance(term, PathMatching) and not term.pattern.ignore_case:
        yield from filter(None, (literal_in(term.pattern),))
    if term.path.last_key is not None:
        yield from _spelled_plainly(term.path.last_key)


def _spelled_plainly(text: str) -> Iterator[str]:
    """The text in quotes, where nobody would spell it otherwise in JSON."""
    if _PLAIN.fullmatch(text):
        yield f'"{text}"'


def _is_delta(word: str) -> bool:
    return word.endswith(".delta")


def _is_error(word: str) -> bool:
    return word == "error" or word.endswith(".failed")


def _value_test(term: There | Compared | PathMatching) -> Callable[[object], bool]:
    if isinstance(term, There):
        return lambda _: True
    if isinstance(term, PathMatching):
        matches = regex_test(term.pattern)
        return lambda value: isinstance(value, str) and matches(value)
    return _comparison_test(term.comparison, term.scalar)


def _comparison_test(comparison: Comparison, scalar: Scalar) -> Callable[[object], bool]:
    """Values of another kind are unequal and in no order; true is no number."""
    kind, order = _kind(scalar), _ORDERS[comparison]
    differs = comparison == "!="
    return lambda value: bool(order(value, scalar)) if _kind(value) is kind else differs


def _kind(value: object) -> type:
    return float if type(value) is int else type(value)
