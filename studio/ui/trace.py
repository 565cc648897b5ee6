"""The last seconds of the latest-value cells: what the meter draws over time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from studio.core.units import VAD_FRAME_MS

if TYPE_CHECKING:
    from studio.runtime.cells import Cells

KEPT_FRAMES = 40_000 // VAD_FRAME_MS


class Trace:
    """Local VAD probabilities by the session second at which their audio was sent.

    Attributes:
        cells: the latest look, None before the first.
        frames: `(frame index, probability)`, oldest first, the last 40 s.
        sound_began_at: session seconds at which the first sample was sent, so that audio time and
            session time can stand on one axis.
    """

    def __init__(self) -> None:
        self.cells: Cells | None = None
        self.frames: deque[tuple[int, float]] = deque(maxlen=KEPT_FRAMES)
        self.sound_began_at = 0.0

    def take(self, cells: Cells) -> bool:
        """Sample the cells; whether they were fresh."""
        if cells is self.cells:
            return False
        self.cells = cells
        last = self.frames[-1][0] if self.frames else -1
        self.frames.extend(frame for frame in cells.probabilities if frame[0] > last)
        self.sound_began_at = cells.at - cells.sent_ms / 1000
        return True

    def frame_at(self, index: int) -> float:
        """Session seconds at which a frame began to be sent."""
        return self.sound_began_at + index * VAD_FRAME_MS / 1000
