"""What of an event one can filter by: each value as a term, with how many events share it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np

from studio.core.text import one_line
from studio.query.expressions import Expression, From, Named, Not, Origin
from studio.query.filter import Filter
from studio.query.patterns import Exact, Glob
from studio.ui.choice import Choice
from studio.ui.present.words import short_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.query.expressions import Word
    from studio.ui.inspection import Inspection


def values_of(held: Inspection, position: int) -> list[Choice]:
    """The terms that an event at a position offers; choosing one gives its text."""
    choices = []
    for expression, words, count in _offers(held, position):
        aside = f"{count:,} event" + ("" if count == 1 else "s")
        choices.append(Choice(str(Filter(expression)), one_line(words, 60), aside))
    return choices


def _offers(held: Inspection, position: int) -> Iterator[tuple[Expression, str, int]]:
    """Expressions, what they are in words, and how many events they mean."""
    store, columns = held.store, held.store.columns
    code = columns.type[position]
    kind = store.word(int(code))
    if kind:
        same = int(np.count_nonzero(columns.type == code))
        exact = Named("type", Exact(kind))
        yield exact, f"type  {kind}", same
        family = kind.rpartition(".")[0]
        if family:
            codes = store.codes(lambda word: word.startswith(f"{family}."))
            count = int(np.count_nonzero(np.isin(columns.type, codes)))
            yield Named("type", Glob(f"{family}.*")), f"type  {family}.*", count
        yield Not(exact), f"without  {kind}", len(store) - same
    words: tuple[Word, ...] = ("response", "item", "call")
    for word in words:
        column = getattr(columns, word)
        code = column[position]
        if code:
            name = store.word(int(code))
            count = int(np.count_nonzero(column == code))
            yield Named(word, Exact(name)), f"{word}  {short_id(name)}", count
    origin = columns.origin[position]
    who = get_args(Origin)[origin]
    count = int(np.count_nonzero(columns.origin == origin))
    yield From(who), f"from  {who}", count
