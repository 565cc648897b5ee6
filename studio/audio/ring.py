"""The bounded queue between a card's thread and the event loop.

One thread writes and one reads, without a lock: the writer never waits and never looks at the
reader, and what was not read in time is written over. Each side changes only its own numbers, and
the writer publishes both of its own in one assignment.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Read(NamedTuple):
    """All that waited: when the last sample ended, and how many were lost before the first."""

    samples: NDArray[np.int16]
    ended_at: float
    lost: int


class SampleRing:
    """The last samples that were recorded.

    Args:
        keep: how many samples may wait to be read; older ones are lost. At most as many may be
            written at once.
    """

    def __init__(self, keep: int) -> None:
        self._keep = keep
        # Twice what may wait, so that the writer needs long to reach what is just being read.
        self._samples = np.zeros(2 * keep, np.int16)
        self._newest = (0, 0.0)
        self._read = 0
        self.lost = 0
        """How many samples were lost since the beginning."""

    def has_news(self) -> bool:
        """Whether something waits to be read."""
        return self._newest[0] > self._read

    def write(self, samples: NDArray[np.int16], ended_at: float) -> None:
        """Add samples, the last of which ended at `ended_at`. For the writer's thread."""
        written, _ = self._newest
        place = written % self._samples.size
        before_wrap = min(samples.size, self._samples.size - place)
        self._samples[place : place + before_wrap] = samples[:before_wrap]
        self._samples[: samples.size - before_wrap] = samples[before_wrap:]
        self._newest = (written + samples.size, ended_at)

    def read(self) -> Read:
        """Take all that waits and is not too old. For the reader's thread."""
        while True:
            written, ended_at = self._newest
            lost = max(0, written - self._read - self._keep)
            begin = self._read + lost
            samples = self._copy(begin, written - begin)
            if self._newest[0] - begin <= self._samples.size:
                break  # else the writer came round and wrote over what was being read
        self._read = written
        self.lost += lost
        return Read(samples, ended_at, lost)

    def _copy(self, begin: int, count: int) -> NDArray[np.int16]:
        place = begin % self._samples.size
        wrapped = max(0, place + count - self._samples.size)
        return np.concatenate(
            (self._samples[place : place + count - wrapped], self._samples[:wrapped])
        )
