"""What the inspector holds beside the events: the list, its filter, search, marks and pause.

No Textual here; `widgets.inspector_pane` turns keys into calls and lines into pictures.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING

import numpy as np

from studio.ui.facts import KnownFacts
from studio.ui.finding import Finding
from studio.ui.listing import Listing, Place
from studio.ui.rows import Rows
from studio.ui.selecting import Selecting
from studio.ui.strands import Strands

if TYPE_CHECKING:
    from studio.query.filter import Filter
    from studio.storage.store import EventStore
    from studio.ui.shown import Shown


class Inspection:
    """One session under the inspector.

    Attributes:
        shown: the session.
        listing: the lines and the cursor.
        strands: which events belong together.
        facts: turn, anchor and problem of each event.
        marks: positions that the person marked, in order.
        finding: the search, None where nothing is looked for.
        is_paused: whether the list is held still.
    """

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.listing = Listing(shown.store.columns)
        self.strands = Strands()
        self.facts = KnownFacts()
        self.marks: list[int] = []
        self.finding: Finding | None = None
        self.is_paused = False
        self._selecting: Selecting | None = None  # not done yet
        self._selected: Selecting | None = None
        self._is_stale = False  # facts changed under a filter that may go by them

    @property
    def store(self) -> EventStore:
        """The session's events."""
        return self.shown.store

    @property
    def waiting(self) -> int:
        """How many events came since the pause."""
        return len(self.store) - self.listing.rows.total if self.is_paused else 0

    @property
    def counts(self) -> tuple[int, int]:
        """How many events are listed, and of how many."""
        return self.listing.rows.listed, self.listing.rows.total

    @property
    def is_behind(self) -> bool:
        """Whether the next `take` is wanted, also where nothing comes."""
        return self.facts.is_behind

    def turn_of(self, position: int) -> int:
        """The number of an event's turn, 0 where it is in none."""
        self.facts.take(self.shown, at_once=True)
        return self.facts.turn_of(position)

    def take(self, *, needs_facts: bool) -> None:
        """Take in what came since the last call; `needs_facts` where columns tell of them."""
        wanted = self._selected.wanted if self._selected else None
        if needs_facts or (wanted is not None and wanted.needs_facts):
            self._take_facts()
        if self.is_paused:
            return
        columns, stop = self.store.columns, len(self.store)
        if stop == self.listing.rows.total:
            return
        verdicts = self._selected.verdicts(self.facts) if self._selected else None
        self.listing.take(columns, stop, verdicts)
        self.strands.take(columns, stop)
        if self.finding is not None:
            self.finding.take(self.store)

    def _take_facts(self) -> None:
        """Facts of old events may change; a filter that goes by them is asked again."""
        self._is_stale |= self.facts.take(self.shown) is not None
        selected = self._selected
        if self._is_stale and self._selecting is None and selected is not None:
            self._is_stale = False
            if selected.wanted.needs_facts:
                self.select(selected.wanted)

    def hold(self, *, still: bool) -> None:
        """Hold the list still, or let it run."""
        self.is_paused = still

    # The filter

    @property
    def wanted(self) -> Filter | None:
        """The filter that is in force or on its way; None for everything."""
        now = self._selecting or self._selected
        return None if now is None else now.wanted

    @property
    def share(self) -> float | None:
        """How far the filter has come, from 0 to 1; None where it is through."""
        return None if self._selecting is None else self._selecting.share

    @property
    def finds_nothing(self) -> bool:
        """Whether the filter that is on its way is through, and means none of the events."""
        found = self._selecting
        return found is not None and found.is_done and not found.rows.listed

    def select(self, wanted: Filter | None) -> None:
        """List only what a filter means, or everything; `step` does the work."""
        if wanted is not None:
            if wanted.needs_facts:
                self.facts.take(self.shown, at_once=True)
            total = self.listing.rows.total
            self._selecting = Selecting(wanted, self.store, self.facts, total)
            return
        self._selecting = None
        if self._selected is not None:
            self._selected = None
            rows = Rows()
            rows.take(self.listing.columns, self.listing.rows.total)
            self.listing.relist(rows)

    def step(self) -> bool:
        """Ask the filter about another stretch; whether there is more to ask before `finish`."""
        if self._selecting is None or self._selecting.is_done:
            return False
        self._selecting.step()
        return not self._selecting.is_done

    def finish(self) -> None:
        """List what the filter means, with what came while it was asked."""
        if self._selecting is None:
            return
        self._selected, self._selecting = self._selecting, None
        rows, total = self._selected.rows, self.listing.rows.total
        if rows.total < total:
            missing = total - rows.total
            rows.take(self.store.columns, total, self._selected.verdicts(self.facts)[:missing])
        self.listing.relist(rows)

    # Search and marks

    def find(self, words: str) -> None:
        """Look for words; none ends the search."""
        self.finding = Finding(words, self.store) if words else None

    def found(self, direction: int, *, include_here: bool = False) -> int | None:
        """The listed match after the cursor, or the one before; None where there is none."""
        if self.finding is None:
            return None
        listing = self.listing
        return self.finding.next(listing.rows, listing.cursor, direction, include_here=include_here)

    def mark(self) -> bool:
        """Mark the event at the cursor, or take its mark away; whether it has one now."""
        cursor = self.listing.cursor
        if cursor in self.marks:
            self.marks.remove(cursor)
            return False
        insort(self.marks, cursor)
        return True

    def next_mark(self) -> int | None:
        """The listed mark after the cursor, round the end; None where there is none."""
        listed = [each for each in self.marks if self.listing.rows.lists(each)]
        at = bisect_right(listed, self.listing.cursor)
        return listed[at % len(listed)] if listed else None

    def holds_mark(self, first: int, last: int, row: int) -> bool:
        """Whether an event of a row, from its first to its last, is marked."""
        among = self.marks[bisect_left(self.marks, first) : bisect_right(self.marks, last)]
        rows, columns = self.listing.rows, self.listing.columns
        return any(rows.number_of(each, columns) == row for each in among)

    def holds_match(self, first: int, last: int, row: int) -> bool:
        """Whether the search found an event of a row."""
        if self.finding is None:
            return False
        found = self.finding.positions
        among = found[np.searchsorted(found, first) : np.searchsorted(found, last, "right")]
        if len(among) > _FEW:
            among = among[: int(self.listing.rows.counts[row])]
        rows, columns = self.listing.rows, self.listing.columns
        return any(rows.number_of(each, columns) == row for each in among.tolist())

    # Where the recording is

    @property
    def here(self) -> int:
        """The position of the event that was folded last."""
        return min(self.shown.position, self.listing.rows.total) - 1

    @property
    def is_complete(self) -> bool:
        """Whether all events are folded that are known."""
        return self.shown.position >= len(self.store)

    @property
    def is_at_its_end(self) -> bool:
        """Whether to follow is to stay at the last line.

        So it is live, and in a recording that stays at its end: the newest row shows before all
        that is above it is folded.
        """
        recording = self.shown.recording
        return not self.is_paused and (
            self.is_complete or (recording is not None and recording.follows)
        )

    @property
    def is_played(self) -> bool:
        """Whether a recording plays: to follow is to go along with it."""
        return self.shown.recording is not None and self.shown.recording.is_playing

    def line_to_follow(self) -> int:
        """The line of the newest event, or of the one that the recording has come to."""
        if self.is_at_its_end:
            return len(self.listing) - 1
        firsts = self.listing.rows.firsts
        row = int(np.searchsorted(firsts, self.here, "right")) - 1
        return self.listing.line_of(Place(max(0, row))) if len(firsts) else 0


_FEW = 200
