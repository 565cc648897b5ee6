"""Speech faster or slower at its own pitch: overlapping pieces, each laid where it fits best.

WSOLA (Verhelst and Roelands, 1993): the output is made of windows half of which overlap; the next
one is taken from about where the speed demands, at the place nearby that continues the sound best.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SLOWEST_VOICE, FASTEST_VOICE = 0.5, 2.0
"""Between these speeds a stretched voice can be understood."""

_HOP_MS = 15
"""Between two windows of the output; a window is twice as long."""
_SEARCH_MS = 8
"""How far a window may be from where the speed demands: a period of a low voice."""


class Stretch:
    """Stretches a stream of mono samples, block by block; output appears up to 50 ms of input late.

    Output sample `n` is input sample `n * speed`, give or take 16 ms, or 23 ms at double speed.

    Args:
        speed: input seconds for one second of output, 0.5 to 2.
        rate_hz: of both.
    """

    def __init__(self, speed: float, rate_hz: int) -> None:
        self._speed = speed
        self._hop = rate_hz * _HOP_MS // 1000
        self._search = rate_hz * _SEARCH_MS // 1000
        size = 2 * self._hop
        rising = np.arange(size, dtype=np.float32) + np.float32(0.5)
        self._window = (0.5 - 0.5 * np.cos(2 * np.pi * rising / size)).astype(np.float32)
        self._begin = -(self._hop + self._search)
        self._held = np.zeros(-self._begin, np.float32)
        """Input from `_begin` on; begins with as much silence as is looked at before sample 0."""
        self._windows = 0
        self._last = 0
        """Where in the input the last window was taken."""
        self._tail = np.zeros(self._hop, np.float32)

    def process(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """The output that these samples complete."""
        self._held = np.concatenate((self._held, samples.astype(np.float32)))
        made: list[NDArray[np.float32]] = []
        while True:
            wanted = self._wanted()
            end = max(wanted, self._last + self._hop) + self._search + 2 * self._hop
            if end > self._begin + self._held.size:
                break
            made.append(self._next(wanted))
            self._forget()
        if not made:
            return np.zeros(0, np.int16)
        return np.clip(np.rint(np.concatenate(made)), -32768, 32767).astype(np.int16)

    def _wanted(self) -> int:
        """Where the next window is to be taken, so that its middle is where the speed puts it."""
        return round((self._windows + 1) * self._hop * self._speed) - self._hop

    def _next(self, wanted: int) -> NDArray[np.float32]:
        """One hop of output; the window it begins is taken at `wanted` or near it."""
        at = self._best(wanted) if self._windows else wanted
        piece = self._at(at, 2 * self._hop) * self._window
        out = self._tail + piece[: self._hop] if self._windows else self._at(at, self._hop)
        self._tail, self._last = piece[self._hop :], at
        self._windows += 1
        return out

    def _best(self, wanted: int) -> int:
        """The place near `wanted` that is most like what followed the last window."""
        follows = self._at(self._last + self._hop, 2 * self._hop)
        nearby = self._at(wanted - self._search, 2 * (self._search + self._hop))
        likeness = np.correlate(nearby, follows, "valid")
        squares = np.concatenate(([0.0], np.cumsum(np.square(nearby, dtype=np.float64))))
        energy = squares[follows.size :] - squares[: -follows.size]
        scores = likeness / np.sqrt(energy + 1.0)
        place = int(np.argmax(scores))
        if scores[place] <= scores[self._search]:
            place = self._search
        return wanted - self._search + place

    def _at(self, position: int, size: int) -> NDArray[np.float32]:
        start = position - self._begin
        return self._held[start : start + size]

    def _forget(self) -> None:
        """Let go of input that no later window can need."""
        needed = min(self._wanted() - self._search, self._last + self._hop)
        gone = max(0, needed - self._begin)
        self._held = self._held[gone:]
        self._begin += gone
