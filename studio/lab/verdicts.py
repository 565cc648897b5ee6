"""Where a setting fails, take by take: turns it loses, and places where settings differ."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from studio.core.errors import StudioError
from studio.lab.score import judged
from studio.lab.sweep import heard_units, labelled
from studio.lab.tally import COUNTED
from studio.vad.segmenter import Rules
from studio.vad.whole import Pauses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio.lab.by_words import ByWords
    from studio.lab.refs import TakeRef
    from studio.lab.score import Score
    from studio.lab.sweep import Plan, Swept
    from studio.lab.twin import Twin
    from studio.lab.weighing import Weighed
    from studio.vad.segmenter import SegmenterSettings

MOST_DOUBTS = 12
_DECIDES = tuple(COUNTED.index(name) for name in ("cut_off", "missed", "merged", "ghosts"))


@dataclass(frozen=True, slots=True)
class Lost:
    """Something a setting does wrong.

    Attributes:
        take: the take's name.
        variant: what was done to it before, `clean` where nothing was.
        at_ms: where the turn or the ghost begins.
        words: what is said there, or what the noise is; may be empty.
        verdict: `cut off`, `missed`, `merged` or `ghost`; `ok` where it does nothing wrong.
        reason: why, in a sentence.
    """

    take: str
    variant: str
    at_ms: int
    words: str
    verdict: str
    reason: str


class Doubt(NamedTuple):
    """A place that a setting and its neighbour on the front judge differently: worth a listen."""

    here: Lost
    there: Lost
    settings: SegmenterSettings


@dataclass(frozen=True, eq=False)
class Found:
    """What came of a sweep.

    Attributes:
        takes: the names of all that were given, those left out included.
        by_words: what `semantic_vad` makes of them; None where it was not tried.
    """

    weighed: Weighed
    doubts: tuple[Doubt, ...]
    takes: tuple[str, ...] = ()
    by_words: ByWords | None = None


def lost(
    refs: Sequence[TakeRef], plan: Plan, twin: Twin, settings: SegmenterSettings, most: int
) -> list[Lost]:
    """The first turns that a setting loses, and its ghosts, as many as are wanted."""
    found = (
        each
        for ref in refs
        for scores in _scores(ref, plan, twin, (settings,))
        for each in scores[0].values()
        if each.verdict not in ("ok", "late")
    )
    return list(islice(found, most))


def doubts(
    refs: Sequence[TakeRef],
    swept: Swept,
    twin: Twin,
    chosen: int,
    neighbours: Sequence[int],
) -> list[Doubt]:
    """Where the neighbours of a setting judge otherwise, one for each place, at most a dozen.

    Only takes whose counts differ are listened to again.
    """
    grid = swept.plan.grid
    tried = tuple(grid.at(at) for at in (chosen, *neighbours))
    units = _differing(swept, chosen, neighbours)
    concerned = (
        ref for place, ref in enumerate(refs) if heard_units(place, by_turn=swept.by_turn) & units
    )
    found: list[Doubt] = []
    for ref in concerned:
        for here, *others in _scores(ref, swept.plan, twin, tried):
            seen: set[int] = set()
            for settings, there in zip(tried[1:], others, strict=True):
                for doubt in _differences(here, there, settings):
                    if doubt.here.at_ms not in seen:
                        seen.add(doubt.here.at_ms)
                        found.append(doubt)
        if len(found) >= MOST_DOUBTS:
            break
    return found[:MOST_DOUBTS]


def _differing(swept: Swept, chosen: int, neighbours: Sequence[int]) -> frozenset[int]:
    grid = swept.plan.grid
    counts = swept.tally.counts.reshape(grid.pairs, len(COUNTED), -1)[:, _DECIDES]
    prefixes = len(grid.prefixes_ms)
    own = counts[chosen // prefixes]
    units: set[int] = set()
    for each in neighbours:
        differs = (counts[each // prefixes] != own).any(axis=0)
        units.update(differs.nonzero()[0].tolist())
    return frozenset(units)


def _differences(
    here: dict[tuple[str, int], Lost],
    there: dict[tuple[str, int], Lost],
    settings: SegmenterSettings,
) -> Iterator[Doubt]:
    for key in here.keys() | there.keys():
        one, other = here.get(key), there.get(key)
        known = one or other
        assert known is not None
        one, other = one or _fine(known), other or _fine(known)
        if one.verdict != other.verdict and {one.verdict, other.verdict} != {"ok", "late"}:
            yield Doubt(one, other, settings)


def _fine(known: Lost) -> Lost:
    """No ghost where the other setting has one."""
    reason = "It stayed below the threshold, or within a turn."
    return Lost(known.take, known.variant, known.at_ms, known.words, "ok", reason)


def _scores(
    ref: TakeRef, plan: Plan, twin: Twin, settings: Sequence[SegmenterSettings]
) -> Iterator[list[dict[tuple[str, int], Lost]]]:
    """For each variant of a take, what each setting makes of its turns and ghosts."""
    try:
        take = ref.load()
        truth = labelled(take)
    except StudioError:
        return  # it was named when it was counted
    for variant in plan.variants:
        heard = twin.hear(variant.of(take))
        found = []
        for each in settings:
            rules = Rules.of(each, plan.profile)
            spans = Pauses(heard, rules).spans(rules.silence_frames)
            score = judged(spans, rules, truth, each.silence_duration_ms)
            found.append(_told(take.name, str(variant), score))
        yield found


def _told(take: str, variant: str, score: Score) -> dict[tuple[str, int], Lost]:
    turns = {
        ("turn", each.turn.begin_ms): Lost(
            take, variant, each.turn.begin_ms, each.turn.words, each.verdict, each.reason
        )
        for each in score.turns
    }
    ghosts = {
        # The same sound crosses another threshold a little sooner or later.
        ("ghost", each.noise.begin_ms if each.noise else each.begin_ms // 1000): Lost(
            take,
            variant,
            each.begin_ms,
            each.noise.words if each.noise else "",
            "ghost",
            each.reason,
        )
        for each in score.ghosts
    }
    return turns | ghosts
