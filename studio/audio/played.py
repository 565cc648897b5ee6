"""What a speaker played and when it reached the ear: the reference for echo.

Written by a card's thread, read by the event loop. Samples have positions on one axis that runs at
the speaker's rate; where the axis lies on the clock is learnt from the card's times. Those jitter
by a millisecond or so from block to block and drift away slowly, and neither may tear the sound: a
block that comes about when the last one ended is joined to it, and the axis follows the clock
gently.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT_S = 4.0
"""How far back it can be read, counted from the last sample written."""

JOINED_WITHIN_S = 0.006
"""How far from the last block's end the next may be said to begin and still follow on: more than
the times of a card jitter (3 ms), less than the shortest block that a card drops (10 ms)."""

_TORN_FROM_S = 0.02  # no jitter: there is a gap, or a flush
_ASTRAY_BLOCKS = 3  # in between, one late time alone moves nothing
_FOLLOWED = 0.02  # of a block's deviation: half a second to follow, with blocks of 10 ms


class PlayedSound:
    """The last seconds of a speaker's sound on the clock's axis.

    Args:
        rate_hz: the speaker's own rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._lock = Lock()
        self._ring = np.zeros(int(KEPT_S * rate_hz), np.int16)
        self._end = 0
        self._origin = 0.0
        """The clock's reading at position 0."""
        self._astray = _ASTRAY_BLOCKS

    def write(self, samples: NDArray[np.int16], heard_at: float) -> None:
        """Samples on their way to the ear; the first reaches it at `heard_at` (clock seconds)."""
        with self._lock:
            deviation_s = heard_at - (self._origin + self._end / self.rate_hz)
            self._astray = self._astray + 1 if abs(deviation_s) > JOINED_WITHIN_S else 0
            if abs(deviation_s) < _TORN_FROM_S and self._astray < _ASTRAY_BLOCKS:
                self._origin += _FOLLOWED * deviation_s
            else:
                self._end_at(self._position(heard_at))
                self._astray = 0
            kept = samples[-self._ring.size :]
            self._store(self._end + samples.size - kept.size, kept)
            self._end += samples.size

    def cut(self, at: float) -> None:
        """What would have been heard from `at` on was thrown away."""
        with self._lock:
            self._end_at(min(self._end, self._position(at)))
            self._astray = _ASTRAY_BLOCKS  # what comes next follows on nothing

    def between(self, begin: float, n_samples: int) -> NDArray[np.int16]:
        """What was at the ear from `begin` on; zeros where nothing was, or nothing is known."""
        return self.at(self.position(begin), n_samples)

    def position(self, at: float) -> int:
        """The position on the axis of samples that is at the ear at `at` (clock seconds)."""
        with self._lock:
            return self._position(at)

    def at(self, position: int, n_samples: int) -> NDArray[np.int16]:
        """The samples from a position on; reading on from its end gives sound without a seam."""
        found = np.zeros(n_samples, np.int16)
        with self._lock:
            begin = max(position, self._end - self._ring.size)
            end = min(position + n_samples, self._end)
            if begin < end:
                first, second = self._pieces(begin, end - begin)
                whole = found[begin - position : end - position]
                whole[: first.size] = first
                whole[first.size :] = second
        return found

    def _position(self, at: float) -> int:
        return round((at - self._origin) * self.rate_hz)

    def _end_at(self, position: int) -> None:
        """Go on at another position: silence lies between, or what was written there is void."""
        silent = min(abs(position - self._end), self._ring.size)
        for piece in self._pieces(min(position, self._end), silent):
            piece[:] = 0
        self._end = position

    def _store(self, position: int, samples: NDArray[np.int16]) -> None:
        first, second = self._pieces(position, samples.size)
        first[:] = samples[: first.size]
        second[:] = samples[first.size :]

    def _pieces(self, position: int, count: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Where in the ring `count` samples from `position` on are kept: up to its end, and on."""
        start = position % self._ring.size
        return self._ring[start : start + count], self._ring[
            : max(0, start + count - self._ring.size)
        ]
