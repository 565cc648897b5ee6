"""Two sessions beside each other: what was set, what was said, how long it took, what it cost.

Turns are aligned in order, by the user's words. Latencies are compared as distributions, for turns
of one session are not those of the other. Edges of speech are compared where both services were
given the same sound, which somebody else finds out from the tracks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from studio.protocol.settings import SessionSettings, changed_fields
from studio.session.cost import Cost
from studio.session.latency_summary import LatencySummary, Spread, SummaryReader
from studio.session.standing import Standing, standings
from studio.session.state import SessionState, SpeechSpan
from studio.session.turns import Turn, TurnReader
from studio.session.word_diff import Words, bare_words, word_diff

LagMs = Callable[[SpeechSpan, SpeechSpan], float | None]
"""How much later the second span's sound lies in its track than the first's, in ms; None where it
is not the same sound."""

_LEAST_LIKENESS = 0.25
_MOST_CELLS = 400_000
"""Pairs of turns that are weighed; two sessions with more are aligned by order alone."""


@dataclass(frozen=True)
class Side:
    """One of two sessions.

    Attributes:
        name: its folder's name.
        state: its fold.
        cost: in money.
        title: what a person called it.
        started_at: when it began; None where its log does not say.
        provider: whom it talked to.
        model: the model, as far as it is known.
        tags: how often which tag stands in it.
    """

    name: str
    state: SessionState
    cost: Cost = field(default_factory=Cost)
    title: str = ""
    started_at: datetime | None = None
    provider: str = ""
    model: str = ""
    tags: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def turns(self) -> Sequence[Turn]:
        """Its turns."""
        return TurnReader().read(self.state)

    @cached_property
    def latency(self) -> LatencySummary:
        """Its turns' latencies."""
        return SummaryReader().read(self.turns, self.state)

    @property
    def settings(self) -> SessionSettings:
        """The last settings in force."""
        known = self.state.settings
        return known.epochs[-1].settings if known.epochs else known.asked


@dataclass(frozen=True, slots=True)
class SettingPair:
    """A setting that is not the same, in words; `not set` where a session does not state it."""

    path: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class StandingPair:
    """How a setting stands in each session, where one does not do as asked; None: not judged."""

    path: str
    one: Standing | None
    other: Standing | None


@dataclass(frozen=True, slots=True)
class SpreadPair:
    """How a part of the latency is spread in each session; None where no turn knows it."""

    name: str
    one: Spread | None
    other: Spread | None

    @property
    def p50_change_ms(self) -> float | None:
        """How much more the other's median is."""
        return None if not (self.one and self.other) else self.other.p50_ms - self.one.p50_ms

    @property
    def p95_change_ms(self) -> float | None:
        """How much more the other's tail is."""
        return None if not (self.one and self.other) else self.other.p95_ms - self.one.p95_ms


@dataclass(frozen=True, slots=True)
class Edges:
    """How much later the other's server heard the same speech begin and end, in ms of its sound."""

    start_ms: float
    end_ms: float | None


@dataclass(frozen=True, slots=True)
class TurnPair:
    """A turn of one session and the turn of the other that answers to it; one may be missing.

    Attributes:
        one: the first session's turn.
        other: the second session's.
        user: the user's words in both.
        assistant: the assistant's.
        edges: None where not both servers heard the same sound.
    """

    one: Turn | None
    other: Turn | None
    user: tuple[Words, ...] = ()
    assistant: tuple[Words, ...] = ()
    edges: Edges | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How often something stands in each session."""

    what: str
    one: int
    other: int


@dataclass(frozen=True)
class Comparison:
    """What two sessions have in common, and where they differ.

    Attributes:
        one: the first session.
        other: the second.
        settings: what is not set alike.
        standings: what is not as it was asked in one of them.
        latency: the total first, then the parts in their order.
        turns: aligned.
        tags: how often which tag stands, where that differs.
        problems: how often what went wrong, where that differs.
    """

    one: Side
    other: Side
    settings: tuple[SettingPair, ...]
    standings: tuple[StandingPair, ...]
    latency: tuple[SpreadPair, ...]
    turns: tuple[TurnPair, ...]
    tags: tuple[Count, ...]
    problems: tuple[Count, ...]

    @property
    def edges(self) -> tuple[Edges, ...]:
        """The edges of all turns in which both servers heard the same sound."""
        return tuple(pair.edges for pair in self.turns if pair.edges is not None)


def compare(one: Side, other: Side, lag_ms: LagMs = lambda _one, _other: None) -> Comparison:
    """Lay two sessions beside each other."""
    here, there = one.latency, other.latency
    parts = zip(here.parts, there.parts, strict=True)
    return Comparison(
        one=one,
        other=other,
        settings=setting_pairs(one.settings, other.settings),
        standings=standing_pairs(one.state, other.state),
        latency=(
            SpreadPair("total", here.total, there.total),
            *(SpreadPair(name, spread, its) for (name, spread), (_, its) in parts),
        ),
        turns=tuple(_pair(*pair, lag_ms) for pair in aligned(one.turns, other.turns)),
        tags=_counts(Counter(one.tags), Counter(other.tags)),
        problems=_counts(_problems(one.state), _problems(other.state)),
    )


def setting_pairs(one: SessionSettings, other: SessionSettings) -> tuple[SettingPair, ...]:
    """The settings that two sessions state differently, in words."""
    paths = dict.fromkeys((*changed_fields(one, other), *changed_fields(other, one)))
    pairs = (SettingPair(path, _value(one, path), _value(other, path)) for path in paths)
    return tuple(pair for pair in pairs if pair.one != pair.other)


def standing_pairs(one: SessionState, other: SessionState) -> tuple[StandingPair, ...]:
    """How those settings stand in two sessions that are not as they were asked in one of them."""
    here, there = ({each.path: each for each in _by_weight(state)} for state in (one, other))
    paths = dict.fromkeys(each.path for each in (*here.values(), *there.values()) if each.is_wrong)
    return tuple(StandingPair(path, here.get(path), there.get(path)) for path in paths)


def _by_weight(state: SessionState) -> list[Standing]:
    """All that is said of settings; of one path, what weighs most comes last."""
    return sorted(standings(state), key=lambda each: each.is_wrong)


def _value(settings: SessionSettings, path: str) -> str:
    value: Any = settings
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    if value is None:
        return "not set"
    if isinstance(value, tuple):
        return ", ".join(str(getattr(each, "name", each)) for each in value) or "none"
    return str(value)


def aligned(
    one: Sequence[Turn], other: Sequence[Turn]
) -> tuple[tuple[Turn | None, Turn | None], ...]:
    """Turns that answer to each other, in order; those without a counterpart stand alone.

    The alignment with the most words in common in all is taken.
    """
    if len(one) * len(other) > _MOST_CELLS:
        shared = min(len(one), len(other))
        alone = [*((turn, None) for turn in one[shared:])]
        return (
            *zip(one[:shared], other[:shared], strict=True),
            *alone,
            *((None, turn) for turn in other[shared:]),
        )
    best = _best(one, other)
    pairs: list[tuple[Turn | None, Turn | None]] = []
    here = there = 0
    while here < len(one) and there < len(other):
        worth = best[here][there]
        if worth == best[here + 1][there]:
            pairs.append((one[here], None))
            here += 1
        elif worth == best[here][there + 1]:
            pairs.append((None, other[there]))
            there += 1
        else:
            pairs.append((one[here], other[there]))
            here, there = here + 1, there + 1
    alone_here: list[tuple[Turn | None, Turn | None]] = [(turn, None) for turn in one[here:]]
    return (*pairs, *alone_here, *((None, turn) for turn in other[there:]))


def _best(one: Sequence[Turn], other: Sequence[Turn]) -> list[list[float]]:
    """What the best alignment of the turns from each place on is worth."""
    here = [Counter(bare_words(turn.user_text)) for turn in one]
    there = [Counter(bare_words(turn.user_text)) for turn in other]
    best = [[0.0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for at in range(len(one) - 1, -1, -1):
        for its in range(len(other) - 1, -1, -1):
            alone = max(best[at + 1][its], best[at][its + 1])
            likeness = _likeness(here[at], there[its], one[at], other[its]) - _LEAST_LIKENESS
            best[at][its] = max(alone, likeness + best[at + 1][its + 1])
    return best


def _likeness(here: Counter[str], there: Counter[str], one: Turn, other: Turn) -> float:
    """From 0 to 1: how many words are the same; a turn without words can be any spoken one."""
    if here and there:
        return 2 * (here & there).total() / (here.total() + there.total())
    if _spoke(one) != _spoke(other):
        return 0.0
    return 0.4 if here or there else 0.6


def _spoke(turn: Turn) -> bool:
    """Whether the user had part in it; a turn that began after a silence is the server's."""
    timed_out = turn.server_span is not None and turn.server_span.timed_out
    return turn.user_item_id is not None and not timed_out


def _pair(one: Turn | None, other: Turn | None, lag_ms: LagMs) -> TurnPair:
    user = (one.user_text if one else "", other.user_text if other else "")
    assistant = (one.assistant_text if one else "", other.assistant_text if other else "")
    return TurnPair(one, other, word_diff(*user), word_diff(*assistant), _edges(one, other, lag_ms))


def _edges(one: Turn | None, other: Turn | None, lag_ms: LagMs) -> Edges | None:
    here = one.server_span if one else None
    there = other.server_span if other else None
    if here is None or there is None or here.timed_out or there.timed_out:
        return None
    lag = lag_ms(here, there)
    if lag is None:
        return None
    ended = here.end_ms is not None and there.end_ms is not None
    return Edges(
        start_ms=there.start_ms - here.start_ms - lag,
        end_ms=there.end_ms - here.end_ms - lag if ended else None,  # type: ignore[operator]
    )


def _problems(state: SessionState) -> Counter[str]:
    return Counter(each.title for each in state.problems if not each.benign)


def _counts(one: Counter[str], other: Counter[str]) -> tuple[Count, ...]:
    names = dict.fromkeys((*one, *other))
    return tuple(Count(name, one[name], other[name]) for name in names if one[name] != other[name])
