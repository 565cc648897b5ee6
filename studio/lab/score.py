"""Predicted turns against what is true: who was cut off, kept waiting, missed, or not there.

All of it is arithmetic on arrays, so that a sweep can ask it for thousands of settings; `judged`
puts one setting's answer into words. Times are ms of the take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.core.units import VAD_FRAME_MS
from studio.lab.reasons import Predicted, TimedReasons

if TYPE_CHECKING:
    from studio.lab.labels import Label, Truth
    from studio.lab.reasons import Reasons
    from studio.vad.segmenter import Rules
    from studio.vad.whole import Spans

Ms = NDArray[np.int64]
Which = NDArray[np.int64]
Flags = NDArray[np.bool_]

TOLERANCE_MS = 2 * VAD_FRAME_MS
"""Labels are no more exact than this: an end so close before a label's end cuts nobody off."""

LATE_MS = 1_000
"""Someone answered later than this after their last word wonders whether they were heard."""


class Bounds(NamedTuple):
    """Beginnings and ends of labels of one kind, both ascending.

    Where labels overlap, as noises may, each ends no sooner than those before it: together they
    cover what they covered.
    """

    begin_ms: Ms
    end_ms: Ms

    @staticmethod
    def of(labels: tuple[Label, ...]) -> Bounds:
        """The bounds of labels that are in order."""
        ends = np.array([each.end_ms for each in labels], np.int64)
        begins = np.array([each.begin_ms for each in labels], np.int64)
        return Bounds(begins, np.maximum.accumulate(ends))


class Outcome(NamedTuple):
    """What a setting makes of a take: a value for each true turn, then one for each predicted.

    Attributes:
        first: the first predicted turn with speech of this true one.
        last: the last one.
        missed: there is none.
        cuts: how many predicted ends fall within it while its person has more to say.
        merged: its end was not decided before the next true turn began.
        delay_ms: from its person's last sound to the decision that it is over; below 0 within the
            labels' tolerance. Means nothing where it was missed.
        clipped_ms: how much of its beginning is not in what was committed, beyond the tolerance.
        ghost: a predicted turn with no speech of a true one.
        noise: a ghost with noise that is labelled.
    """

    first: Which
    last: Which
    missed: Flags
    cuts: Which
    merged: Flags
    delay_ms: Ms
    clipped_ms: Ms
    ghost: Flags
    noise: Flags

    @property
    def cut_off(self) -> Flags:
        """The true turns that were taken away from a person who had more to say."""
        return self.cuts > 0

    @property
    def answered(self) -> Flags:
        """The true turns whose end was decided, and before the next one began."""
        return ~self.missed & ~self.merged


class Fates(NamedTuple):
    """Which true turns are counted as what, each by the worst that happened to it.

    Attributes:
        merged: taken together with the next one, and not cut off before.
        fine: neither cut off nor missed nor merged: someone got an answer of their own.
        late: fine, but for a wait that is longer than `LATE_MS`.
    """

    cut_off: Flags
    missed: Flags
    merged: Flags
    fine: Flags
    late: Flags

    @staticmethod
    def of(found: Outcome) -> Fates:
        """What a sweep and a trial count an outcome as."""
        cut_off = found.cut_off
        fine = found.answered & ~cut_off
        late = fine & (found.delay_ms > LATE_MS)
        return Fates(cut_off, found.missed, found.merged & ~cut_off, fine, late)


def outcome(spans: Spans, rules: Rules, turns: Bounds, noises: Bounds) -> Outcome:
    """What these predicted turns, made by these rules, are to these true ones."""
    speech_from = spans.first_voiced * VAD_FRAME_MS
    speech_to = spans.first_silent * VAD_FRAME_MS
    decided = rules.end_ms(spans.deciding)
    if not speech_from.size:
        return _of_nothing(turns)
    first = np.searchsorted(speech_to, turns.begin_ms, "right")
    last = np.searchsorted(speech_from, turns.end_ms, "left") - 1
    missed = first > last
    cuts = np.searchsorted(decided, turns.end_ms - TOLERANCE_MS, "left") - first
    merged = np.zeros(first.size, np.bool_)
    merged[:-1] = ~missed[:-1] & ~missed[1:] & (last[:-1] == first[1:])
    end = np.minimum(np.maximum(last, 0), decided.size - 1)
    own = ~_overlaps(speech_from, speech_to, turns)
    return Outcome(
        first,
        last,
        missed,
        np.where(missed, 0, np.maximum(cuts, 0)),
        merged,
        decided[end] - turns.end_ms,
        clipping(spans, rules, turns, first, missed),
        own,
        own & _overlaps(speech_from, speech_to, noises),
    )


def clipping(spans: Spans, rules: Rules, turns: Bounds, first: Which, missed: Flags) -> Ms:
    """How much of each true turn's beginning is lost: all that the prefix decides."""
    if not spans.first_voiced.size:
        return np.zeros(first.size, np.int64)
    begin = spans.first_voiced[np.minimum(first, spans.first_voiced.size - 1)]
    clipped = np.maximum(0, rules.start_ms(begin)) - turns.begin_ms
    return np.where(missed | (clipped <= TOLERANCE_MS), 0, clipped)


def _of_nothing(turns: Bounds) -> Outcome:
    size = turns.begin_ms.size
    zeros, never, nothing = (
        np.zeros(size, np.int64),
        np.zeros(size, np.bool_),
        np.zeros(0, np.bool_),
    )
    return Outcome(zeros, zeros - 1, ~never, zeros, never, zeros, zeros, nothing, nothing)


def _overlaps(begin: Ms, end: Ms, labels: Bounds) -> Flags:
    """Whether each stretch has something of a label in it."""
    if not labels.begin_ms.size:
        return np.zeros(begin.size, np.bool_)
    after = np.searchsorted(labels.end_ms, begin, "right")
    begins = np.append(labels.begin_ms, np.iinfo(np.int64).max)
    return begins[after] < end


Verdict = Literal["ok", "cut off", "late", "missed", "merged"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A true turn, and what became of it.

    Attributes:
        verdict: the worst that happened to it.
        reason: why, in a sentence with the figures that decide it.
        delay_ms: None where no end of its own was decided.
        cut_at_ms: where it was taken away, once for each time.
    """

    turn: Label
    verdict: Verdict
    reason: str
    delay_ms: int | None = None
    clipped_ms: int = 0
    cut_at_ms: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ghost:
    """A predicted turn in which nobody said anything that wants an answer."""

    begin_ms: int
    end_ms: int
    reason: str
    noise: Label | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A setting's answer for one take, in words."""

    turns: tuple[Judged, ...]
    ghosts: tuple[Ghost, ...]

    @property
    def is_perfect(self) -> bool:
        """Whether there is nothing to complain of."""
        return not self.ghosts and all(each.verdict == "ok" for each in self.turns)


def judged(
    spans: Spans,
    rules: Rules,
    truth: Truth,
    silence_duration_ms: int,
    late_ms: int = LATE_MS,
    reasons: Reasons | None = None,
    found: Outcome | None = None,
) -> Score:
    """The verdict on each true turn and each ghost, with reasons: those of silence, or others."""
    if found is None:
        found = outcome(spans, rules, Bounds.of(truth.turns), Bounds.of(truth.noises))
    why = reasons or TimedReasons(silence_duration_ms)
    turns = tuple(
        _judged(at, turn, found, spans, rules, late_ms, why) for at, turn in enumerate(truth.turns)
    )
    ghosts = tuple(
        _ghost(int(at), spans, rules, truth, is_noise=bool(found.noise[at]))
        for at in np.flatnonzero(found.ghost)
    )
    return Score(turns, ghosts)


def _judged(
    at: int,
    turn: Label,
    found: Outcome,
    spans: Spans,
    rules: Rules,
    late_ms: int,
    why: Reasons,
) -> Judged:
    if found.missed[at]:
        bar = f"no frame reached the threshold of {rules.voiced_from:.2f}"
        return Judged(turn, "missed", f"Nothing was heard: {bar}.")
    first, cuts = int(found.first[at]), int(found.cuts[at])
    clipped = int(found.clipped_ms[at])
    delay = int(found.delay_ms[at])
    its = Predicted(turn, spans, first, int(found.last[at]), delay)
    if cuts:
        ends = tuple(int(rules.end_ms(int(spans.deciding[first + n]))) for n in range(cuts))
        own = None if found.merged[at] else delay
        return Judged(turn, "cut off", why.cut_off(its), own, clipped, ends)
    if found.merged[at]:
        return Judged(turn, "merged", why.merged(its), None, clipped)
    if delay > late_ms:
        return Judged(turn, "late", why.late(its, TOLERANCE_MS), delay, clipped)
    return Judged(turn, "ok", why.fine(its), delay, clipped)


def _ghost(at: int, spans: Spans, rules: Rules, truth: Truth, *, is_noise: bool) -> Ghost:
    begin = int(spans.first_voiced[at]) * VAD_FRAME_MS
    speech_to = int(spans.first_silent[at]) * VAD_FRAME_MS
    noise = next(
        (
            each
            for each in truth.noises
            if is_noise and each.begin_ms < speech_to and begin < each.end_ms
        ),
        None,
    )
    cause = f"noise ({noise.words or 'unnamed'})" if noise else "a sound that no label names"
    reason = (
        f"{speech_to - begin:,} ms of {cause} reached the threshold of {rules.voiced_from:.2f}."
    )
    return Ghost(begin, int(rules.end_ms(int(spans.deciding[at]))), reason, noise)
