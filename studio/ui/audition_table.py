"""The readings of a sheet as they stand on the screen: sorted, or shuffled with hidden names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from secrets import SystemRandom
from typing import TYPE_CHECKING

from studio.lab.sheet_figures import FIGURES, arranged, figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.lab.sheet import Row, Sheet

BY_ORDER = "voice"
SORTS = (BY_ORDER, *(each.name for each in FIGURES))
"""What can be sorted by; the first stands for the order of the readings."""

_UNJUDGED = {"stars": 0, "note": ""}


def _shuffled(keys: list[str]) -> list[str]:
    SystemRandom().shuffle(keys)
    return keys


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How rows stand.

    Attributes:
        by: what they are sorted by.
        falling: whether the largest comes first.
        blind: keys in the order in which they are judged with hidden names; empty where they show.
        kept: the order of the last blind judging, until something else is sorted by.
        judged: keys of those that were judged with hidden names; stars and notes of before would
            tell who the others are.
    """

    by: str = BY_ORDER
    falling: bool = False
    blind: tuple[str, ...] = ()
    kept: tuple[str, ...] = field(default=())
    judged: frozenset[str] = frozenset()

    @property
    def is_blind(self) -> bool:
        """Whether names and figures are hidden."""
        return bool(self.blind)

    def rows(self, sheet: Sheet) -> tuple[Row, ...]:
        """The rows as they stand; those that came since the shuffle stand last."""
        order = self.blind or self.kept
        if not order:
            return arranged(sheet.rows, self.by, falling=self.falling)
        places = {key: place for place, key in enumerate(order)}
        rows = sorted(sheet.rows, key=lambda row: places.get(row.key, len(places)))
        if not self.is_blind:
            return tuple(rows)
        return tuple(
            row if row.key in self.judged else row.model_copy(update=_UNJUDGED) for row in rows
        )

    def sorted_by(self, by: str) -> Arrangement:
        """By another column, or the other way round; judging blindly, nothing gives names away."""
        if self.is_blind:
            return self
        if by == self.by and not self.kept:
            return replace(self, falling=not self.falling)
        column = figure(by)
        return Arrangement(by, falling=column is not None and column.falls)

    def next_column(self, steps: int) -> Arrangement:
        """By the next column."""
        return self.sorted_by(SORTS[(SORTS.index(self.by) + steps) % len(SORTS)])

    def hidden(
        self, sheet: Sheet, shuffle: Callable[[list[str]], list[str]] = _shuffled
    ) -> Arrangement:
        """With names hidden, in another order."""
        order = tuple(shuffle([row.key for row in sheet.rows]))
        return replace(self, blind=order, kept=(), judged=frozenset())

    def with_judged(self, key: str) -> Arrangement:
        """After stars or a note for one."""
        return replace(self, judged=self.judged | {key})

    def revealed(self) -> Arrangement:
        """With names shown; rows stay where they were judged."""
        return replace(self, blind=(), kept=self.blind)
