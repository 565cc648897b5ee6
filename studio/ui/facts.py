"""What the session says about its events, kept while it grows: only what changed is asked again."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING

import numpy as np

from studio.session.facts import facts_of
from studio.session.turns import Turn, turns
from studio.ui.growing import Growing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from studio.session.state import Problem, SessionState
    from studio.ui.shown import Shown

_BEFORE_S = 1.0
"""A turn's own events may come so long before the first news of it: a typed message does."""
_LOOKS_EVENTS = 50_000
_LOOKS_TURNS = 200


class KnownFacts:
    """The facts of the events of one session (`query.table.Facts`), as of its furthest state.

    Args:
        looks_events: so many to ask about make the next asking wait for one look more.
        looks_turns: so do so many turns.

    Attributes:
        is_behind: whether the latest asking was passed over: it is to be asked again, also where
            nothing comes any more.
    """

    def __init__(self, looks_events: int = _LOOKS_EVENTS, looks_turns: int = _LOOKS_TURNS) -> None:
        self.is_behind = False
        self._looks_events = looks_events
        self._looks_turns = looks_turns
        self._turn = Growing(np.uint32)
        self._problem = Growing(np.bool_)
        self._anchor_s = Growing(np.float64)
        self._state: SessionState | None = None
        self._turns: Sequence[Turn] = ()
        self._problems: Sequence[Problem] = ()
        self._looks = 0

    @property
    def turn(self) -> NDArray[np.uint32]:
        """The number of each event's turn, 0 where it is in none."""
        return self._turn.values

    @property
    def problem(self) -> NDArray[np.bool_]:
        """Whether each event told of a problem."""
        return self._problem.values

    @property
    def anchor_s(self) -> NDArray[np.float64]:
        """The session second of each event's turn's anchor, NaN where there is none."""
        return self._anchor_s.values

    def turn_of(self, position: int) -> int:
        """The number of an event's turn, 0 where none is known."""
        return int(self.turn[position]) if position < len(self._turn) else 0

    def since_anchor_s(self, position: int, at: float) -> float | None:
        """Seconds from the anchor of an event's turn; None where there is none."""
        anchor = self.anchor_s[position] if position < len(self._anchor_s) else np.nan
        return None if np.isnan(anchor) else at - float(anchor)

    def take(self, shown: Shown, *, at_once: bool = False) -> int | None:
        """Take in what is known now.

        Where there is much to ask about, some calls are passed over, unless it is wanted at once.

        Returns:
            The first of the events that were known before and are told otherwise now, or None.
        """
        state, store = shown.whole, shown.store
        before = len(self._turn)
        self._looks -= 1
        is_news = state is not self._state or len(store) != before
        self.is_behind = is_news and self._looks > 0 and not at_once
        if not is_news or self.is_behind:
            return None
        known = turns(state)
        is_same = known is self._turns and state.problems is self._problems
        start = before if is_same else min(before, self._first_changed(shown, state, known))
        facts = facts_of(state, store, start)
        changed = self._write(start, before, facts.turn, facts.problem, facts.anchor_s)
        self._state, self._turns, self._problems = state, known, state.problems
        asked, of_turns = len(store) - start, len(known)
        self._looks = 1 + asked // self._looks_events + of_turns // self._looks_turns
        return changed

    def _first_changed(self, shown: Shown, state: SessionState, known: Sequence[Turn]) -> int:
        """The first event whose facts may be others now."""
        columns = shown.store.columns
        same = len(list(_while_same(self._turns, known)))
        changed = [*self._turns[same : same + 1], *known[same : same + 1]]
        starts = [
            min(turn.started_at, turn.latency.decided_at or turn.started_at) for turn in changed
        ]
        first = len(shown.store)
        if starts:
            first = int(np.searchsorted(columns.at, min(starts) - _BEFORE_S))
        told = {problem.seq for problem in state.problems[len(self._problems) :]}
        if told:
            first = min(first, int(np.searchsorted(columns.seq, min(told))))
        return first

    def _write(
        self,
        start: int,
        before: int,
        turn: NDArray[np.uint32],
        problem: NDArray[np.bool_],
        anchor_s: NDArray[np.float64],
    ) -> int | None:
        """Write from `start` on; the first of the `before` known events that is another now."""
        differs = np.zeros(max(0, before - start), np.bool_)
        for kept, fresh in (
            (self._turn, turn),
            (self._problem, problem),
            (self._anchor_s, anchor_s),
        ):
            place = kept.grow(start + len(fresh))[start:]
            old = place[: len(differs)]
            now = fresh[: len(differs)]
            differs |= (old != now) & ~(np.isnan(old) & np.isnan(now))
            place[:] = fresh
        return start + int(differs.argmax()) if differs.any() else None


def _while_same(one: Sequence[Turn], other: Sequence[Turn]) -> Sequence[Turn]:
    """The turns that both begin with."""
    for at, pair in enumerate(zip(one, other, strict=False)):
        if not is_(*pair):
            return one[:at]
    return one[: min(len(one), len(other))]
