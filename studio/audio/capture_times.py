"""When a card's blocks were recorded, without the jitter of what the card says about it.

A card's time for a block is some milliseconds wrong, another number each time, while its samples
follow each other without a gap. Who compares what was recorded with what was played (an echo
canceller) needs times that follow each other, too.
"""

from __future__ import annotations

_TRUST = 0.05  # of a deviation: 0.4 s to follow, with blocks of 20 ms
_UNSURE_BLOCKS = 5  # a stream's first times are up to 18 ms wrong
_LEAP_S = 0.015  # more than that is no jitter: sound was lost, or the card stood still


class CaptureTimes:
    """The line on which the blocks of a stream lie.

    Args:
        rate_hz: the stream's own rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._ended_at: float | None = None
        self._blocks = 0

    def end(self, told_begin: float, n_samples: int) -> float:
        """When the next block ended, whose first sample was recorded at about `told_begin`."""
        begin = told_begin
        self._blocks += 1
        if self._ended_at is not None and self._blocks > _UNSURE_BLOCKS:
            deviation_s = told_begin - self._ended_at
            if abs(deviation_s) <= _LEAP_S:
                begin = self._ended_at + deviation_s * _TRUST
        self._ended_at = begin + n_samples / self._rate_hz
        return self._ended_at
