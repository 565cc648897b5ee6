"""A session under the inspector, without a screen."""

from __future__ import annotations

from collections.abc import Iterable

from typing_extensions import override

from studio.protocol.dialect import Dialect
from studio.session.envelope import Envelope
from studio.session.reduce import fold
from studio.session.state import SessionState
from studio.storage.store import EventStore
from studio.ui.inspection import Inspection
from studio.ui.shown import Shown
from tests.fakes.feed import log_lines


class Folded(Shown):
    """Events in a store, folded up to a position that a test may move."""

    def __init__(self, envelopes: Iterable[Envelope], dialect: Dialect = Dialect.GA) -> None:
        self.envelopes: list[Envelope] = []
        self.dialect = dialect
        self.store = EventStore(dialect)
        self.faults = ()
        self.at: int | None = None
        self.more(envelopes)

    @property
    @override
    def state(self) -> SessionState:  # type: ignore[override]
        return fold(self.envelopes[: self.position])

    @property
    @override
    def position(self) -> int:
        return len(self.store) if self.at is None else self.at

    def more(self, envelopes: Iterable[Envelope]) -> None:
        """These happen."""
        fresh = list(envelopes)
        lines = log_lines([*self.envelopes, *fresh])[len(self.envelopes) :]
        for line in lines:
            self.store.append(line.line)
        self.envelopes += fresh


def inspected(envelopes: Iterable[Envelope], dialect: Dialect = Dialect.GA) -> Inspection:
    """The inspector's model with these events taken in."""
    held = Inspection(Folded(envelopes, dialect))
    held.take(needs_facts=True)
    return held


def listed(held: Inspection) -> list[int]:
    """Every position that stands below or on a row, row after row."""
    rows = range(len(held.listing.rows))
    return [position for row in rows for position in held.listing.members(row).tolist()]


def through(held: Inspection) -> None:
    """Let a filter finish."""
    while held.step():
        pass
    held.finish()
