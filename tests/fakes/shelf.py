"""A shelf without files: sessions that tests put on it, and what was done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from studio.core.errors import StudioError
from studio.session.compare import Comparison, Side, compare
from studio.session.cost import Charge, Cost
from studio.session.digest import digest_of
from studio.session.state import SessionState
from studio.session.turns import Turn
from studio.storage.shelf import Notes
from studio.ui.shelf import Entry, searched_words
from tests import conversations
from tests.builders import Script

STARTED = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def state_of(conversation: str) -> SessionState:
    return Script(envelopes=list(conversations.LIBRARY[conversation]())).state


def entry(
    at: int,
    conversation: str = "two_turns",
    *,
    notes: Notes | None = None,
    provider: str = "local",
    cents: int | None = None,
    is_read: bool = True,
    fault: str = "",
) -> Entry:
    """A session that began `at` hours after the first."""
    name, noted = f"2026-01-01_{at:03}", notes or Notes()
    digest = digest_of(state_of(conversation)) if is_read else None
    charge = Charge("audio out", Decimal(cents or 0), "tokens", Decimal("0.01"), Decimal(1))
    cost = Cost((charge,)) if cents is not None else Cost(missing=("No price is known.",))
    return Entry(
        path=f"/sessions/{name}",
        name=name,
        started_at=STARTED + timedelta(hours=at),
        provider=provider,
        model=digest.model if digest else "asked-for",
        size_bytes=1000 * at,
        notes=noted,
        fault=fault,
        digest=digest,
        cost=cost if digest else None,
        words=searched_words(name, noted, digest),
    )


@dataclass
class FakeShelf:
    """A `Shelf` in memory.

    Attributes:
        entries: all sessions, newest first.
        unread: what `read_next` brings, one after the other.
        deleted: the paths of what was deleted, oldest deed first.
        repaired: the paths of what was repaired.
        failure: what every deed fails with.
        price: US dollars for a token of audio.
    """

    entries: tuple[Entry, ...] = ()
    unread: list[Entry] = field(default_factory=list)
    faults: Sequence[str] = ()
    deleted: list[Sequence[str]] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    failure: StudioError | None = None
    looks: int = 0
    price: Decimal = Decimal(0)
    _before: list[tuple[Entry, ...]] = field(default_factory=list)

    async def look(self) -> None:
        self.looks += 1

    async def read_next(self) -> bool:
        if not self.unread:
            return False
        read = self.unread.pop(0)
        self.entries = tuple(read if each.path == read.path else each for each in self.entries)
        return True

    def note(self, path: str, notes: Notes) -> None:
        self._begin()
        self.entries = tuple(
            replace(each, notes=notes, words=searched_words(each.name, notes, each.digest))
            if each.path == path
            else each
            for each in self.entries
        )

    def delete(self, paths: Sequence[str]) -> None:
        self._begin()
        self.deleted.append(paths)
        self.entries = tuple(each for each in self.entries if each.path not in paths)

    def _begin(self) -> None:
        if self.failure is not None:
            raise self.failure
        self._before.append(self.entries)

    def undo(self) -> str:
        if not self._before:
            return ""
        self.entries = self._before.pop()
        return "the deed"

    def repair(self, path: str) -> Sequence[str]:
        self.repaired.append(path)
        return ("An end marker was added.",)

    async def cost(self, state: SessionState, header: Mapping[str, Any]) -> Cost:
        made = Decimal(state.totals.output_audio)
        return Cost((Charge("audio out", made, "tokens", self.price, Decimal(1)),))

    async def turn_cost(self, state: SessionState, turn: Turn, header: Mapping[str, Any]) -> Cost:
        made = sum(each.usage.output_tokens for each in turn.responses if each.usage is not None)
        return Cost((Charge("audio out", Decimal(made), "tokens", self.price, Decimal(1)),))

    async def compare(self, one: str, other: str) -> Comparison:
        if self.failure is not None:
            raise self.failure
        sides = []
        for path in (one, other):
            found = next(each for each in self.entries if each.path == path)
            tags = found.digest.tags if found.digest else {}
            state, cost = state_of("two_turns"), found.cost or Cost()
            sides.append(Side(found.name, state, cost, tags=tags))
        return compare(sides[0], sides[1], lambda _one, _other: -12.0)
