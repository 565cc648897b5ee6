"""A filter as text that parses back to an equal filter."""

from __future__ import annotations

import json
import re

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
    Scalar,
    Text,
    There,
)
from studio.query.patterns import Exact, Glob, Regex

_PLAIN_VALUE = re.compile(r'[^\s()"/][^\s()"]*')
_PLAIN_TEXT = re.compile(r"(?!(?:and|or|not)\Z)[^\W\d][\w'-]*", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_LITERALS = ("true", "false", "null")


def written(expression: Expression) -> str:
    """An expression in the language, with no more brackets than it needs."""
    match expression:
        case Or(parts):
            return " or ".join(_bracketed(part, Or) for part in parts)
        case And(parts):
            return " ".join(_bracketed(part, Or, And) for part in parts)
        case Not(inner):
            return f"-{_bracketed(inner, Or, And)}"
        case _:
            return _term(expression)


def _bracketed(part: Expression, *looser: type[And | Or]) -> str:
    return f"({written(part)})" if isinstance(part, looser) else written(part)


def _term(term: Expression) -> str:
    match term:
        case Text(text):
            return text if _PLAIN_TEXT.fullmatch(text) else quoted(text)
        case Matching(pattern):
            return _regex(pattern)
        case Named(word, pattern):
            return f"{word}{_pattern(pattern)}"
        case From(origin):
            return f"from:{origin}"
        case Is(nature):
            return f"is:{nature}"
        case Measured(measure, comparison, quantity):
            return f"{measure} {comparison} {quantity}"
        case Between(measure, low, high):
            return f"{measure}:{low}-{high}"
        case _:
            return _path_term(term)


def _path_term(term: Expression) -> str:
    match term:
        case There(path):
            return str(path)
        case Compared(path, comparison, scalar):
            return f"{path} {comparison} {scalar_written(scalar)}"
        case PathMatching(path, pattern):
            return f"{path} ~ {_regex(pattern)}"
        case _:
            raise AssertionError(term)


def _pattern(pattern: Exact | Glob | Regex) -> str:
    if isinstance(pattern, Regex):
        return f":{_regex(pattern)}"
    if isinstance(pattern, Glob):
        return f":{value_written(pattern.text)}"
    return f"={value_written(pattern.word)}"


def _regex(regex: Regex) -> str:
    return f"/{regex.source}/{'i' if regex.ignore_case else ''}"


def value_written(text: str) -> str:
    """A word behind a colon or an equals sign, in quotes only where it needs them."""
    return text if _PLAIN_VALUE.fullmatch(text) else quoted(text)


def scalar_written(scalar: Scalar) -> str:
    """A JSON value behind a comparison; a string in quotes only where it needs them."""
    if not isinstance(scalar, str):
        return json.dumps(scalar)
    means_itself = _PLAIN_VALUE.fullmatch(scalar) and scalar_of(scalar) == scalar
    return scalar if means_itself else quoted(scalar)


def scalar_of(word: str) -> Scalar:
    """What a word behind a comparison means: a number, true, false, null, or itself."""
    if _NUMBER.fullmatch(word) or word in _LITERALS:
        try:
            found: Scalar = json.loads(word)
        except ValueError:  # 007 is no number in JSON
            return word
        return found
    return word


def quoted(text: str) -> str:
    """Text in quotes, for a filter that is put together by a program; escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)
