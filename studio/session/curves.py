"""How loud a session was and how much like speech, over time: the curves under its turns.

A track counts milliseconds of audio, everything else counts session seconds. `TrackCurves` is what
a reader of the tracks finds, frame by frame of audio; `placed` puts it where it was captured and
heard.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.core.units import VAD_FRAME_MS

Values = NDArray[np.float32]
Numbers = NDArray[np.floating[Any]]

STEP_S = VAD_FRAME_MS / 1000
_BIN_MS = 1_000
_BINS_AHEAD = 3
_GAP_S = 0.1
"""Sound that pauses for longer did not flow; below this it is the grid."""
_LONGEST_S = 86_400.0
"""No session lasts longer; a time beyond it is noise and must not fill the memory."""


def _empty() -> Values:
    return np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class TrackCurves:
    """What the tracks of a session hold, one value for each 32 ms of audio from their beginning.

    Attributes:
        input_db: the level of what was sent, dBFS.
        output_db: the level of what was received, dBFS.
        probability: how much what was sent is like speech, by the local VAD; it may lag behind.
        is_whole: whether all was read that the files held.
        problem: why something cannot be had, in words.
    """

    input_db: Values = field(default_factory=_empty)
    output_db: Values = field(default_factory=_empty)
    probability: Values = field(default_factory=_empty)
    is_whole: bool = True
    problem: str = ""


class Blocks(NamedTuple):
    """Blocks of sent audio: where each ends in the track, in ms, and when it was sent."""

    end_ms: NDArray[np.float64]
    sent_at: NDArray[np.float64]


NO_BLOCKS = Blocks(np.zeros(0), np.zeros(0))


class Voice(NamedTuple):
    """A part of the output track that was heard."""

    heard_at: float
    track_ms: float
    played_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The curves on the session's clock: a value for each `step_s` from session second 0.

    A value that is not known is not a number: no sound was sent or heard then.

    Attributes:
        input_db: the microphone's level, dBFS.
        output_db: the level of the voice where it was heard, dBFS.
        probability: the local VAD's, of the microphone's sound.
        blocks: what the input track was sent in.
    """

    step_s: float = STEP_S
    input_db: Values = field(default_factory=_empty)
    output_db: Values = field(default_factory=_empty)
    probability: Values = field(default_factory=_empty)
    blocks: Blocks = NO_BLOCKS

    def loudest_db(self, begin: float, end: float) -> float | None:
        """The microphone's highest level between two session seconds; None where none is known."""
        return self._highest(self.input_db, begin, end)

    def likeliest(self, begin: float, end: float) -> float | None:
        """The highest probability of speech between two session seconds."""
        return self._highest(self.probability, begin, end)

    def _highest(self, values: Values, begin: float, end: float) -> float | None:
        found = peaks(values, np.array([begin, max(end, begin + self.step_s)]) / self.step_s)
        return None if np.isnan(found[0]) else float(found[0])


def peaks(values: Numbers, edges: NDArray[np.float64]) -> Numbers:
    """The highest value between each edge and the next; not a number where there is none.

    Edges are positions in `values` and ascend. A cell that is narrower than a value shows the value
    that it lies in.
    """
    cells = edges.size - 1
    found = np.full(max(cells, 0), np.nan, values.dtype)
    if cells <= 0 or not values.size:
        return found
    starts = np.floor(edges).astype(np.int64)
    first, last = starts[:-1], np.maximum(starts[1:], starts[:-1] + 1)
    is_there = (last > 0) & (first < values.size)
    if not is_there.any():
        return found
    first, last = np.clip(first[is_there], 0, None), np.clip(last[is_there], None, values.size)
    low = np.where(np.isnan(values[first[0] : last[-1]]), -np.inf, values[first[0] : last[-1]])
    pairs = np.empty(first.size * 2, np.int64)
    pairs[0::2], pairs[1::2] = first - first[0], last - first[0]
    highest = np.maximum.reduceat(np.append(low, -np.inf), pairs)[0::2]
    found[is_there] = np.where(np.isneginf(highest), np.nan, highest)
    return found


def placed(tracks: TrackCurves, blocks: Blocks, voices: Iterable[Voice]) -> Curves:
    """The curves of the tracks on the session's clock."""
    frames = max(tracks.input_db.size, tracks.probability.size)
    captured = captured_at(blocks, np.arange(frames + 1, dtype=np.float64) * VAD_FRAME_MS)
    return Curves(
        input_db=_on_the_grid(tracks.input_db, captured),
        probability=_on_the_grid(tracks.probability, captured),
        output_db=_heard(tracks.output_db, voices),
        blocks=blocks,
    )


def captured_at(blocks: Blocks, ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """The session seconds at which these places of the input track were at the microphone.

    Sound is captured evenly and sent a little later, sometimes much: the block that was least late
    within the next seconds tells when. Seconds ascend.
    """
    if not blocks.end_ms.size:
        return ms / 1000
    late = blocks.sent_at - blocks.end_ms / 1000
    bins = np.floor(blocks.end_ms / _BIN_MS)
    starts = np.flatnonzero(np.diff(bins, prepend=-1.0))
    least = np.minimum.reduceat(late, starts)
    ahead = least.copy()
    for further in range(1, _BINS_AHEAD):
        ahead[:-further] = np.minimum(ahead[:-further], least[further:])
    begins = np.concatenate(([0.0], blocks.end_ms[starts[1:] - 1]))
    which = np.searchsorted(begins, ms, "right") - 1
    return np.maximum.accumulate(ms / 1000 + ahead[np.maximum(which, 0)])


def _on_the_grid(values: Values, captured: NDArray[np.float64]) -> Values:
    if not values.size:
        return _empty()
    begins = captured[: values.size]
    end = min(max(captured[values.size], 0.0), _LONGEST_S)
    middles = (np.arange(int(end / STEP_S) + 1) + 0.5) * STEP_S
    which = np.searchsorted(begins, middles, "right") - 1
    flows = (which >= 0) & (middles - begins[which] < _GAP_S)
    return np.where(flows, values[which], np.float32(np.nan)).astype(np.float32)


def _heard(values: Values, voices: Iterable[Voice]) -> Values:
    known = [
        each
        for each in voices
        if each.played_ms > 0 and 0 <= each.heard_at <= _LONGEST_S - each.played_ms / 1000
    ]
    if not values.size or not known:
        return _empty()
    end = max(each.heard_at + each.played_ms / 1000 for each in known)
    grid = np.full(int(end / STEP_S) + 1, np.nan, np.float32)
    for voice in known:
        first = int(voice.heard_at / STEP_S)
        last = int((voice.heard_at + voice.played_ms / 1000) / STEP_S) + 1
        heard_ms = np.maximum((np.arange(first, last) + 0.5) * STEP_S - voice.heard_at, 0) * 1000
        places = ((voice.track_ms + heard_ms) / VAD_FRAME_MS).astype(np.int64)
        is_there = places < values.size
        grid[first:last][is_there] = values[places[is_there]]
    return grid
