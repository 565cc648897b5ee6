"""A sweep, weighed: what it recommends, on what evidence, and how far that can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from studio.lab.bootstrap import DRAWS, Trust, most_of_none, trust
from studio.lab.figures import Figures
from studio.lab.front import BUDGET, GHOST_MS, front, recommended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.lab.grid import Grid
    from studio.lab.sweep import Swept
    from studio.vad.segmenter import SegmenterSettings

FEW_TURNS = 30
_FEW_UNITS = 8
SURE = 0.5
"""With fewer wins, the recommendation hangs on the takes."""
UNSURE = "With other takes like these, another setting would as likely be recommended."
_NOTABLE_RIVAL = 0.1


@dataclass(frozen=True, eq=False)
class Weighed:
    """What a sweep found.

    Attributes:
        chosen: the place in the grid of what it recommends.
        front: the places of the settings that no other beats, fastest first.
        budget: the share of turns that may be lost.
        evidence: why it is recommended, in sentences.
        doubts: why to be careful, in sentences; empty where nothing is.
    """

    swept: Swept
    figures: Figures
    trust: Trust
    chosen: int
    front: tuple[int, ...]
    budget: float
    evidence: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def grid(self) -> Grid:
        """The settings."""
        return self.swept.plan.grid

    @property
    def settings(self) -> SegmenterSettings:
        """What it recommends."""
        return self.grid.at(self.chosen)

    @property
    def neighbours(self) -> tuple[int, ...]:
        """The next faster setting of the front, and the next slower one that loses no more."""
        if self.chosen not in self.front:
            return self.front[:1]
        at, lost = self.front.index(self.chosen), self.figures.lost
        safer = (each for each in self.front[at + 1 :] if lost[each] <= lost[self.chosen])
        return self.front[max(0, at - 1) : at] + tuple(islice(safer, 1))

    @property
    def is_at_border(self) -> bool:
        """Whether a better setting may lie beyond what was tried."""
        return any(_edges(self))

    @property
    def spoken_turns(self) -> int:
        """How many turns there are: each was counted once for each of the changes."""
        return self.figures.turns // len(self.swept.plan.variants)

    def pair(self, index: int) -> int:
        """The place of a setting among thresholds × silences."""
        return index // len(self.grid.prefixes_ms)


def weigh(swept: Swept, budget: float = BUDGET) -> Weighed | None:
    """What is recommended; None where no turn was counted."""
    grid = swept.plan.grid
    figures = Figures.of(swept.tally, grid)
    if not figures.turns:
        return None
    good, chosen = recommended(figures, grid, budget)
    on_front = tuple(dict.fromkeys(chosen if good[at] else at for at in front(figures, grid)))
    drawn = trust(swept.tally, grid, budget, len(swept.plan.variants))
    weighed = Weighed(swept, figures, drawn, chosen, on_front, budget, (), ())
    return Weighed(
        swept,
        figures,
        drawn,
        chosen,
        on_front,
        budget,
        tuple(_evidence(weighed)),
        tuple(_doubts(weighed)),
    )


def told(settings: SegmenterSettings) -> str:
    """A setting in words."""
    return (
        f"threshold {settings.threshold:.2f}, silence {settings.silence_duration_ms:,} ms, "
        f"prefix {settings.prefix_padding_ms:,} ms"
    )


def percent(share: float) -> str:
    """A share in percent, with as many places as say something."""
    value = share * 100
    places = 0 if 10 <= value <= 99 else 1
    return f"{value:.{places}f}".removesuffix(".0") + " %"


def milliseconds(delay_ms: float) -> str:
    """A delay; a dash where it is endless."""
    return f"{delay_ms:,.0f} ms" if math.isfinite(delay_ms) else "–"


def _evidence(weighed: Weighed) -> Iterator[str]:
    figures, at, pair = weighed.figures, weighed.chosen, weighed.pair(weighed.chosen)
    lost = int(figures.lost[at])
    if lost:
        low, high = weighed.trust.lost_rate[pair]
        yield (
            f"Of {_counted(weighed)} it cuts off {figures.cut_off[at]}, misses "
            f"{figures.missed[at]} and takes {figures.merged[at]} together with the next one: "
            f"{percent(lost / figures.turns)} are lost (95 % sure: {percent(low)} to "
            f"{percent(high)})."
        )
    else:
        yield (
            f"It cuts off and misses none of {_counted(weighed)}; with so few, up to "
            f"{percent(most_of_none(weighed.spoken_turns))} cannot be excluded."
        )
    if math.isfinite(figures.delay_p50_ms[at]):
        tail = figures.delay_p95_ms[at]
        yield (
            f"Half of the turns are over for the server {milliseconds(figures.delay_p50_ms[at])} "
            f"after their last sound, 95 % {milliseconds(tail)}."
        )
    ghosts = int(figures.ghosts[at])
    yield (
        f"It answers {_times(ghosts)} where nobody spoke to it, {figures.noise_ghosts[at]} × at "
        "labelled noise."
        if ghosts
        else "It answers nothing that nobody said."
    )
    yield _rule(weighed)
    yield from _next_to_it(weighed)
    yield _drawn(weighed)


def _rule(weighed: Weighed) -> str:
    figures, size = weighed.figures, weighed.grid.size
    if size == 1:
        return "It is the only setting that was tried."
    within = int((figures.lost <= weighed.budget * figures.turns).sum())
    ghosts = f"where a ghost in every tenth turn counts as {GHOST_MS // 10} ms"
    if not within:
        least = int(figures.lost.min())
        return (
            f"None of {size:,} settings loses at most {percent(weighed.budget)} of the turns; of "
            f"those that lose least ({least}) it is the fastest to within a frame, {ghosts}."
        )
    return (
        f"{within:,} of {size:,} settings lose at most {percent(weighed.budget)} of the turns; of "
        f"these it is the fastest to within a frame, {ghosts}."
    )


def _next_to_it(weighed: Weighed) -> Iterator[str]:
    figures, at = weighed.figures, weighed.chosen
    for each in weighed.neighbours:
        sooner = figures.delay_p50_ms[at] - figures.delay_p50_ms[each]
        if not math.isfinite(sooner):
            continue
        change = f"{abs(sooner):,.0f} ms {'sooner' if sooner > 0 else 'later'}"
        lost = int(figures.lost[each] - figures.lost[at])
        ghosts = int(figures.ghosts[each] - figures.ghosts[at])
        yield (
            f"Next to it, {told(weighed.grid.at(each))} answers "
            f"{change if sooner else 'as soon'}, loses {_more(lost, 'turn')} and has "
            f"{_more(ghosts, 'ghost')}."
        )


def _drawn(weighed: Weighed) -> str:
    drawn, pair = weighed.trust, weighed.pair(weighed.chosen)
    what = "turns" if weighed.swept.by_turn else "takes"
    said = (
        f"Drawn anew {DRAWS} times from the {drawn.units} {what}, threshold and silence are among "
        f"the best, to within a frame, {percent(float(drawn.wins[pair]))} of the times"
    )
    rival = _rival(weighed)
    if rival is None:
        return f"{said}."
    settings = weighed.grid.at(rival * len(weighed.grid.prefixes_ms))
    return (
        f"{said}; threshold {settings.threshold:.2f} with silence "
        f"{settings.silence_duration_ms:,} ms are {percent(float(drawn.wins[rival]))}."
    )


def _rival(weighed: Weighed) -> int | None:
    """Another threshold and silence that is often among the best."""
    wins = weighed.trust.wins.copy()
    wins[weighed.pair(weighed.chosen)] = 0
    rival = int(np.argmax(wins))
    return rival if wins[rival] >= _NOTABLE_RIVAL else None


def _doubts(weighed: Weighed) -> Iterator[str]:
    figures, drawn, swept = weighed.figures, weighed.trust, weighed.swept
    if weighed.spoken_turns < FEW_TURNS:
        yield (
            f"The evidence is thin: {_turns(weighed.spoken_turns)}. Label more of them before you "
            "rely on it."
        )
    elif drawn.units < _FEW_UNITS or swept.by_turn:
        yield (
            f"All turns come from {swept.takes} {'take' if swept.takes == 1 else 'takes'}: other "
            "people, rooms and microphones may want other settings."
        )
    if weighed.grid.size > 1 and drawn.wins[weighed.pair(weighed.chosen)] < SURE:
        yield UNSURE
    if not swept.tally.noises.sum():
        yield "No noise is labelled: what a cough, keys or a television does was not tried."
    if figures.merged[weighed.chosen] or figures.missed[weighed.chosen]:
        yield "It misses or merges turns; listen to these before you use it."
    yield from _edges(weighed)
    if swept.skipped:
        left_out = len(swept.skipped)
        yield f"{left_out} {'take was' if left_out == 1 else 'takes were'} left out."


def _edges(weighed: Weighed) -> Iterator[str]:
    """The best may lie beyond what was tried."""
    grid, settings = weighed.grid, weighed.settings
    for name, values, value in (
        ("threshold", grid.thresholds, settings.threshold),
        ("silence", grid.silences_ms, settings.silence_duration_ms),
    ):
        if len(values) > 1 and value in (values[0], values[-1]):
            which = "lowest" if value == values[0] else "highest"
            yield f"Its {name} is the {which} that was tried: try others beyond it, too."


def _counted(weighed: Weighed) -> str:
    turns, variants = weighed.figures.turns, len(weighed.swept.plan.variants)
    again = f" ({weighed.spoken_turns:,}, each heard {variants} ways)" if variants > 1 else ""
    return _turns(turns) + again


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count:,} turns"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _more(count: int, what: str) -> str:
    if not count:
        return f"as many {what}s"
    plural = "" if abs(count) == 1 else "s"
    return f"{abs(count):,} {'more' if count > 0 else 'fewer'} {what}{plural}"
