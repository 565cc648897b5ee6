"""What a speaker played and when it reached the ear: the reference for echo.

Written by a card's thread, read by the event loop.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT_S = 4.0
"""How far back it can be read."""


class PlayedSound:
    """The last seconds of a speaker's sound on the clock's axis.

    Args:
        rate_hz: the speaker's own rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._lock = Lock()

    def write(self, samples: NDArray[np.int16], heard_at: float) -> None:
        """Samples on their way to the ear; the first reaches it at `heard_at` (clock seconds)."""
        raise NotImplementedError

    def cut(self, at: float) -> None:
        """What would have been heard from `at` on was thrown away."""
        raise NotImplementedError

    def between(self, begin: float, n_samples: int) -> NDArray[np.int16]:
        """What was at the ear from `begin` on; zeros where nothing was, or nothing is known."""
        raise NotImplementedError
