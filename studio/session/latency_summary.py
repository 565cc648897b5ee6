"""The latency of a whole session: how long turns take, under which settings, and why.

Percentiles are nearest-rank: each is the figure of a turn that was really measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from operator import is_
from typing import Any

from studio.core.text import one_line
from studio.protocol.settings import SessionSettings, changed_fields
from studio.session.latency import PARTS, TurnLatency
from studio.session.settings import epoch_at
from studio.session.state import Epoch, SessionState
from studio.session.turns import Turn

_WORDS = {
    "turn_detection.type": "{}",
    "turn_detection.silence_duration_ms": "silence {} ms",
    "turn_detection.prefix_padding_ms": "padding {} ms",
    "turn_detection.threshold": "threshold {}",
    "turn_detection.eagerness": "eagerness {}",
    "turn_detection": "turn detection {}",
}
_ALWAYS_TOLD = ("turn_detection.silence_duration_ms", "turn_detection.type")
_LONGEST_VALUE = 24


@dataclass(frozen=True, slots=True)
class Spread:
    """How a figure is spread over turns: how many of them know it, its median and its tail."""

    count: int
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class LatencyGroup:
    """The turns that were held under the same settings.

    Attributes:
        settings: which, in words: how turns end, and what else was changed in the session.
        total: from the user's last sound to the first that was heard.
        parts: the parts by name, in their order; None where no turn knows one.
    """

    settings: str
    total: Spread
    parts: tuple[tuple[str, Spread | None], ...]


@dataclass(frozen=True, slots=True)
class SlowestTurn:
    """The turn with the longest latency, and the part that has the most of it."""

    index: int
    total_ms: float
    part: str
    part_ms: float

    @property
    def words(self) -> str:
        """`turn 4: 1.92 s, of which model 1.31 s`."""
        return (
            f"turn {self.index}: {self.total_ms / 1000:.2f} s, "
            f"of which {self.part} {self.part_ms / 1000:.2f} s"
        )


@dataclass(frozen=True, slots=True)
class LatencySummary:
    """What the turns of a session have in common, and where they differ.

    Attributes:
        count: turns whose total is known; the others do not count.
        total: all of them; None where there is none.
        parts: the parts by name, in their order; None where no turn knows one.
        groups: by the settings in force, in the order in which they first were.
        slowest: the slowest turn; None where there is none.
    """

    count: int
    total: Spread | None
    parts: tuple[tuple[str, Spread | None], ...]
    groups: tuple[LatencyGroup, ...]
    slowest: SlowestTurn | None


@dataclass(frozen=True, slots=True)
class _Measured:
    """A turn whose total is known."""

    index: int
    latency: TurnLatency
    total_ms: float
    epoch: Epoch | None


class SummaryReader:
    """Summarises turns, and keeps the summary for as long as their latencies stay the same."""

    def __init__(self) -> None:
        self._sources: tuple[object, ...] = ()
        self._summary = _summary(())

    def read(self, turns: Sequence[Turn], state: SessionState) -> LatencySummary:
        """The summary of these turns of this state."""
        sources = (state.settings.epochs, *(turn.latency for turn in turns))
        if len(sources) != len(self._sources) or not all(map(is_, sources, self._sources)):
            self._sources = sources
            self._summary = _summary(tuple(_measured(turns, state)))
        return self._summary


def _measured(turns: Iterable[Turn], state: SessionState) -> Iterable[_Measured]:
    for turn in turns:
        total_ms, decided_at = turn.latency.total_ms, turn.latency.decided_at
        if total_ms is not None:
            epoch = epoch_at(state.settings, decided_at) if decided_at is not None else None
            yield _Measured(turn.index, turn.latency, total_ms, epoch)


def _summary(measured: Sequence[_Measured]) -> LatencySummary:
    return LatencySummary(
        count=len(measured),
        total=spread_of(each.total_ms for each in measured),
        parts=_parts(measured),
        groups=tuple(_groups(measured)),
        slowest=_slowest(measured),
    )


def spread_of(values: Iterable[float | None]) -> Spread | None:
    """How those that are known are spread; None where none is."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return Spread(len(known), _percentile(known, 50), _percentile(known, 95))


def _percentile(known: Sequence[float], percent: int) -> float:
    return known[ceil(percent * len(known) / 100) - 1]


def _parts(measured: Sequence[_Measured]) -> tuple[tuple[str, Spread | None], ...]:
    by_turn = [dict(each.latency.parts()) for each in measured]
    return tuple((name, spread_of(parts[name] for parts in by_turn)) for name in PARTS)


def _slowest(measured: Sequence[_Measured]) -> SlowestTurn | None:
    if not measured:
        return None
    turn = max(measured, key=lambda each: each.total_ms)
    part, part_ms = max(
        ((name, ms or 0.0) for name, ms in turn.latency.parts()), key=lambda each: each[1]
    )
    return SlowestTurn(turn.index, turn.total_ms, part, part_ms)


def _groups(measured: Sequence[_Measured]) -> Iterable[LatencyGroup]:
    """Turns by the words for their settings; settings that no words tell apart are the same."""
    epochs = [each.epoch.settings for each in measured if each.epoch is not None]
    differing = _differing(epochs)
    by_words: dict[str, list[_Measured]] = {}
    for each in measured:
        by_words.setdefault(_in_words(each.epoch, differing), []).append(each)
    for words, group in by_words.items():
        total = spread_of(each.total_ms for each in group)
        assert total is not None
        yield LatencyGroup(words, total, _parts(group))


def _differing(epochs: Sequence[SessionSettings]) -> tuple[str, ...]:
    """Paths at which not all of these settings are the same."""
    paths = dict.fromkeys(
        path
        for settings in epochs[1:]
        for path in (*changed_fields(epochs[0], settings), *changed_fields(settings, epochs[0]))
    )
    return tuple(path for path in paths if path not in _ALWAYS_TOLD)


def _in_words(epoch: Epoch | None, differing: Iterable[str]) -> str:
    if epoch is None:
        return "settings unknown"
    settings = epoch.settings
    told = [_value_in_words(settings, path) for path in (*_ALWAYS_TOLD, *differing)]
    if settings.turn_detection is None:
        told.insert(0, "push-to-talk")
    return ", ".join(words for words in told if words)


def _value_in_words(settings: SessionSettings, path: str) -> str:
    if path.startswith("turn_detection") and settings.turn_detection is None:
        return ""
    value: Any = settings
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    if value is None:
        return ""
    return _WORDS.get(path, f"{path} {{}}").format(one_line(str(value), _LONGEST_VALUE))


_READER = SummaryReader()


def summarize(turns: Sequence[Turn], state: SessionState) -> LatencySummary:
    """The latency of a session's turns; cheap to ask again while no latency has changed."""
    return _READER.read(turns, state)
