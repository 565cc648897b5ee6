"""Filters over events: read from text, printed, and held against a table of events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from studio.query.completion import Completion, complete
from studio.query.errors import FilterError
from studio.query.evaluation import cost, needs_facts, verdicts
from studio.query.expressions import Expression
from studio.query.parsing import parse_expression
from studio.query.table import NO_FACTS, Facts, Table
from studio.query.terms import TERMS, Term
from studio.query.writing import quoted, written

__all__ = [
    "TERMS",
    "Completion",
    "Filter",
    "FilterError",
    "Term",
    "complete",
    "parse",
    "quoted",
]

_SLICE_EVENTS = {1: 32_768, 2: 2_048}
"""Events that are dealt with in one go, by cost: some tens of milliseconds of them."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are meant; None means all. `str` gives text that parses to an equal filter."""

    expression: Expression | None = None

    @override
    def __str__(self) -> str:
        return written(self.expression) if self.expression is not None else ""

    @property
    def needs_facts(self) -> bool:
        """Whether turns or problems decide; without them `NO_FACTS` will do."""
        return self.expression is not None and needs_facts(self.expression)

    @property
    def is_slow(self) -> bool:
        """Whether more than the columns has to be looked at: better taken in slices."""
        return self.expression is not None and cost(self.expression) > 0

    def select(self, table: Table, facts: Facts = NO_FACTS, start: int = 0) -> NDArray[np.bool_]:
        """Whether each event from `start` on is meant.

        A verdict depends on the event, on the time its gap counts from, and on its facts: never
        on later events. So a list that grows needs only its newest events asked about. Turns and
        problems alone may change afterwards, as an item finds its turn or a late event tells what
        an early one meant; a filter that `needs_facts` is asked again from the first event whose
        facts changed.
        """
        return np.concatenate([np.zeros(0, np.bool_), *self.select_in_slices(table, facts, start)])

    def select_in_slices(
        self, table: Table, facts: Facts = NO_FACTS, start: int = 0
    ) -> Iterator[NDArray[np.bool_]]:
        """The same verdicts, stretch after stretch of the events that are there now.

        A step takes some tens of milliseconds, however bad the filter: columns are dealt with at
        once, text in stretches of 32,768 events, frames that have to be decoded or matched in
        stretches of 2,048. A caller shows what it has between the steps, and stops asking when the
        person has written another filter. Regular expressions take time in proportion to the text,
        so no pattern can hang a step. The table may grow meanwhile.
        """
        stop = len(table)
        if self.expression is None:
            yield np.ones(max(0, stop - start), np.bool_)
            return
        step = _SLICE_EVENTS.get(cost(self.expression), max(1, stop - start))
        for first in range(start, stop, step):
            yield verdicts(self.expression, table, facts, first, min(first + step, stop))


def parse(text: str) -> Filter:
    """Read a filter.

    Raises:
        FilterError: it is not in the language.
    """
    return Filter(parse_expression(text))
