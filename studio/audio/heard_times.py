"""When a card's blocks reach the ear, without what a sound system only imagines of its own delay.

A card fetches its blocks at an even pace, and what it has fetched reaches the ear that much later,
always. What it says about the delay wanders, though: PulseAudio's account was seen to grow by 45 ms
in five seconds and to shrink again, while every block was fetched on time. So the line on which the
blocks lie follows what is said no faster than clocks can drift, and leaps only when the fetching
itself does: then the card ran dry, and all that follows is heard later.
"""

from __future__ import annotations

from collections import deque

_SETTLING_BLOCKS = 10
_DRIFT = 2e-4
_SLIPPED_S = 0.004
_RECENT_BLOCKS = 25
_IMPLAUSIBLE_S = 0.15
_IMPLAUSIBLE_BLOCKS = 100


class HeardTimes:
    """The line on which the blocks of one run of a stream lie, from its start to its end.

    Args:
        rate_hz: the stream's own rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._blocks = 0
        self._fetched_s = 0.0
        self._delay_s = 0.0  # from a block's turn in the fetching, at an even pace, to the ear
        self._fetched: deque[float] = deque(maxlen=_RECENT_BLOCKS)
        self._began = 0.0  # when the first block would have been fetched at that pace
        self._astray = 0

    def begin(self, fetched_at: float, told_delay_s: float, n_samples: int) -> float:
        """When the next block's first sample is heard (clock seconds).

        Args:
            fetched_at: when the card fetches it; it may be late, and is never early.
            told_delay_s: how long it takes from there to the ear, by the card's account.
            n_samples: its length.
        """
        self._fetched.append(fetched_at - self._fetched_s)
        seconds = n_samples / self._rate_hz
        self._follow_fetching(seconds)
        self._follow_account(fetched_at + told_delay_s, seconds)
        heard_at = self._began + self._fetched_s + self._delay_s
        self._blocks += 1
        self._fetched_s += seconds
        return heard_at

    def _follow_fetching(self, seconds: float) -> None:
        """The pace shows in the blocks that came soonest; a slip moves all of them."""
        soonest = min(self._fetched)
        moved_s = soonest - self._began
        if self._blocks < _RECENT_BLOCKS:
            self._delay_s -= moved_s if self._blocks else 0.0
            self._began = soonest
        elif abs(moved_s) > _SLIPPED_S:
            self._began = soonest
        else:
            self._began += _within(_DRIFT * seconds, moved_s)

    def _follow_account(self, told: float, seconds: float) -> None:
        error_s = told - (self._began + self._fetched_s + self._delay_s)
        self._astray = self._astray + 1 if abs(error_s) > _IMPLAUSIBLE_S else 0
        if self._astray > _IMPLAUSIBLE_BLOCKS:
            self._delay_s += error_s
        elif self._blocks < _SETTLING_BLOCKS:
            self._delay_s += error_s / (self._blocks + 1)
        else:
            self._delay_s += _within(_DRIFT * seconds, error_s)


def _within(most_s: float, error_s: float) -> float:
    return min(most_s, max(-most_s, error_s))
