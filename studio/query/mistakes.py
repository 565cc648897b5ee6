"""Syntax errors in words: what is missing or too much, where, and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from studio.query.errors import FilterError
from studio.query.terms import term_named

if TYPE_CHECKING:
    from lark import Token, UnexpectedInput

_QUOTES = "In quotes it is text to look for."


def in_words(failure: UnexpectedInput, text: str) -> FilterError:
    """What a person is told of a syntax error."""
    from lark import UnexpectedToken

    if not isinstance(failure, UnexpectedToken):
        return _character(text, cast("int", failure.pos_in_stream))
    state = failure.interactive_parser
    assert state is not None
    return _token(failure.token, state.parser_state.value_stack, text)


def _character(text: str, at: int) -> FilterError:
    """Nothing in the language begins like this."""
    found = text[at]
    if found == '"':
        return FilterError("This quote is not closed.", at, len(text), 'Write " at its end.')
    if found == "/":
        return FilterError(
            "This regular expression is not closed.",
            at,
            len(text),
            f"Write / at its end. {_QUOTES}",
        )
    if found == ".":
        return FilterError(
            "A path begins with a dot and a key.", at, at + 1, f"Write .error.code. {_QUOTES}"
        )
    if found in "<>=~:":
        return FilterError(
            f"Nothing stands on the left of this {found}.", at, at + 1, "Write size > 10kB."
        )
    return FilterError(f"{found} cannot stand here.", at, at + 1, _QUOTES)


def _token(found: Token, stack: list[object], text: str) -> FilterError:
    """Something else should have come; `stack` holds what nothing has been made of yet."""
    from lark import Token

    tokens = [each for each in stack if isinstance(each, Token)]
    last = tokens[-1] if tokens and tokens[-1] is stack[-1] else None
    if last is not None and last.type in ("AND", "OR", "NOT"):
        return FilterError(
            f"Nothing follows this {last}.", *_place(last), f"Write a term. {_QUOTES}"
        )
    if last is not None and last.type == "OP":
        return _nothing_compared(last, tokens[-2])
    if last is not None and last.type == "LPAR":
        start, end = _start(last), len(text) if found.type == "$END" else _start(found) + 1
        return FilterError("Nothing stands in the brackets.", start, end, "Write a term in them.")
    if found.type == "$END":
        opened = next(each for each in reversed(tokens) if each.type == "LPAR")
        return FilterError("This bracket is not closed.", *_place(opened), "Write ) where it ends.")
    if found.type == "RPAR":
        return FilterError("This bracket closes none.", *_place(found), "Write ( where it begins.")
    if found.type in ("AND", "OR"):
        words = f"Nothing stands on the left of this {found}."
        return FilterError(words, *_place(found), f"Write a term. {_QUOTES}")
    return _character(text, _start(found))


def _nothing_compared(comparison: Token, left: Token) -> FilterError:
    term = term_named(left.lower()) or term_named(".path")
    assert term is not None
    return FilterError(
        f"Nothing stands on the right of this {comparison}.",
        *_place(comparison),
        f"Write {term.example}. Text with blanks or brackets stands in quotes.",
    )


def _place(token: Token) -> tuple[int, int]:
    return _start(token), _start(token) + len(token)


def _start(token: Token) -> int:
    assert token.start_pos is not None
    return token.start_pos
