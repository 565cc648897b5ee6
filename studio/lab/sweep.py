"""Tries every setting of a grid on takes: one pass of the detector each, then arithmetic.

Takes come in parts, which can be counted anywhere and in any order: the tallies add up to the same.
What is held at a time is one part's probabilities and one tally, however many takes there are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.augment import CLEAN, Variant
from studio.lab.batch import Batch, Heard
from studio.lab.grid import Grid
from studio.lab.labels import checked
from studio.lab.refs import Skipped
from studio.lab.spread import Here
from studio.lab.tally import UNITS, Tally
from studio.vad.profile import OPENAI, Profile

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from studio.lab.labels import Truth
    from studio.lab.refs import TakeRef
    from studio.lab.spread import Spread
    from studio.lab.sweep_state import SweepState
    from studio.lab.take import Take
    from studio.lab.twin import Twin

_FEW_TAKES = 12
"""With fewer, turns and not takes are what the bootstrap draws."""
_TURNS_APART = 13
"""Units between the first turns of two takes: prime to `UNITS`."""
_MOST_IN_A_PART = 32
_LEAST_PARTS = 16
_KEPT_EVERY = 4
"""Parts after which the state is written, at least; a cancelled sweep always writes it."""
_BATCH_FRAMES = 112_500
"""An hour: much more at once is no faster."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried.

    Attributes:
        grid: the settings.
        variants: what is done to each take before it is heard; each is a take of its own then.
        profile: whose turn detection.
    """

    grid: Grid = field(default_factory=Grid)
    variants: tuple[Variant, ...] = (CLEAN,)
    profile: Profile = OPENAI

    def digest(self, refs: Sequence[TakeRef], listener: str) -> str:
        """Hexadecimal; the same where the same is tried on the same takes by the same detector."""
        told = [repr(self.grid), repr(self.variants), repr(self.profile), listener]
        told += [each.key for each in refs]
        return hashlib.sha256("\0".join(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Part:
    """Some takes, by their places among all."""

    number: int
    refs: tuple[tuple[int, TakeRef], ...]
    by_turn: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of a part."""

    number: int
    tally: Tally
    takes: int
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep has found so far.

    Attributes:
        takes: how many were counted; `skipped` were not.
        done: parts that are counted, of `parts`.
        by_turn: whether the evidence is drawn by turns; else by takes.
    """

    plan: Plan
    tally: Tally
    takes: int
    skipped: tuple[Skipped, ...]
    done: int
    parts: int
    by_turn: bool

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing more to count."""
        return self.done == self.parts


def parts_of(refs: Sequence[TakeRef]) -> list[Part]:
    """The takes in parts that depend on nothing but how many there are."""
    by_turn = len(refs) < _FEW_TAKES
    size = min(max(1, -(-len(refs) // _LEAST_PARTS)), _MOST_IN_A_PART)
    placed = list(enumerate(refs))
    return [
        Part(number, tuple(placed[at : at + size]), by_turn)
        for number, at in enumerate(range(0, len(placed), size))
    ]


def sweep(
    refs: Sequence[TakeRef],
    plan: Plan,
    twin: Twin,
    spread: Spread | None = None,
    state: SweepState | None = None,
) -> Generator[Swept]:
    """What was found, after each part: first what `state` had from before, last the whole.

    To cancel, ask for no more and close it. What was counted is kept in `state` then, and a sweep
    of the same takes goes on from there.

    Raises:
        StudioError: nothing can be listened to at all, or the state cannot be written.
    """
    parts = parts_of(refs)
    tally, takes = Tally.none(plan.grid), 0
    skipped: list[Skipped] = []
    done: set[int] = set()
    by_turn = len(refs) < _FEW_TAKES
    known = state.read(plan.grid) if state is not None else None
    if known is not None:
        tally, takes, skipped, done = known.tally, known.takes, [*known.skipped], {*known.done}

    def so_far() -> Swept:
        return Swept(plan, tally, takes, tuple(skipped), len(done), len(parts), by_turn)

    yield so_far()
    left = [each for each in parts if each.number not in done]
    if not left:
        return
    kept = True
    results = (spread or Here()).map(_count, [(each, plan, twin) for each in left])
    try:
        for found in results:
            tally.add(found.tally)
            takes += found.takes
            skipped += found.skipped
            done.add(found.number)
            kept = False
            if state is not None and len(done) % max(_KEPT_EVERY, len(parts) // 50) == 0:
                state.write(so_far(), done)
                kept = True
            yield so_far()
    finally:
        results.close()
        if state is not None and len(done) == len(parts):
            state.drop()
        elif state is not None and not kept:
            state.write(so_far(), done)


def _count(work: tuple[Part, Plan, Twin]) -> Counted:
    """Listen to a part's takes and count."""
    part, plan, twin = work
    tally = Tally.none(plan.grid)
    skipped: list[Skipped] = []
    waiting: list[Heard] = []
    takes = frames = 0
    for place, ref in part.refs:
        try:
            heard = heard_variants(place, ref, plan, twin, by_turn=part.by_turn)
        except StudioError as error:
            skipped.append(Skipped(one_line(ref.name, 80), error.message))
            continue
        takes += 1
        waiting += heard
        frames += sum(each.probabilities.size for each in heard)
        if frames > _BATCH_FRAMES:
            tally.count(Batch(waiting, plan.grid.silences_ms[-1]), plan.grid, plan.profile)
            waiting, frames = [], 0
    if waiting:
        tally.count(Batch(waiting, plan.grid.silences_ms[-1]), plan.grid, plan.profile)
    return Counted(part.number, tally, takes, tuple(skipped))


def heard_variants(
    place: int, ref: TakeRef, plan: Plan, twin: Twin, *, by_turn: bool
) -> list[Heard]:
    """A take, heard in each of the plan's variants.

    Raises:
        StudioError: it cannot be read, or its labels are missing or do not fit.
    """
    take = ref.load()
    truth = labelled(take)
    unit = place * _TURNS_APART % UNITS if by_turn else place % UNITS
    units = [(unit + at * by_turn) % UNITS for at in range(len(truth.turns))]
    return [Heard(twin.hear(variant.of(take)), truth, units, unit) for variant in plan.variants]


def heard_units(place: int, *, by_turn: bool) -> frozenset[int]:
    """The units that a take at this place among all may count for."""
    return frozenset(range(UNITS)) if by_turn else frozenset({place % UNITS})


def labelled(take: Take) -> Truth:
    """What is true of a take.

    Raises:
        StudioError: nobody has said it, or the labels do not fit.
    """
    if take.truth is None:
        raise StudioError("It has no labels.", hint="Label it in the lab, or import its labels.")
    return checked(take.truth.labels, take.duration_ms, one_line(take.name, 80))
