"""What a list says of a session without opening it: figures, tags, and the words to search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from studio.session.cost import Usages, session_usages
from studio.session.latency_summary import SummaryReader
from studio.session.standing import Standing, disputed
from studio.session.state import SessionState
from studio.session.tags import TagReader
from studio.session.turns import Turn, TurnReader

_QUIET_TAGS = frozenset({"greeting", "typed", "push-to-talk", "tool", "speaking"})
"""Tags of turns in which nothing is amiss."""
_MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class TurnWords:
    """The words of a turn.

    Attributes:
        index: 1 for the first turn.
        at: session second at which it began.
        user: what the user said.
        assistant: what the assistant said.
        tags: what is particular about it.
    """

    index: int
    at: float
    user: str = ""
    assistant: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """A session in short.

    Attributes:
        duration_s: session seconds of its last event.
        model: as the service named it; empty where it named none.
        voice: the last in force.
        turns: the words of each.
        tags: how often which tag stands, of those that tell of trouble; the commonest first.
        problems: titles of what went wrong, harmless races left out.
        problem_count: how many there were, of which `problems` holds the first.
        p50_ms: the median of the turns' latencies; None where none was measured.
        p95_ms: their tail.
        usages: what was used, for the cost.
        settings: the last settings in force, in words.
        disputed: settings that are not as they were asked.
        is_over: whether the log says that the session ended.
    """

    duration_s: float = 0.0
    model: str = ""
    voice: str = ""
    turns: tuple[TurnWords, ...] = ()
    tags: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    problem_count: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    usages: Usages = field(default_factory=Usages)
    settings: str = ""
    disputed: tuple[Standing, ...] = ()
    is_over: bool = False


def digest_of(state: SessionState) -> Digest:
    """The digest of a session as far as it is folded."""
    reader = TurnReader()
    turns = reader.read(state)
    summary = SummaryReader().read(turns, state)
    problems = [each.title for each in state.problems if _counts(each.severity, each.benign)]
    in_force = state.settings.epochs[-1].settings if state.settings.epochs else None
    found = TagReader(reader.read).read(state)
    by_turn: dict[int | None, list[str]] = {}
    for tag in found:
        by_turn.setdefault(tag.turn_index, []).append(tag.name)
    counts = Counter(tag.name for tag in found if tag.name not in _QUIET_TAGS)
    return Digest(
        duration_s=state.last_at,
        model=(in_force.model if in_force else "") or state.connection.model,
        voice=str((in_force.voice if in_force else "") or ""),
        turns=tuple(_words(turn, by_turn.get(turn.index, ())) for turn in turns),
        tags=dict(counts.most_common()),
        problems=tuple(problems[:_MOST_PROBLEMS]),
        problem_count=len(problems),
        p50_ms=summary.total.p50_ms if summary.total else None,
        p95_ms=summary.total.p95_ms if summary.total else None,
        usages=session_usages(state),
        settings=summary.groups[-1].settings if summary.groups else "",
        disputed=disputed(state)[:_MOST_PROBLEMS],
        is_over=state.ended,
    )


def _counts(severity: str, benign: bool) -> bool:  # noqa: FBT001 - two facts of one problem
    return severity != "info" and not benign


def _words(turn: Turn, tags: Iterable[str]) -> TurnWords:
    names = tuple(dict.fromkeys(tags))
    return TurnWords(turn.index, turn.started_at, turn.user_text, turn.assistant_text, names)
