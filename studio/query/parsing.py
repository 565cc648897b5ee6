"""From a filter's text to its expression; every mistake is said with its place."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar, get_args

from studio.query.errors import FilterError
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
    Word,
)
from studio.query.grammar import syntax_tree
from studio.query.json_paths import parse_path, unquoted
from studio.query.mistakes import in_words
from studio.query.patterns import BadRegexError, Exact, Glob, Regex, regex_of, regex_test
from studio.query.quantities import Quantity, parse_quantity
from studio.query.terms import (
    FIELDS,
    MEASURES,
    NATURE_HELP,
    ORIGIN_ALIASES,
    ORIGIN_HELP,
    WORDS,
    term_named,
)
from studio.query.writing import quoted, scalar_of

if TYPE_CHECKING:
    from lark import Token, Tree

_DEEPEST = 60
_COMPARISONS: dict[str, Comparison] = {each: each for each in get_args(Comparison)}
_T = TypeVar("_T")


def parse_expression(text: str) -> Expression | None:
    """The expression of a filter; None for an empty one, which means everything.

    Raises:
        FilterError: it is not in the language.
    """
    if not text.strip():
        return None
    from lark import UnexpectedInput

    try:
        tree = syntax_tree(text)
    except UnexpectedInput as failure:
        raise in_words(failure, text) from None
    return _Reader(text).expression(tree, 0)


class _Reader:
    """Makes an expression of a syntax tree; places in the text come from its tokens."""

    def __init__(self, text: str) -> None:
        self._text = text

    def expression(self, tree: Tree[Token], depth: int) -> Expression:
        if depth > _DEEPEST:
            raise FilterError("Terms are nested too deeply.", 0, len(self._text))
        if tree.data in ("any", "all", "excluded", "bracket"):
            inner = [self.expression(each, depth + 1) for each in _trees(tree)]
            if tree.data == "excluded":
                return Not(inner[0])
            if tree.data == "bracket":
                return inner[0]
            return Or(tuple(inner)) if tree.data == "any" else And(tuple(inner))
        return self._term(tree.data, _tokens(tree))

    def _term(self, kind: str, tokens: list[Token]) -> Expression:
        first = tokens[0]
        match kind:
            case "text":
                return _text(first)
            case "matching":
                return Matching(_regex(first))
            case "there":
                return There(parse_path(first, _start(first)))
            case "compared":
                return _compared(*tokens)
            case _:
                return _field(*tokens)


def _trees(tree: Tree[Token]) -> list[Tree[Token]]:
    from lark import Tree

    return [each for each in tree.children if isinstance(each, Tree)]


def _tokens(tree: Tree[Token]) -> list[Token]:
    from lark import Token

    return [each for each in tree.children if isinstance(each, Token)]


def _start(token: Token) -> int:
    assert token.start_pos is not None
    return token.start_pos


def _wrong(message: str, token: Token, hint: str = "") -> FilterError:
    return FilterError(message, _start(token), _start(token) + len(token), hint)


def _plain(token: Token) -> str:
    """What a word or a quoted text says."""
    return unquoted(token, _start(token)) if token.type == "STRING" else str(token)


def _text(token: Token) -> Expression:
    text = _plain(token)
    if not text:
        raise _wrong("There is nothing to look for.", token, "Write a word in the quotes.")
    return Text(text)


def _regex(token: Token) -> Regex:
    """A regular expression between slashes, or a word that is one."""
    if token.type == "REGEX":
        end = token.rindex("/")
        source, flags, offset = token[1:end], token[end + 1 :], 1
        if flags not in ("", "i"):
            raise FilterError(
                f"{flags} is no flag of a regular expression.",
                _start(token) + end + 1,
                _start(token) + len(token),
                "The one flag is i, which ignores capitals.",
            )
        regex = Regex(source, ignore_case=flags == "i")
    else:
        regex, offset = regex_of(_plain(token)), int(token.type == "STRING")
    if not regex.source:
        raise _wrong("The regular expression is empty.", token, "Write /what to match/.")
    try:
        regex_test(regex)
    except BadRegexError as failure:
        raise _bad_regex(failure, token, offset) from failure
    return regex


def _bad_regex(failure: BadRegexError, token: Token, offset: int) -> FilterError:
    at = min(_start(token) + offset + failure.at, _start(token) + len(token) - 1)
    looks_around = "look-around" in failure.reason or "backreference" in failure.reason
    hint = (
        "Patterns are kept to what takes no longer than the text is long; combine two terms."
        if looks_around
        else "Write a backslash before a character that means itself."
    )
    return FilterError(f"Bad regular expression: {failure.reason}.", at, at + 1, hint)


def _field(name: Token, operator: Token, value: Token) -> Expression:
    field = name.lower()
    if field not in FIELDS:
        raise _unknown(name, operator, value)
    if field in MEASURES:
        return _measured(_measure(field), operator, value)
    return _negated(operator, _word_or_choice(field, name, operator, value))


def _unknown(name: Token, operator: Token, value: Token) -> FilterError:
    near = get_close_matches(name.lower(), FIELDS, 1, 0.6)
    first = f"Did you mean {near[0]}?" if near else f"A key of the JSON is .{name}."
    as_text = quoted(f"{name}{operator}{value}")
    hint = f"{first} In quotes it is text to look for: {as_text}."
    return _wrong(f"There is no term {name}.", name, hint)


def _measure(field: str) -> Measure:
    return next(each for each in MEASURES if each == field)


def _negated(operator: Token, term: Expression) -> Expression:
    return Not(term) if operator == "!=" else term


def _word_or_choice(field: str, name: Token, operator: Token, value: Token) -> Expression:
    if operator not in (":", "=", "==", "!=", "~"):
        term = term_named(field)
        assert term is not None
        raise _wrong(f"{name} has no order.", operator, f"Write {term.example}.")
    if field == "from":
        return From(_choice(value, ORIGIN_ALIASES, tuple(ORIGIN_HELP), "origin"))
    if field == "is":
        natures: dict[str, Nature] = {each: each for each in NATURE_HELP}
        return Is(_choice(value, natures, tuple(natures), "nature"))
    if field == "text":
        return Matching(_regex(value)) if _is_regex(operator, value) else _text(value)
    word = next(each for each in WORDS if each == field)
    return _named(word, operator, value)


def _is_regex(operator: Token, value: Token) -> bool:
    return operator == "~" or value.type == "REGEX"


def _named(word: Word, operator: Token, value: Token) -> Expression:
    if _is_regex(operator, value):
        return Named(word, _regex(value))
    text = _plain(value)
    if operator != ":":
        return Named(word, Exact(text))
    if not text:
        raise _wrong(
            f"{word}: needs something to match.",
            value,
            f'Write {word}:* for events that have one, {word}="" for those without.',
        )
    return Named(word, Glob(text))


def _choice(value: Token, known: dict[str, _T], names: tuple[str, ...], kind: str) -> _T:
    wanted = _plain(value).lower()
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, names, 1, 0.5)
    hint = f"Did you mean {near[0]}?" if near else f"Write one of {', '.join(names)}."
    raise _wrong(f"{value} is no {kind} of an event.", value, hint)


def _measured(measure: Measure, operator: Token, value: Token) -> Expression:
    if value.type == "REGEX" or operator == "~":
        raise _wrong(f"{measure} is a number, and no text to match.", value, _example(measure))
    kind, text, start = MEASURES[measure], _plain(value), _start(value)
    low, dash, high = text.partition("-")
    if operator == ":" and dash and low:
        ends = (
            _quantity(low, measure, start),
            _quantity(high, measure, start + len(low) + 1),
        )
        if ends[0].value > ends[1].value:
            raise _wrong("The range ends before it begins.", value, f"Write {high}-{low}.")
        return Between(measure, *ends)
    comparison: Comparison = _COMPARISONS.get(operator, "=")
    if kind == "time" and comparison in ("=", "!="):
        raise _wrong(
            f"{measure} is hardly ever equal to anything.",
            operator,
            f"Write {measure} > {text}, or a range such as {measure}:1s-2s.",
        )
    return Measured(measure, comparison, _quantity(text, measure, start))


def _example(measure: Measure) -> str:
    term = term_named(measure)
    assert term is not None
    return f"Write {term.example}."


def _quantity(text: str, measure: Measure, start: int) -> Quantity:
    if not text:
        raise FilterError("A number is missing here.", start, start + 1, _example(measure))
    return parse_quantity(text, MEASURES[measure], start)


def _compared(path_token: Token, operator: Token, value: Token) -> Expression:
    path = parse_path(path_token, _start(path_token))
    if operator == "~":
        return PathMatching(path, _regex(value))
    if value.type == "REGEX":
        raise _wrong("A regular expression is matched by ~.", operator, f"Write {path} ~ {value}.")
    if operator == ":":
        raise _wrong("A path is compared, not matched.", operator, f"Write {path} = {value}.")
    comparison: Comparison = _COMPARISONS.get(operator, "=")
    scalar: Scalar = _plain(value) if value.type == "STRING" else scalar_of(str(value))
    is_number = isinstance(scalar, int | float) and not isinstance(scalar, bool)
    if comparison not in ("=", "!=") and not is_number:
        raise _wrong(
            f"{value} is no number, and only numbers have an order.",
            value,
            f"Write {path} {operator} 100; numbers in the JSON have no units."
            if re.match(r"-?\d", value)
            else f"Write {path} = {value}.",
        )
    return Compared(path, comparison, scalar)
