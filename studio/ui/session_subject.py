"""The session on the screen as a subject of the lab: its microphone, and what the server said.

All is in ms of the sound that was sent, as the server counts. What the tracks do not tell yet, the
worker's own detector does, which hears the same frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.core.units import VAD_FRAME_MS
from studio.session.curves import peaks
from studio.ui.present.meter import Bit
from studio.ui.tuning import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from studio.session.curves import TrackCurves, Values
    from studio.ui.shown import Shown
    from studio.vad.whole import Probabilities


class Levels:
    """Levels in dBFS, one for each 32 ms, as peaks."""

    def __init__(self, level_db: Values) -> None:
        self._amplitude = np.power(10.0, level_db.astype(np.float64) / 20)

    def peaks(self, begin_ms: float, cell_ms: float, cells: int) -> NDArray[np.float64]:
        """The peak of each cell from 0 to 1; not a number where there is no sound."""
        edges = (begin_ms + np.arange(cells + 1) * cell_ms) / VAD_FRAME_MS
        return peaks(self._amplitude, edges).astype(np.float64)


def session_subject(live: Shown, tracks: TrackCurves) -> Subject:
    """A session as far as it is known."""
    frames = () if live.is_recording else live.trace.frames
    heard = extended(tracks.probability, frames)
    duration_ms = max(tracks.input_db.size, heard.size) * VAD_FRAME_MS
    spans = live.whole.speech.server
    server = [
        Bit(each.start_ms / 1000, None if each.end_ms is None else each.end_ms / 1000)
        for each in spans
    ]
    return Subject(
        duration_ms=duration_ms,
        sound=Levels(tracks.input_db),
        probabilities=heard,
        share=heard.size * VAD_FRAME_MS / duration_ms if duration_ms else 0.0,
        server=server,
    )


def extended(known: Values, frames: Iterable[tuple[int, float]]) -> Probabilities:
    """Probabilities with later frames after them; not a number where one is missing between."""
    later = [each for each in frames if each[0] >= known.size]
    if not later:
        return known.astype(np.float64)
    found = np.full(later[-1][0] + 1, np.nan)
    found[: known.size] = known
    places, values = zip(*later, strict=True)
    found[list(places)] = values
    return found
