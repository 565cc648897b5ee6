"""Which profile explains the edges that a provider reported, and how surely.

For a shift of the threshold the rules say where edges lie; the differences to what was reported
then vote for the shifts of starts and of ends. An edge that is equal to the millisecond costs
nothing, one that is near half to a whole, one that is missing or too many a whole. The cheapest
profile wins, and among equals the one nearest to no shift at all. Confidence comes from drawing the
edges anew, with replacement.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.lab.explained import NEAR_MS, SETTLED_MS, Explanation, explain, near, paired
from studio.vad.profile import OPENAI, Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from studio.lab.course import Expected
    from studio.lab.explained import Heard
    from studio.lab.logged import Reported, Side

LARGEST_SHIFT_MS = 500
ENOUGH_EDGES = 10
"""Fewer than these say little, however well they are explained."""

_COARSE = tuple(round(0.02 * at, 3) for at in range(-20, 21))
_FINE = 0.005
_VOTES = 4
_DRAWS = 400
_SURE = (2.5, 97.5)
_EQUAL = 1e-9

Costs = NDArray[np.float64]


class Range(NamedTuple):
    """From the lowest to the highest value that explains the edges about as well."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What was found.

    Attributes:
        best: the profile, and how well it explains the edges.
        plain: how well no shift at all does.
        threshold_shift: what the edges leave open, with the chance of other edges in it: 95 %.
        left_out: what was not judged, in sentences.
    """

    best: Explanation
    plain: Explanation
    threshold_shift: Range
    start_shift_ms: Range
    end_shift_ms: Range
    left_out: tuple[str, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether there were enough edges to go by."""
        return len(self.best.edges) >= ENOUGH_EDGES

    @property
    def is_shifted(self) -> bool:
        """Whether the profile differs from the built-in one."""
        found = self.best.profile
        return bool(found.threshold_shift or found.start_shift_ms or found.end_shift_ms)


def fit(
    sessions: Sequence[Heard],
    name: str = "fitted",
    seed: int = 0,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Fit:
    """The profile that explains these sessions best; without edges, the built-in one.

    Args:
        sessions: of one provider and deployment.
        name: for the profile.
        seed: of the draws that tell how sure it is.
        on_progress: is told how many of how many shifts were tried.
    """
    shifts = sorted(_COARSE, key=lambda shift: (abs(shift), shift))
    tried: list[_Tried] = []
    for shift in shifts:
        tried.append(_Tried.of(sessions, shift))
        on_progress(len(tried), len(shifts))
    best = _cheapest(tried)
    around = {round(best + _FINE * step, 4) for step in range(-3, 4)} - set(shifts)
    tried += [_Tried.of(sessions, shift) for shift in sorted(around)]
    tried.sort(key=lambda each: each.threshold_shift)
    chosen = _nearest(tried, min(each.cost() for each in tried))
    found = Profile(
        name,
        chosen.threshold_shift,
        int(chosen.starts.best()),
        int(chosen.ends.best()),
        _source(sessions),
    )
    ranges = _ranges(tried, np.random.default_rng(seed))
    said = dict.fromkeys(words for each in sessions for words in each.logged.left_out)
    return Fit(explain(sessions, found), explain(sessions, OPENAI), *ranges, left_out=tuple(said))


@dataclass(frozen=True, slots=True)
class _Sided:
    """The costs of edges of one kind under some shifts.

    Attributes:
        shifts: candidates, the nearest to 0 first.
        costs: by shift and reported edge.
        extra: by shift: what is expected beyond them.
    """

    shifts: tuple[int, ...]
    costs: Costs
    extra: Costs

    def totals(self, weights: Costs | None = None) -> Costs:
        """By shift, or by shift and draw."""
        totals: Costs
        if weights is None:
            totals = self.costs.sum(axis=1) + self.extra
        else:
            totals = self.costs @ weights.T + self.extra[:, None]
        return totals

    def best(self) -> int:
        """The cheapest shift."""
        return self.shifts[int(np.argmin(np.round(self.totals(), 6)))]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A shift of the threshold, and what its edges cost."""

    threshold_shift: float
    starts: _Sided
    ends: _Sided

    @staticmethod
    def of(sessions: Sequence[Heard], threshold_shift: float) -> _Tried:
        made = [each.expects(threshold_shift) for each in sessions]
        return _Tried(
            threshold_shift,
            _sided(sessions, made, "start"),
            _sided(sessions, made, "end"),
        )

    def cost(self) -> float:
        """The least that it costs."""
        return float(self.starts.totals().min() + self.ends.totals().min())


def _sided(sessions: Sequence[Heard], made: list[list[Expected]], side: Side) -> _Sided:
    said = [[edge for edge in each.reported() if edge.side == side] for each in sessions]
    there = [[edge for edge in edges if edge.side == side] for edges in made]
    shifts = _candidates(said, there)
    costs, extra = [], []
    for shift in shifts:
        profile = Profile("tried", 0.0, shift, shift)
        of_shift: list[float] = []
        n_extra = 0
        for each, here, edges in zip(sessions, said, there, strict=True):
            there_ms = [edge.reported_ms(profile) for edge in edges]
            here_ms = [edge.audio_ms for edge in here]
            pairs, left = paired(here_ms, there_ms)
            of_shift += [
                1.0 if at is None else _cost(ms - there_ms[at])
                for ms, at in zip(here_ms, pairs, strict=True)
            ]
            n_extra += sum(edges[at].decided_ms <= each.lasts_ms - SETTLED_MS for at in left)
        costs.append(of_shift)
        extra.append(float(n_extra))
    return _Sided(shifts, np.array(costs).reshape(len(shifts), -1), np.array(extra))


def _cost(off_ms: int) -> float:
    return 0.0 if off_ms == 0 else 0.5 + 0.5 * abs(off_ms) / NEAR_MS


def _candidates(said: list[list[Reported]], there: list[list[Expected]]) -> tuple[int, ...]:
    """The shifts that most pairs of edges vote for, and none at all."""
    votes: Counter[int] = Counter()
    for here, edges in zip(said, there, strict=True):
        there_ms = [edge.audio_ms for edge in edges]
        for edge in here:
            for at in range(*near(there_ms, edge.audio_ms, LARGEST_SHIFT_MS)):
                if edge.audio_ms > edges[at].floor_ms:  # else it was cut, and tells no shift
                    votes[edge.audio_ms - there_ms[at]] += 1
    ranked = sorted(votes, key=lambda off: (-votes[off], abs(off), off))[:_VOTES]
    return tuple(sorted({0, *ranked}, key=lambda off: (abs(off), off)))


def _cheapest(tried: Sequence[_Tried]) -> float:
    best = min(tried, key=lambda each: (round(each.cost(), 6), abs(each.threshold_shift)))
    return best.threshold_shift


def _nearest(tried: Sequence[_Tried], cost: float) -> _Tried:
    """Of those that cost no more: none at all, else the middle of the run nearest to it."""
    equal = [each.cost() <= cost + _EQUAL for each in tried]
    at = min(
        (at for at, is_equal in enumerate(equal) if is_equal),
        key=lambda at: abs(tried[at].threshold_shift),
    )
    if tried[at].threshold_shift == 0:
        return tried[at]
    low = high = at
    while low > 0 and equal[low - 1]:
        low -= 1
    while high + 1 < len(tried) and equal[high + 1]:
        high += 1
    middle = (tried[low].threshold_shift + tried[high].threshold_shift) / 2
    return min(tried[low : high + 1], key=lambda each: abs(each.threshold_shift - middle))


def _ranges(tried: Sequence[_Tried], random: np.random.Generator) -> tuple[Range, Range, Range]:
    """What drawing the edges anew makes of the three numbers."""
    counts = tried[0].starts.costs.shape[1], tried[0].ends.costs.shape[1]
    weights = [
        random.multinomial(n, np.full(n, 1 / n), _DRAWS).astype(np.float64)
        if n
        else np.zeros((_DRAWS, 0))
        for n in counts
    ]
    starts = [each.starts.totals(weights[0]) for each in tried]
    ends = [each.ends.totals(weights[1]) for each in tried]
    costs = np.array(
        [one.min(axis=0) + other.min(axis=0) for one, other in zip(starts, ends, strict=True)]
    )
    equal = costs <= costs.min(axis=0) + _EQUAL
    shifts = np.array([each.threshold_shift for each in tried])
    low = shifts[np.argmax(equal, axis=0)]
    high = shifts[::-1][np.argmax(equal[::-1], axis=0)]
    order = np.argsort(np.abs(shifts), kind="stable")
    chosen = order[np.argmax(equal[order], axis=0)]
    return (
        Range(float(np.percentile(low, _SURE[0])), float(np.percentile(high, _SURE[1]))),
        _range_of([each.starts for each in tried], starts, chosen),
        _range_of([each.ends for each in tried], ends, chosen),
    )


def _range_of(sided: list[_Sided], totals: list[Costs], chosen: NDArray[np.int64]) -> Range:
    """Of the shifts that each draw finds cheapest, with the threshold that it chose."""
    found = [
        sided[at].shifts[int(np.argmin(np.round(totals[at][:, draw], 6)))]
        for draw, at in enumerate(chosen.tolist())
    ]
    low, high = np.percentile(found, _SURE, method="nearest").tolist()
    return Range(float(low), float(high))


def _source(sessions: Sequence[Heard]) -> str:
    names = ", ".join(each.logged.name for each in sessions[:3])
    more = f" and {len(sessions) - 3} more" if len(sessions) > 3 else ""
    n_edges = sum(len(each.reported()) for each in sessions)
    return f"Fitted to {n_edges} edges of {names}{more}."
