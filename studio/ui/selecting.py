"""A filter over the events of a store that grows: asked in stretches first, then of what comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.ui.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from studio.query.filter import Filter
    from studio.query.table import Facts
    from studio.storage.store import EventStore


class Selecting:
    """The rows of the events that a filter means.

    Args:
        wanted: the filter.
        store: the events; those that come later are taken by `take`.
        facts: what the session says about them.
        stop: how many events to list for now.

    Attributes:
        rows: what is listed, complete once `is_done`.
    """

    def __init__(self, wanted: Filter, store: EventStore, facts: Facts, stop: int) -> None:
        self.wanted = wanted
        self.rows = Rows(is_filtered=True)
        self._store = store
        self._stop = stop
        self._steps: Iterator[NDArray[np.bool_]] | None = wanted.select_in_slices(store, facts)

    @property
    def is_done(self) -> bool:
        """Whether all events were asked about that there were at the beginning."""
        return self._steps is None

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return self.rows.total / self._stop if self._stop else 1.0

    def step(self) -> None:
        """Ask about another stretch."""
        verdicts = next(self._steps, None) if self._steps is not None else None
        if verdicts is None or self.rows.total >= self._stop:
            self._steps = None
            return
        stop = min(self.rows.total + len(verdicts), self._stop)
        self.rows.take(self._store.columns, stop, verdicts[: stop - self.rows.total])

    def verdicts(self, facts: Facts) -> NDArray[np.bool_]:
        """Whether each of the events is meant that came since they were taken last."""
        return self.wanted.select(self._store, facts, self.rows.total)
