"""Runs a sweep for a person: which takes, where the work is done, and what came of it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.by_words import count_words, weigh_words
from studio.lab.figures import Figures
from studio.lab.front import BUDGET
from studio.lab.hearing import listener
from studio.lab.library import TakeLibrary
from studio.lab.refs import Skipped
from studio.lab.search import finer
from studio.lab.search_state import SearchState
from studio.lab.shipped import shipped_takes
from studio.lab.spread import Cluster, Here, Processes, Spread
from studio.lab.sweep import sweep
from studio.lab.sweep_state import SweepState
from studio.lab.take_store import TakeStore
from studio.lab.verdicts import Found, doubts
from studio.lab.weighing import weigh

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from studio.config.paths import Paths
    from studio.lab.refs import TakeRef
    from studio.lab.search import Reach
    from studio.lab.semantic import SemanticTwin
    from studio.lab.sweep import Plan, Swept

_WORTH_PROCESSES_MS = 600_000
"""Sound that takes longer to hear in this process than others take to start."""


class Chosen(NamedTuple):
    """The takes to sweep, and what is named but cannot be used."""

    refs: tuple[TakeRef, ...]
    skipped: tuple[Skipped, ...]
    audio_ms: float


class ByWordsWish(NamedTuple):
    """What is tried of `semantic_vad` beside a grid.

    Attributes:
        words: hears them.
        goes_on: told before each take how many are done; asks for more, or has it stopped.
    """

    words: SemanticTwin
    eagernesses: tuple[str, ...]
    goes_on: Callable[[int], bool] = lambda _takes: True


class Aim(NamedTuple):
    """What a sweep is to find.

    Attributes:
        budget: the share of turns that may be lost.
        reach: how far to look beyond the plan's grid, and between its values, for the best; None
            tries that grid alone.
        by_words: what is tried of `semantic_vad`, once the grid is counted.
    """

    budget: float = BUDGET
    reach: Reach | None = None
    by_words: ByWordsWish | None = None


def choose_takes(words: Sequence[str], folder: Path) -> Chosen:
    """The takes of these names, patterns and tags; else a person's own, or those shipped.

    Raises:
        StudioError: a word means no take.
    """
    library = TakeLibrary(TakeStore(folder))
    listing = library.own.listing()
    skipped = tuple(Skipped(one_line(each.name, 80), each.message) for each in listing.faults)
    takes = library.chosen(words) if words else listing.takes or shipped_takes()
    if not takes:
        raise StudioError(
            f"There are no takes in {one_line(str(folder), 200)}.",
            title="Nothing to sweep",
            hint="Add some with: studio lab take add",
        )
    audio_ms = sum(each.duration_ms for each in takes)
    return Chosen(takes, () if words else skipped, audio_ms)


def place_of(cluster: str, jobs: int, audio_ms: float) -> Spread:
    """Where the work is best done.

    Args:
        cluster: a scheduler's address; empty for this machine.
        jobs: processes; 0 to have it decided by how much there is to hear.
        audio_ms: how much that is.
    """
    if cluster:
        return Cluster(cluster)
    if jobs == 1 or (not jobs and audio_ms < _WORTH_PROCESSES_MS):
        return Here()
    return Processes(jobs or -1)


def run(
    chosen: Chosen,
    plan: Plan,
    paths: Paths,
    place: Spread,
    progress: Callable[[Swept], bool],
    *,
    aim: Aim,
    resumes: bool = True,
) -> Found | None:
    """Sweep and weigh; None where it was stopped.

    Args:
        chosen: the takes.
        plan: what is tried on them.
        paths: where passes and an unfinished sweep are kept.
        place: where the work is done.
        aim: what is to be found.
        resumes: whether an interrupted sweep goes on, and this one can.
        progress: told what was found so far; asks for more, or has it stopped.

    Raises:
        StudioError: no turn is labelled, or the work cannot be done.
    """
    twin, (budget, reach, by_words) = listener(paths.cache_dir), aim

    def swept(each: Plan) -> Swept | None:
        state = None
        if resumes:
            state = SweepState(paths.lab_dir, each.digest(chosen.refs, twin.name))
        last: Swept | None = None
        with closing(sweep(chosen.refs, each, twin, place, state)) as running:
            for last in running:
                if not progress(last):
                    return None
        return last

    if reach is None:
        last = swept(plan)
    else:
        told = plan.digest(chosen.refs, twin.name), repr(reach), repr(budget)
        search = SearchState(paths.lab_dir, *told) if resumes else None
        last = _searched(plan, swept, search, budget, reach)
    if last is None:
        return None
    plan = last.plan
    weighed = weigh(last, budget)
    if weighed is None:
        named = "; ".join(f"{each.name}: {each.reason}" for each in last.skipped)
        raise StudioError(
            "No turn of these takes is labelled." + (f" {one_line(named, 300)}" if named else ""),
            title="Nothing to judge by",
            hint="Label where turns begin and end in the lab, or import labels.",
        )
    worded = None
    if by_words is not None:
        words, eagernesses, goes_on = by_words
        counted = count_words(
            chosen.refs, plan, twin, words, eagernesses, by_turn=last.by_turn, goes_on=goes_on
        )
        if counted is None:
            return None
        worded = weigh_words(weighed, eagernesses, counted)
    found = doubts(chosen.refs, last, twin, weighed.chosen, weighed.neighbours)
    names = tuple(one_line(each.name, 80) for each in chosen.refs)
    return Found(weighed, tuple(found), names, worded)


def _searched(
    plan: Plan,
    swept: Callable[[Plan], Swept | None],
    state: SearchState | None,
    budget: float,
    reach: Reach,
) -> Swept | None:
    """Grids from coarse to fine, each swept whole; the last one's, or None where it was stopped."""
    grid = plan.grid if state is None else state.read(plan.grid)
    while True:
        last = swept(replace(plan, grid=grid))
        if last is None:
            return None
        figures = Figures.of(last.tally, grid)
        after = finer(figures, grid, budget, reach) if figures.turns else None
        if after is None:
            break
        grid = after
        if state is not None:
            state.write(grid)
    if state is not None:
        state.drop()
    return last
