"""When a turn would have ended for other silences to wait, and whom that would have cut off."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.core.units import VAD_FRAME_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.vad.segmenter import Rules
    from studio.vad.whole import Frames, Pauses, Spans

SILENCES_MS = (200, 300, 400, 500, 700, 1_000, 1_500)
"""What people choose from."""
_STEP_MS = 10
"""Of a silence that is typed."""


class Ending(NamedTuple):
    """What one silence makes of a turn.

    Attributes:
        silence_ms: to wait for.
        end_ms: where the turn would first have been taken to be over; None where it is not yet.
        cuts: how often it would have been taken while the person went on.
        takes_more: whether what comes after the turn would have been taken for a part of it.
        paused_ms: the pause that would have cut it first; 0 where none does.
        left_ms: where it has not ended: how much more silence it takes; None while speech goes on.
    """

    silence_ms: int
    end_ms: int | None
    cuts: int = 0
    paused_ms: int = 0
    left_ms: int | None = None
    takes_more: bool = False


class AtHand(NamedTuple):
    """A turn, and how it would have ended.

    Attributes:
        begin_ms: where its speech begins.
        said_ms: where its last speech so far ends.
        is_open: whether nothing says yet that it is over.
        whole_from_ms: the least silence that cuts it nowhere; 0 where it has no pause.
    """

    begin_ms: int
    said_ms: int
    is_open: bool
    endings: tuple[Ending, ...]
    whole_from_ms: int = 0


def at_hand(
    pauses: Pauses, rules: Rules, at_ms: float, silences_ms: Sequence[int] = SILENCES_MS
) -> AtHand | None:
    """The turn at a moment, or the last one before it, as each silence would have ended it.

    What belongs together is what the longest of the silences, or that of the rules, keeps together:
    a person who goes on within it had not finished. None where nobody has spoken before.
    """
    longest = max(*(_frames(each) for each in silences_ms), rules.silence_frames)
    spans = pauses.spans(longest)
    which = int(np.searchsorted(spans.first_voiced * VAD_FRAME_MS, at_ms, "right")) - 1
    if which < 0:
        return None
    return _tried(spans, which, which, pauses, rules, silences_ms)


def labelled(
    pauses: Pauses,
    rules: Rules,
    begin_ms: float,
    end_ms: float,
    silences_ms: Sequence[int] = SILENCES_MS,
) -> AtHand | None:
    """The same of a turn that somebody labelled: the speech within the label belongs together.

    None where nothing in it reaches the threshold.
    """
    spans = pauses.spans(1)
    begins, ends = spans.first_voiced * VAD_FRAME_MS, spans.first_silent * VAD_FRAME_MS
    inside = np.flatnonzero((begins < end_ms) & (ends > begin_ms))
    if not inside.size:
        return None
    return _tried(spans, int(inside[0]), int(inside[-1]), pauses, rules, silences_ms)


class _Group(NamedTuple):
    """Speech that belongs together, in frames: from its first one to the silence after it."""

    first: int
    silent: int
    known: int
    is_open: bool

    def cuts(self, begins: Frames) -> Frames:
        """The places, among where turns begin, at which one begins within it."""
        return np.flatnonzero((begins > self.first) & (begins <= self.silent))


def _tried(
    spans: Spans,
    first: int,
    last: int,
    pauses: Pauses,
    rules: Rules,
    silences_ms: Sequence[int],
) -> AtHand:
    """What each silence makes of the speech from one of the spans to another."""
    begin, silent = int(spans.first_voiced[first]), int(spans.first_silent[last])
    is_open = spans.is_open and last == spans.first_voiced.size - 1
    group = _Group(begin, silent, pauses.frames, is_open)
    endings = tuple(_ending(each, pauses, rules, group) for each in silences_ms)
    said_ms = min(silent + 1, pauses.frames) * VAD_FRAME_MS
    return AtHand(begin * VAD_FRAME_MS, said_ms, is_open, endings, _least_whole(pauses, group))


def _least_whole(pauses: Pauses, group: _Group) -> int:
    """The fewest ms, in steps of ten, that keep it together."""
    fewest = 1 + bisect_left(
        range(1, pauses.frames + 1),
        0,
        key=lambda frames: -group.cuts(pauses.spans(frames).first_voiced).size,
    )
    if fewest == 1:
        return 0
    return ((fewest - 1) * VAD_FRAME_MS // _STEP_MS + 1) * _STEP_MS


def _ending(silence_ms: int, pauses: Pauses, rules: Rules, group: _Group) -> Ending:
    spans = pauses.spans(_frames(silence_ms))
    begins = spans.first_voiced
    at = int(np.searchsorted(begins, group.first, "right")) - 1
    cuts = group.cuts(begins)
    end_ms = int(rules.end_ms(int(spans.deciding[at])))
    if cuts.size:
        silent_from = int(spans.first_silent[at]) + 1
        paused_ms = (int(begins[cuts[0]]) - silent_from) * VAD_FRAME_MS
        return Ending(silence_ms, end_ms, int(cuts.size), paused_ms)
    if group.is_open and int(spans.deciding[at]) >= group.known:
        left_ms = (int(spans.deciding[at]) + 1 - group.known) * VAD_FRAME_MS
        return Ending(silence_ms, None, left_ms=left_ms if group.silent < group.known else None)
    return Ending(silence_ms, end_ms, takes_more=int(spans.first_silent[at]) > group.silent)


def _frames(silence_ms: int) -> int:
    return -(-silence_ms // VAD_FRAME_MS)
