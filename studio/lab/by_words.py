"""The settings of `semantic_vad` beside those of a sweep's grid: counted and weighed as those are.

What words decide is the local server's rule on the words that the local recogniser hears; the
hosted service's model may decide otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.batch import Batch
from studio.lab.bootstrap import DRAWS, trust_of_all
from studio.lab.figures import Figures
from studio.lab.front import Objectives, best, objectives
from studio.lab.grid import Grid
from studio.lab.sweep import heard_variants
from studio.lab.tally import Tally
from studio.lab.weighing import SURE, UNSURE, milliseconds, percent, told
from studio.protocol.knobs import TurnDetection
from studio.protocol.settings import SessionSettings
from studio.vad.endofturn import LONGEST_WAIT_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from studio.lab.bootstrap import Trust
    from studio.lab.refs import TakeRef
    from studio.lab.semantic import SemanticTwin
    from studio.lab.sweep import Plan
    from studio.lab.twin import Twin
    from studio.lab.weighing import Weighed

EAGERNESSES = ("low", "medium", "high")
CAVEAT = (
    "By words means: by the local server's rule, on the words that the local recogniser hears. The "
    "hosted service's model may decide otherwise: hold a trial before you rely on it."
)


@dataclass(frozen=True, eq=False)
class ByWords:
    """What words make of a sweep's takes.

    Attributes:
        eagernesses: what was tried; `figures` are in this order.
        trust: how far these can be trusted, drawn anew together with the grid's settings.
        rival: the grid's threshold and silence that is most often among the best of these
            drawings, and how often.
        best: the place of the one that is better than all of the grid; None where none is.
        on_front: whether nothing that was tried beats it, for each.
        beaten: places of the grid's front that one of them beats.
    """

    eagernesses: tuple[str, ...]
    figures: Figures
    trust: Trust
    rival: tuple[int, float]
    best: int | None
    on_front: tuple[bool, ...]
    beaten: frozenset[int]

    @property
    def recommended(self) -> str:
        """The eagerness that is recommended; empty where a setting of the grid is."""
        return "" if self.best is None else self.eagernesses[self.best]


def eagernesses_of(text: str) -> tuple[str, ...]:
    """The eagernesses that a list names, each once; none of an empty text.

    Raises:
        StudioError: there is no such eagerness.
    """
    named = [each.strip() for each in text.split(",") if each.strip()]
    for each in named:
        if each not in EAGERNESSES:
            raise StudioError(
                f"“{one_line(each, 40)}” is no eagerness.",
                title="These settings cannot be swept",
                hint="For example low,medium,high.",
            )
    return tuple(each for each in EAGERNESSES if each in named)


def session_of(eagerness: str) -> SessionSettings:
    """The setting as a session's, nothing else stated."""
    asked = {"type": "semantic_vad", "eagerness": eagerness}
    return SessionSettings(turn_detection=TurnDetection.model_validate(asked))


def grid_by_words(eagernesses: Sequence[str]) -> Grid:
    """The shape of their tally: one threshold and prefix, and a longest wait for each."""
    return Grid((0.5,), tuple(LONGEST_WAIT_MS[each] for each in eagernesses), (300,))


def count_words(
    refs: Sequence[TakeRef],
    plan: Plan,
    twin: Twin,
    words: SemanticTwin,
    eagernesses: Sequence[str],
    *,
    by_turn: bool,
    goes_on: Callable[[int], bool] = lambda _takes: True,
) -> Tally | None:
    """What each eagerness makes of takes; those without labels count for nothing, as in a sweep.

    Before each take `goes_on` is told how many are done; None where it has it stopped.
    """
    grid = grid_by_words(eagernesses)
    tally = Tally.none(grid)
    for place, ref in enumerate(refs):
        if not goes_on(place):
            return None
        try:
            heard = heard_variants(place, ref, plan, twin, by_turn=by_turn)
            take = ref.load()
        except StudioError:
            continue  # the sweep named it
        for variant, each in zip(plan.variants, heard, strict=True):
            batch, sound = Batch([each], max(grid.silences_ms)), variant.of(take)
            tally.count_evidence(batch)
            for at, eagerness in enumerate(eagernesses):
                spans = words.spans(sound, each.probabilities, eagerness)
                tally.count_spans(batch, grid, at, spans, words.rules(eagerness))
    return tally


def weigh_words(weighed: Weighed, eagernesses: Sequence[str], tally: Tally) -> ByWords:
    """Hold what words decide against what a grid's settings do, by the same rule."""
    grid = grid_by_words(eagernesses)
    figures = Figures.of(tally, grid)
    variants = len(weighed.swept.plan.variants)
    both_counted = ((weighed.swept.tally, weighed.grid), (tally, grid))
    drawn = trust_of_all(both_counted, weighed.budget, variants)
    pairs = weighed.grid.pairs
    rival = int(np.argmax(drawn.wins[:pairs]))
    aims, own = objectives(weighed.figures), objectives(figures)
    both = Objectives(
        np.concatenate([aims.lost, own.lost]),
        np.concatenate([aims.delay_ms, own.delay_ms]),
        np.concatenate([aims.ghosts, own.ghosts]),
        aims.turns,
    )
    size = weighed.grid.size
    good = best(both, weighed.budget)
    better = [] if good[:size].any() else np.flatnonzero(good[size:]).tolist()
    table = np.stack([both.delay_ms, both.lost, both.ghosts], axis=1)

    def is_beaten(at: int, first: int) -> bool:
        """Whether a setting from this place on is better in one thing and worse in none."""
        others, its = table[first:], table[at]
        return bool(((others <= its).all(axis=1) & (others < its).any(axis=1)).any())

    return ByWords(
        tuple(eagernesses),
        figures,
        drawn.since(pairs),
        (rival, float(drawn.wins[rival])),
        min(better, key=lambda at: float(figures.delay_p95_ms[at]), default=None),
        tuple(not is_beaten(size + at, 0) for at in range(len(eagernesses))),
        frozenset(at for at in weighed.front if is_beaten(at, size)),
    )


def evidence_by_words(weighed: Weighed, found: ByWords) -> tuple[str, ...]:
    """What the recommended eagerness does, beside the best of the grid, in sentences."""
    assert found.best is not None
    low, high = found.trust.lost_rate[found.best]
    what = "turns" if weighed.swept.by_turn else "takes"
    rival, wins = found.rival
    settings = weighed.grid.at(rival * len(weighed.grid.prefixes_ms))
    return (
        f"It {_does(found.figures, found.best)}; the best of server_vad, {told(weighed.settings)}, "
        f"{_does(weighed.figures, weighed.chosen)}.",
        f"Drawn anew {DRAWS} times from the {found.trust.units} {what}, it is among the best, to "
        f"within a frame, {percent(float(found.trust.wins[found.best]))} of the times and loses "
        f"{percent(low)} to {percent(high)} (95 % sure); of server_vad, threshold "
        f"{settings.threshold:.2f} with silence {settings.silence_duration_ms:,} ms is most often "
        f"among them, {percent(wins)}.",
    )


def doubts_by_words(found: ByWords) -> tuple[str, ...]:
    """Why to be careful with the recommended eagerness, in sentences."""
    assert found.best is not None
    if found.trust.wins[found.best] >= SURE:
        return (CAVEAT,)
    return (CAVEAT, UNSURE)


def _does(figures: Figures, at: int) -> str:
    lost, turns, ghosts = int(figures.lost[at]), figures.turns, int(figures.ghosts[at])
    return (
        f"loses {lost} of {turns:,} turn{'' if turns == 1 else 's'} ({percent(lost / turns)}), "
        f"ends half of them within {milliseconds(figures.delay_p50_ms[at])} and has {ghosts} "
        f"ghost{'' if ghosts == 1 else 's'}"
    )
