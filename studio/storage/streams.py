"""Which events belong together as a run: deltas of one item, blocks of appended audio.

Audio, words and appends interleave on the wire, so a run is not broken by what comes between. A run
of appends ends at any other event about the input buffer, runs of deltas end with the response.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


class Streams:
    """Tells of each event, in order, where its run began.

    Args:
        words: gives the types by their codes.
        begun: the runs that are open, as `begun` told them.
    """

    def __init__(self, words: Words, begun: Iterable[tuple[int, int, int]] = ()) -> None:
        self._words = words
        self._kinds: list[_Kind | None] = []
        self._appends: int | None = None
        self._deltas: dict[tuple[int, int], int] = {}
        for type_code, item_code, position in begun:
            if words.spelled[type_code] == APPEND:
                self._appends = position
            else:
                self._deltas[type_code, item_code] = position

    def begun(self) -> list[tuple[int, int, int]]:
        """The runs that are open: the codes of type and item, and where they began."""
        appends = [] if self._appends is None else [(self._words[APPEND], 0, self._appends)]
        return appends + [(*key, position) for key, position in self._deltas.items()]

    def runs(self, first: int, types: Sequence[int], items: Sequence[int]) -> list[int]:
        """The positions at which the runs of some events began; their own where they stand alone.

        Args:
            first: the position of the first of these events.
            types: the codes of their types.
            items: the codes of the items that they speak of.
        """
        began = list(range(first, first + len(types)))
        while len(self._kinds) < len(self._words.spelled):
            self._kinds.append(_kind_of(self._words.spelled[len(self._kinds)]))
        kinds = self._kinds
        for place, type_code in enumerate(types):
            kind = kinds[type_code]
            if kind is None:
                continue
            if kind.is_append:
                if self._appends is None:
                    self._appends = first + place
                began[place] = self._appends
            elif kind.is_delta:
                key = (type_code, items[place])
                began[place] = self._deltas.setdefault(key, first + place)
            if kind.ends_appends:
                self._appends = None
            elif kind.ends_deltas:
                self._deltas.clear()
        return began


def _kind_of(event_type: str) -> _Kind | None:
    is_append = event_type == APPEND
    kind = _Kind(
        is_append=is_append,
        is_delta=event_type.endswith(".delta"),
        ends_appends=event_type.startswith(_INPUT_BUFFER) and not is_append,
        ends_deltas=event_type == "response.done",
    )
    return kind if any(kind) else None
