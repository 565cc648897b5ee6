"""Which events belong together as a run: deltas of one item, blocks of appended audio.

Audio, words and appends interleave on the wire, so a run is not broken by what comes between. A run
of appends ends at any other event about the input buffer, runs of deltas end with the response.

A run is one row of a list, and so is every event beside. The gap of an event that begins a row
counts from the beginning of the row above, that of another one from the event before it in its run:
so it tells of a wait also while a microphone streams and something crosses the wire every 20 ms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from studio.storage.columns import Words
from studio.storage.digest import APPEND

_INPUT_BUFFER = "input_audio_buffer."


class _Kind(NamedTuple):
    """What events of a type do to runs."""

    is_append: bool
    is_delta: bool
    ends_appends: bool
    ends_deltas: bool


class Placed(NamedTuple):
    """Of some events the positions at which their runs began, and those their gaps count from.

    An event that stands alone is its own run; the first of all has none before it but itself.
    """

    runs: list[int]
    before: list[int]


@dataclass(slots=True)
class _Run:
    """A run that is open: where it began, and its latest event."""

    first: int
    latest: int


class Streams:
    """Tells of each event, in order, where its run began, and which event its gap counts from.

    Args:
        words: gives the types by their codes.
        begun: the runs that are open, as `begun` told them.
        newest: where the row began that began last.
    """

    def __init__(
        self, words: Words, begun: Iterable[tuple[int, int, int, int]] = (), newest: int = 0
    ) -> None:
        self._words = words
        self._kinds: list[_Kind | None] = []
        self._appends: _Run | None = None
        self._deltas: dict[tuple[int, int], _Run] = {}
        self.newest = newest
        for type_code, item_code, first, latest in begun:
            if words.spelled[type_code] == APPEND:
                self._appends = _Run(first, latest)
            else:
                self._deltas[type_code, item_code] = _Run(first, latest)

    def begun(self) -> list[tuple[int, int, int, int]]:
        """The runs that are open: the codes of type and item, their first and latest events."""
        appends = [] if self._appends is None else [((self._words[APPEND], 0), self._appends)]
        return [(*key, run.first, run.latest) for key, run in (*appends, *self._deltas.items())]

    def place(self, first: int, types: Sequence[int], items: Sequence[int]) -> Placed:
        """The runs of some events, and what their gaps count from.

        Args:
            first: the position of the first of these events.
            types: the codes of their types.
            items: the codes of the items that they speak of.
        """
        runs, before = list(range(first, first + len(types))), []
        while len(self._kinds) < len(self._words.spelled):
            self._kinds.append(_kind_of(self._words.spelled[len(self._kinds)]))
        kinds, newest = self._kinds, self.newest
        for place, type_code in enumerate(types):
            kind, run = kinds[type_code], None
            if kind is not None:
                run = self._run(kind, first + place, (type_code, items[place]))
            if run is None or run.first == first + place:
                before.append(newest)
                newest = first + place
            else:
                runs[place] = run.first
                before.append(run.latest)
                run.latest = first + place
        self.newest = newest
        return Placed(runs, before)

    def _run(self, kind: _Kind, position: int, key: tuple[int, int]) -> _Run | None:
        """The run of an event, if it is of one; what it ends is over."""
        run = None
        if kind.is_append:
            run = self._appends = self._appends or _Run(position, position)
        elif kind.is_delta:
            run = self._deltas.get(key)
            if run is None:
                run = self._deltas[key] = _Run(position, position)
        if kind.ends_appends:
            self._appends = None
        elif kind.ends_deltas:
            self._deltas.clear()
        return run


def _kind_of(event_type: str) -> _Kind | None:
    is_append = event_type == APPEND
    kind = _Kind(
        is_append=is_append,
        is_delta=event_type.endswith(".delta"),
        ends_appends=event_type.startswith(_INPUT_BUFFER) and not is_append,
        ends_deltas=event_type == "response.done",
    )
    return kind if any(kind) else None
