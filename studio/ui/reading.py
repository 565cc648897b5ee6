"""A stored session that is taken in a moment at a time: read to its end, folded, then followed.

All its rows are known before the first of them is folded: rows are what one looks at first, and
reading takes a tenth of the time that folding does. No Textual here, and no time but that of the
clock that is passed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.export.placed import Placing
from studio.session.checkpoints import Checkpoints
from studio.session.local import CallerSaid
from studio.session.order import Order
from studio.session.turns import TurnReader
from studio.ui.growing import Growing
from studio.ui.present.replay_line import Landmarks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.core.clock import Clock
    from studio.export.placed import Placement
    from studio.session.envelope import Envelope
    from studio.session.state import SessionState
    from studio.ui.desk import Recorded

_READING_S, _FOLDING_S = 0.03, 0.01
"""For how long it is read, or folded, at a time: keys and paints wait no longer than that."""

_LONGEST_READING_S, _READING_SHARE = 0.12, 2.0
"""Where keys and paints take long themselves, it is read for twice as long as they took."""

_SLICE = 64
"""Events that are folded between two looks at the clock."""

_REFRESH_S = 0.25
"""How often it is looked for what was written since."""

_LONGEST_S = 1e6
"""No session lasts longer: eleven days."""

_NEARLY = 0.99
_FORMATS = ("input_format", "output_format")


class Reading:
    """A stored session, as far as it is read and folded.

    Args:
        recorded: the session.
        clock: tells how long work has taken.

    Attributes:
        order: what of the folded events came late or out of order.
        is_written: whether somebody still writes it, as far as is known.
        whole: the fold of what was folded at the last `mark`.
        landmarks: what was marked then.
    """

    def __init__(self, recorded: Recorded, clock: Clock) -> None:
        self.order = Order()
        self.is_written = True
        self.landmarks = Landmarks()
        self._recorded = recorded
        self._store = recorded.store
        self._clock = clock
        self._checkpoints = Checkpoints(self._envelope)
        self.whole = self._checkpoints.latest
        self._placing = Placing(
            *(AudioFormat(recorded.header.get(each) or "pcm16") for each in _FORMATS)
        )
        self._placed: tuple[int, Placement] | None = None
        self._said: list[tuple[int, CallerSaid]] = []
        self._times = Growing(np.float64)
        self._turn_reader = TurnReader()
        self._marked = 0
        self._has_more = True
        self._looked_at = clock.monotonic() - _REFRESH_S
        self._left_at = clock.monotonic()

    @property
    def folded(self) -> int:
        """The last position that can be shown."""
        return self._checkpoints.built

    @property
    def is_ready(self) -> bool:
        """Whether all that is known is folded."""
        return not self._has_more and self.folded == len(self._store)

    @property
    def ready(self) -> float:
        """How much of the time that is known is folded, from 0 to 1."""
        if self.is_ready:
            return 1.0
        return min(self.moment(self.folded) / self.end, _NEARLY) if self.end else _NEARLY

    @property
    def end(self) -> float:
        """Session seconds of the last event that is known."""
        return self.moment(len(self._times))

    def work(self) -> None:
        """Go on for a moment; rows that have just come are looked at before they are folded."""
        began = self._clock.monotonic()
        until = began + _FOLDING_S
        if self._has_more:
            others_s = (began - self._left_at) * _READING_SHARE
            self._has_more = self._recorded.load(min(max(_READING_S, others_s), _LONGEST_READING_S))
        is_due = self._clock.monotonic() - self._looked_at >= _REFRESH_S
        if self.is_written and not self._has_more and is_due:
            self.is_written = self._recorded.refresh()
            self._looked_at = self._clock.monotonic()
        self._take_in()
        while not self._has_more and self.folded < len(self._store):
            if self._clock.monotonic() >= until:
                break
            self._checkpoints.build(min(self.folded + _SLICE, len(self._store)))
        self._left_at = self._clock.monotonic()

    def mark(self) -> None:
        """Find turns and problems in what is folded by now."""
        if self._marked == self.folded:
            return
        self._marked = self.folded
        whole = self.whole = self._checkpoints.latest
        self.landmarks = Landmarks(
            turns=tuple(turn.started_at for turn in self._turn_reader.read(whole)),
            problems=tuple(
                each.at for each in whole.problems if not each.benign and each.severity != "info"
            ),
        )

    def place(self, at: float) -> int:
        """How many events there were at a session second."""
        return int(np.searchsorted(self._times.values, at, side="right"))

    def moment(self, position: int) -> float:
        """When the last of so many events was."""
        return float(self._times.values[position - 1]) if 0 < position <= len(self._times) else 0.0

    def state_at(self, position: int) -> SessionState:
        """The state after so many events, of those that are folded."""
        return self._checkpoints.state_at(position)

    def scripts_at(self, position: int) -> Sequence[CallerSaid]:
        """What the virtual microphone was given to say in so many events."""
        return [said for at, said in self._said if at < position]

    def placement(self) -> Placement:
        """Where the tracks lie on the time line, as far as the session is folded."""
        if self._placed is None or self._placed[0] != self.folded:
            whole = self._checkpoints.latest
            placement = self._placing.placement(whole.playback.heads, whole.last_at)
            self._placed = (self.folded, placement)
        return self._placed[1]

    def _take_in(self) -> None:
        """The times of the events that came.

        A foreign log's times may go back, or beyond all measure; a play-head does not.
        """
        known = len(self._times)
        if known == len(self._store):
            return
        came = np.fmax(self._store.columns.at[known:], self.end)  # of a number and none, the number
        self._times.add(np.maximum.accumulate(np.minimum(came, _LONGEST_S, out=came), out=came))

    def _envelope(self, index: int) -> Envelope | None:
        try:
            envelope = self._store.envelope(index)
        except StudioError:
            return None
        if index >= self.folded:
            self.order.take(envelope)
            self._placing.see(envelope)
            if isinstance(envelope.event, CallerSaid):
                self._said.append((index, envelope.event))
        return envelope
