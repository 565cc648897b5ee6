"""The states of a session at any of its positions, for whoever goes to and fro in a stored one.

States share what did not change, so that one of every few hundred can be kept; the one that is
wanted is folded on from the nearest before it.
"""

from __future__ import annotations

from collections.abc import Callable

from studio.session.envelope import Envelope
from studio.session.reduce import reduce
from studio.session.state import SessionState

FIRST_STEP = 256
MOST_STATES = 512

_NEAR = 16
"""States kept between the one before the last position asked for and that position."""


class Checkpoints:
    """States of one session, built from its beginning on.

    Args:
        read: the event at an index, the same whenever it is asked; None for one that cannot be
            read, which changes nothing.
    """

    def __init__(
        self,
        read: Callable[[int], Envelope | None],
        step: int = FIRST_STEP,
        most_states: int = MOST_STATES,
    ) -> None:
        self._read = read
        self._step = step
        self._most_states = most_states
        self._kept = [SessionState()]
        self._latest = self._kept[0]
        self._built = 0
        self._near: dict[int, SessionState] = {}

    @property
    def built(self) -> int:
        """The last position that can be asked for."""
        return self._built

    @property
    def kept(self) -> int:
        """How many states are kept for good."""
        return len(self._kept)

    @property
    def latest(self) -> SessionState:
        """The state at `built`."""
        return self._latest

    def build(self, end: int) -> None:
        """Fold on to position `end`."""
        while self._built < end:
            self._latest = self._after(self._latest, self._built)
            self._built += 1
            if self._built % self._step == 0:
                self._kept.append(self._latest)
                if len(self._kept) > self._most_states:
                    self._thin_out()

    def state_at(self, position: int) -> SessionState:
        """The state after the first `position` events, of those that are built."""
        position = min(max(position, 0), self._built)
        if position == self._built:
            return self._latest
        first = position // self._step * self._step
        at, state = self._nearest(first, position)
        pace = max(1, self._step // _NEAR)
        while at < position:
            state = self._after(state, at)
            at += 1
            if at % pace == 0 or at == position:
                self._near[at] = state
        return state

    def _after(self, state: SessionState, index: int) -> SessionState:
        envelope = self._read(index)
        return state if envelope is None else reduce(state, envelope).state

    def _nearest(self, first: int, position: int) -> tuple[int, SessionState]:
        """The last known state up to `position`; what is not near any more is forgotten."""
        self._near = {
            at: each for at, each in self._near.items() if first < at < first + self._step
        }
        if len(self._near) > 4 * _NEAR:
            self._near.clear()
        at = max((each for each in self._near if each <= position), default=first)
        return at, self._near[at] if at > first else self._kept[first // self._step]

    def _thin_out(self) -> None:
        self._kept = self._kept[::2]
        self._step *= 2
        self._near.clear()
