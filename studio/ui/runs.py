"""The inspector's rows: one for an event, one for a run of deltas or of appended audio.

A run stands where it began and grows in place. Audio, words and appends interleave on the wire, so
a run is not broken by what comes between: only another item, or an event about the input buffer
for appends, begins another. Append-only.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.storage.store import EventStore, Row

_APPEND = "input_audio_buffer.append"
_INPUT_BUFFER = "input_audio_buffer."


@dataclass(slots=True)
class Run:
    """An event, or a run of events of one stream.

    Attributes:
        type: the wire type of all its events.
        first_at: session seconds of its first event.
        last_at: session seconds of its latest event.
        previous_at: session seconds at which the row before it began.
        audio_bytes: decoded audio in all its events.
        positions: its events' places in the store.
    """

    type: str
    first_at: float
    last_at: float
    previous_at: float
    audio_bytes: int = 0
    positions: array[int] = field(default_factory=lambda: array("L"))

    def __len__(self) -> int:
        return len(self.positions)

    def until(self, end: int, store: EventStore) -> Run:
        """The run as it was when the store held `end` events."""
        kept = bisect_left(self.positions, end)
        if kept == len(self.positions):
            return self
        rows = [store.row(position) for position in self.positions[:kept]]
        return replace(
            self,
            last_at=rows[-1].at,
            audio_bytes=sum(row.audio_bytes for row in rows),
            positions=self.positions[:kept],
        )


class Runs:
    """All rows of a session, built one event at a time."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._open: dict[str, Run] = {}
        self._numbers = array("L")

    def __len__(self) -> int:
        return len(self._runs)

    def __getitem__(self, number: int) -> Run:
        return self._runs[number]

    def append(self, position: int, row: Row) -> None:
        """Take in the event that stands at `position` in the store."""
        stream = _stream(row)
        run = self._open.get(stream) if stream else None
        if run is None:
            previous_at = self._runs[-1].first_at if self._runs else 0.0
            run = Run(row.type, row.at, row.at, previous_at)
            self._runs.append(run)
            self._numbers.append(position)
            if stream:
                self._open[stream] = run
        run.last_at = row.at
        run.audio_bytes += row.audio_bytes
        run.positions.append(position)
        if row.type.startswith(_INPUT_BUFFER) and row.type != _APPEND:
            self._open.pop(_APPEND, None)
        elif row.type == "response.done":
            self._open = {name: each for name, each in self._open.items() if name == _APPEND}

    def place(self, position: int) -> tuple[int, int]:
        """The number of the run that holds the event at `position`, and its place in the run."""
        number = bisect_right(self._numbers, position) - 1
        while number >= 0:
            positions = self._runs[number].positions
            at = bisect_right(positions, position) - 1
            if at >= 0 and positions[at] == position:
                return number, at
            number -= 1
        raise IndexError(position)


def _stream(row: Row) -> str:
    """The name of the run an event belongs to; empty where it stands alone."""
    if row.type == _APPEND:
        return _APPEND
    return f"{row.type} {row.item_id}" if row.type.endswith(".delta") else ""
