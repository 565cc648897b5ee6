"""What a person may have meant whose filter means no event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from studio.query.expressions import And, Expression, Named, Or
from studio.query.filter import Filter
from studio.query.patterns import Glob
from studio.query.table import Table


class Wider(NamedTuple):
    """A term that means events, as it is written, and how many."""

    text: str
    events: int


def wider_type(wanted: Filter, table: Table) -> Wider | None:
    """The first type in a filter that no event has, though some begin like it; None for none.

    `type:input` is the first word of no type: that of `input_audio_buffer.append` is longer.
    """
    for term in _types(wanted.expression):
        if not isinstance(term.pattern, Glob) or not term.pattern.is_plain:
            continue
        if not Filter(term).select(table).any():
            wider = Filter(Named("type", Glob(f"{term.pattern.text}*")))
            count = int(wider.select(table).sum())
            if count:
                return Wider(str(wider), count)
    return None


def _types(expression: Expression | None) -> Iterator[Named]:
    """The terms that want a type; what is left out is wanted by none."""
    if isinstance(expression, And | Or):
        for part in expression.parts:
            yield from _types(part)
    elif isinstance(expression, Named) and expression.word == "type":
        yield expression
