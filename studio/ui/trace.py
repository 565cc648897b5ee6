"""The last seconds of the latest-value cells: what the meter draws over time."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.audio.level import FLOOR_DB
from studio.audio.playout import Playing
from studio.core.units import VAD_FRAME_MS
from studio.runtime.cells import Cells
from studio.session.speech import output_format

if TYPE_CHECKING:
    from studio.session.curves import Curves, Values
    from studio.session.state import SessionState

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
        self._curves: Curves | None = None

    def take(self, cells: Cells) -> bool:
        """Sample the cells; whether they were fresh."""
        if cells is self.cells:
            return False
        self.cells = cells
        last = self.frames[-1][0] if self.frames else -1
        self.frames.extend(frame for frame in cells.probabilities if frame[0] > last)
        self.sound_began_at = cells.at - cells.sent_ms / 1000
        return True

    def replay(self, at: float, state: SessionState, curves: Curves | None) -> None:
        """Be as it was at session second `at`, as far as state and curves of a recording tell."""
        cells = Cells(at=at, playing=_playing(state, at))
        if curves is not None:
            mic_db, voice_db = (
                _level(curves, curves.input_db, at),
                _level(curves, curves.output_db, at),
            )
            cells = replace(
                cells,
                input_db=mic_db,
                input_peak_db=mic_db,
                output_db=voice_db,
                output_peak_db=voice_db,
            )
        if cells == self.cells and curves is self._curves:
            return
        self.cells, self._curves = cells, curves
        self.frames.clear()
        self.sound_began_at = 0.0
        if curves is not None and curves.probability.size:
            end = int(at / curves.step_s)
            first = max(0, end - KEPT_FRAMES)
            heard = curves.probability[first:end].tolist()
            self.frames.extend(
                (index, p) for index, p in enumerate(heard, first) if not math.isnan(p)
            )

    def frame_at(self, index: int) -> float:
        """Session seconds at which a frame began to be sent."""
        return self.sound_began_at + index * VAD_FRAME_MS / 1000


def _level(curves: Curves, values: Values, at: float) -> float:
    """The level at a session second; silence where none is known."""
    index = int(at / curves.step_s)
    level = float(values[index]) if index < values.size else math.nan
    return FLOOR_DB if math.isnan(level) else level


def _playing(state: SessionState, at: float) -> Playing | None:
    """The voice at the ear, by when its first sample was heard."""
    for head in reversed(state.playback.heads):
        if head.heard_at is None or head.ended_at is not None:
            continue
        output = output_format(state)
        received_ms = output.bytes_to_ms(head.received_bytes)
        played_ms = min(max(0.0, at - head.heard_at) * 1000, received_ms)
        return Playing(head.item_id, head.content_index, played_ms, received_ms)
    return None
