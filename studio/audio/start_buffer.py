"""How long sound is held back before it is begun, learnt from how late its pieces come.

Pure: times are seconds on the caller's clock. A piece of a part is late when it comes after the
moment at which a part that had been begun with its first piece would need it. A link that delivers
ahead of that need, as most services do, is never waited for.
"""

from __future__ import annotations

import math
from collections import deque

LEAST_MS = 20
"""How much of a part must be there before it is begun, however good the link."""

MOST_MS = 400
"""A wait that is longer would be worse than the gap that it prevents."""

_SAFETY = 1.1
_STEP_S = 0.01
_LITTLE_S = 0.02
_SPELL_S, _SPELLS = 3.0, 12  # of received sound
_FADING_S = 5.0


class Arrivals:
    """When the pieces of one part came, against the pace at which they are played.

    Args:
        first_at: when its first piece came.
    """

    def __init__(self, first_at: float) -> None:
        self._first_at = first_at
        self._received_s = 0.0
        self.earliest_line = first_at
        """The moment that the part would have had to begin at to need its earliest piece just then.

        It moves back with every piece that comes ahead of its need.
        """

    def piece(self, at: float, lasting_s: float) -> float:
        """Note a piece; returns by how many seconds it is late (negative: early)."""
        begun_at = at - self._received_s
        self.earliest_line = min(self.earliest_line, begun_at)
        self._received_s += lasting_s
        return begun_at - self._first_at


class StartBuffer:
    """What recent lateness asks for.

    It covers the second worst of the last spells of sound, since a link that is late twice in half
    a minute is so by its nature. What was later than that is covered at once, and all but a little
    of it is soon forgotten: one hiccup is not worth slower answers for long.
    """

    def __init__(self) -> None:
        self._spells: deque[float] = deque([0.0], maxlen=_SPELLS)
        self._spell_s = 0.0
        self._latest_s = 0.0

    @property
    def wait_s(self) -> float:
        """How long a part waits after its `Arrivals.earliest_line`; none on a good link."""
        *_, second, worst = sorted((0.0, *self._spells))
        late_s = max(second, self._latest_s, min(worst, _LITTLE_S))
        return min(late_s * _SAFETY, (MOST_MS - LEAST_MS) / 1000)

    @property
    def depth_ms(self) -> float:
        """The wait as sound, with the least that has to be there."""
        return LEAST_MS + self.wait_s * 1000

    def learn(self, late_s: float, lasting_s: float) -> None:
        """Take in how late a piece came, and how long it lasts."""
        late_s = min(late_s, MOST_MS / 1000)
        self._latest_s = max(self._latest_s * math.exp(-lasting_s / _FADING_S), late_s)
        self._spells[-1] = max(self._spells[-1], late_s)
        self._spell_s += lasting_s
        if self._spell_s >= _SPELL_S:
            self._spells.append(0.0)
            self._spell_s = 0.0

    def ran_dry(self) -> None:
        """A part had to stop: what was waited for was not enough, however late its piece was.

        A card fetches whole blocks, so a piece can be in time by its own length and yet too late.
        """
        self.learn(self.wait_s / _SAFETY + _STEP_S, 0.0)
