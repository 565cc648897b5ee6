"""A conversation without a screen: the same session in this process, until it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.runtime.live import LiveSession
from studio.runtime.messages import Fault, LogLine
from studio.session.echo import is_likely_echo
from studio.session.latency_summary import summarize
from studio.session.playback import sounding
from studio.session.turns import Turn, TurnReader

if TYPE_CHECKING:
    from pathlib import Path

    from studio.runtime.messages import FromWorker
    from studio.runtime.plan import ConnectPlan
    from studio.runtime.world import World
    from studio.session.latency_summary import LatencySummary, Spread
    from studio.session.state import Echo, Interruption, SessionState

LONGEST_S = 300.0

_QUIET_S = 2.0
_WORDS_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class TalkResult:
    """What came of a conversation.

    Attributes:
        state: everything that was known at its end.
        path: its folder.
        faults: what could not be kept, in words.
    """

    state: SessionState
    path: Path
    faults: tuple[Fault, ...] = ()


async def talk(
    plan: ConnectPlan,
    world: World,
    *,
    turns: int | None = None,
    longest_s: float = LONGEST_S,
    on_line: Callable[[str], None] = lambda _line: None,
    on_fault: Callable[[Fault], None] = lambda _fault: None,
    wants_end: Callable[[], bool] = lambda: False,
) -> TalkResult:
    """Hold a conversation until it is over.

    It is over when `turns` user turns were answered and heard; or when the script or the file is at
    its end and all is quiet; or after `longest_s`; or when the connection ends, or somebody wants
    it to.

    Args:
        plan: the session.
        world: what it acts on.
        turns: how many; None for as many as there are.
        longest_s: session seconds after which it is ended in any case.
        on_line: is given every line of the log.
        on_fault: is told at once what cannot be kept.
        wants_end: is asked 50 times a second.

    Raises:
        StudioError: there is no key, a sound file is unreadable, or the folder cannot be made.
    """
    faults: list[Fault] = []

    def publish(message: FromWorker) -> None:
        if isinstance(message, LogLine):
            on_line(message.line)
        elif isinstance(message, Fault):
            faults.append(message)
            on_fault(message)

    session = await LiveSession.open(plan, world, publish)
    await session.run(Ending(turns, longest_s, wants_end).look)
    return TalkResult(session.state, session.path, tuple(faults))


class Ending:
    """Watches a session and ends it when the conversation is over."""

    def __init__(self, turns: int | None, longest_s: float, wants_end: Callable[[], bool]) -> None:
        self._wanted = turns
        self._longest_s = longest_s
        self._wants_end = wants_end
        self._reader = TurnReader()
        self._quiet_since: float | None = None
        self._told = False

    def look(self, session: LiveSession) -> None:
        """Ask the session to end, once, if it is time."""
        if not self._told and self._is_over(session):
            self._told = True
            session.leave()

    def _is_over(self, session: LiveSession) -> bool:
        if session.now > self._longest_s or self._wants_end():
            return True
        if not _is_quiet(session.state):
            self._quiet_since = None
            return False
        if self._quiet_since is None:
            self._quiet_since = session.now
        quiet_s = session.now - self._quiet_since
        if self._has_enough(session.state):
            return quiet_s > _WORDS_PATIENCE_S or not _awaits_words(session.state)
        return session.speaks_by_itself and not session.has_more_to_say and quiet_s > _QUIET_S

    def _has_enough(self, state: SessionState) -> bool:
        if self._wanted is None:
            return False
        answered = [turn for turn in self._reader.read(state) if _was_answered(turn)]
        return len(answered) >= self._wanted


def _is_quiet(state: SessionState) -> bool:
    """Whether nobody speaks, nothing is being made, and everything was heard."""
    speech = state.speech
    is_user_silent = all(
        not spans or spans[-1].end_ms is not None for spans in (speech.server, speech.local)
    )
    return is_user_silent and not state.responses.active and not sounding(state.playback)


def _awaits_words(state: SessionState) -> bool:
    return any(
        item.transcription in ("pending", "streaming") for item in state.items.by_id.values()
    )


def _was_answered(turn: Turn) -> bool:
    """A user's turn with a whole answer, or one that was at least heard in part."""
    is_heard = any(said.head is not None and said.head.played_ms for said in turn.said)
    is_complete = any(response.status != "cancelled" for response in turn.responses)
    return turn.user_item_id is not None and turn.done and (is_heard or is_complete)


def talk_json(result: TalkResult) -> dict[str, Any]:
    """A conversation as one plain object: turns, latency in ms, problems, and where it is kept."""
    state = result.state
    turns = TurnReader().read(state)
    return {
        "session": str(result.path),
        "provider": state.connection.provider,
        "model": state.connection.model,
        "phase": state.connection.phase,
        "close_code": state.connection.close_code,
        "seconds": round(state.last_at, 3),
        "turns": [_turn_json(turn) for turn in turns],
        "latency_summary": _summary_json(summarize(turns, state)),
        "problems": [
            {
                "severity": problem.severity,
                "title": problem.title,
                "message": problem.message,
                "hint": problem.hint,
                "code": problem.code,
            }
            for problem in state.problems
            if not problem.benign
        ]
        + [
            {"severity": "error", "title": fault.title, "message": fault.message}
            | {"hint": fault.hint, "code": ""}
            for fault in result.faults
        ],
    }


def _turn_json(turn: Turn) -> dict[str, Any]:
    span = turn.server_span
    parts = (*turn.latency.parts(), ("total", turn.latency.total_ms))
    return {
        "user": turn.user_text,
        "assistant": turn.assistant_text,
        "latency_ms": {name: _ms(value) for name, value in parts},
        "audio_start_ms": None if span is None else span.start_ms,
        "audio_end_ms": None if span is None else span.end_ms,
        "echo": None if turn.echo is None else _echo_json(turn.echo),
        "interruptions": [_interruption_json(each) for each in turn.interruptions],
        "tags": list(turn.tags),
    }


def _echo_json(echo: Echo) -> dict[str, Any]:
    return {
        "score": round(echo.score, 3),
        "lag_ms": _ms(echo.lag_ms),
        "likely": is_likely_echo(echo),
    }


def _interruption_json(cut: Interruption) -> dict[str, Any]:
    """The ledger: how much there was, and when what happened, in session seconds."""
    return {
        "reason": cut.reason,
        "item_id": cut.item_id,
        "content_index": cut.content_index,
        "generated_ms": _ms(cut.generated_ms),
        "received_ms": _ms(cut.received_ms),
        "played_ms": _ms(cut.played_ms),
        "requested_ms": cut.requested_ms,
        "applied_ms": cut.applied_ms,
        "speech_at": cut.speech_at,
        "flushed_at": cut.flushed_at,
        "silent_at": cut.silent_at,
        "requested_at": cut.requested_at,
        "applied_at": cut.applied_at,
        "refused": cut.refused,
        "benign": cut.benign,
    }


def _summary_json(summary: LatencySummary) -> dict[str, Any]:
    """Percentiles in ms, of all turns and by the settings that they were held under."""
    slowest = summary.slowest
    return {
        "count": summary.count,
        "ms": _spreads_json(summary.parts, summary.total),
        "by_settings": [
            {"settings": group.settings, "count": group.total.count}
            | {"ms": _spreads_json(group.parts, group.total)}
            for group in summary.groups
        ],
        "slowest": None if slowest is None else slowest.words,
    }


def _spreads_json(
    parts: tuple[tuple[str, Spread | None], ...], total: Spread | None
) -> dict[str, Any]:
    return {
        name: None if spread is None else {"p50": _ms(spread.p50_ms), "p95": _ms(spread.p95_ms)}
        for name, spread in (*parts, ("total", total))
    }


def _ms(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
