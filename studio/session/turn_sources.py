"""What turns are made of, found without going through it all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from studio.core.persistent import Series
from studio.session.state import Item, SpeechSpan
from studio.session.turn_making import is_spoken


class _AboutItem(Protocol):
    @property
    def item_id(self) -> str: ...


Row = TypeVar("Row", bound=_AboutItem)


class ByItem(Generic[Row]):
    """The rows of a series by the item that they are about."""

    def __init__(self, rows: Series[Row]) -> None:
        self._rows: Series[Row] = Series()
        self._places: dict[str, list[int]] = {}
        self.take(rows)

    def take(self, rows: Series[Row]) -> list[str]:
        """Have these rows instead; comes back: the items about which they are other ones."""
        before, changed = self._rows, list[str]()
        if rows is before:
            return changed
        for at in before.differing(rows):
            one, other = before[at].item_id, rows[at].item_id
            changed += (one, other)
            if one != other:
                self._places[one].remove(at)
                insort(self._places.setdefault(other, []), at)
        for at in range(len(before) - 1, len(rows) - 1, -1):
            changed.append(before[at].item_id)
            self._places[before[at].item_id].pop()
        for at in range(len(before), len(rows)):
            changed.append(rows[at].item_id)
            self._places.setdefault(rows[at].item_id, []).append(at)
        self._rows = rows
        return changed

    def all(self, item_id: str) -> Iterator[Row]:
        """The rows about an item, in their order."""
        return (self._rows[at] for at in self._places.get(item_id, ()))

    def first(self, item_id: str) -> Row | None:
        """The first row about an item."""
        return next(self.all(item_id), None)

    def last(self, item_id: str) -> Row | None:
        """The last row about an item."""
        places = self._places.get(item_id)
        return self._rows[places[-1]] if places else None


class LocalSpeech:
    """The local VAD's spans, found by time instead of by going through them all."""

    def __init__(self) -> None:
        self._spans: Series[SpeechSpan] = Series()
        self._starts_ms: list[int] = []
        self._starts: list[float] = []
        self._backwards: list[int] = []

    @property
    def is_in_order(self) -> bool:
        """Whether no span begins before another that is told before it."""
        return not self._backwards

    def take(self, spans: Series[SpeechSpan]) -> tuple[float, float] | None:
        """Have these spans instead.

        Returns:
            The first ms of audio, and the first session second, of the spans that are others now;
            None where there are none.
        """
        before = self._spans
        if spans is before:
            return None
        same = before.same_until(spans)
        changed = (*before[same:], *spans[same:])
        for known in (self._starts_ms, self._starts):
            del known[same:]
        self._backwards = [at for at in self._backwards if at < same]
        for at, span in enumerate(spans[same:], same):
            if at and (span.start_ms < self._starts_ms[-1] or span.started_at < self._starts[-1]):
                self._backwards.append(at)
            self._starts_ms.append(span.start_ms)
            self._starts.append(span.started_at)
        self._spans = spans
        if not changed:
            return None
        return min(each.start_ms for each in changed), min(each.started_at for each in changed)

    def of_turn(
        self, server: SpeechSpan | None, user: Item | None, since: float
    ) -> SpeechSpan | None:
        """The last stretch of speech that the local VAD heard within the server's span.

        Without a server's span it is the last that began before the user's audio became an item,
        and after the item of the user before it, at session second `since`.
        """
        if server is None:
            return (
                None if user is None or not is_spoken(user) else self._between(since, user.added_at)
            )
        if server.timed_out:
            return None
        end = len(self._spans)
        if server.end_ms is not None:
            end = bisect_left(self._starts_ms, server.end_ms)
        span = self._spans[end - 1] if end else None
        too_early = span is not None and span.end_ms is not None and span.end_ms <= server.start_ms
        return None if too_early else span

    def _between(self, since: float, moment: float) -> SpeechSpan | None:
        end = bisect_right(self._starts, moment)
        return self._spans[end - 1] if end and self._starts[end - 1] > since else None
