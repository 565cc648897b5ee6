"""Whether a service refused only because it was too much at once, and how long it asks to wait."""

from __future__ import annotations

from typing import NamedTuple

from studio.protocol.waiting import wait_said_s
from studio.session.state import Problem, SessionState

_TITLES = frozenset({"Too many requests", "The service is busy"})
_CODES = ("rate_limit", "overloaded", "session_limit", "slow_down")


class Busy(NamedTuple):
    """Too much at once: a later try may go well.

    Attributes:
        words: what the service said.
        wait_s: how long it asks to wait; None where it does not say.
    """

    words: str
    wait_s: float | None


def busy(state: SessionState) -> Busy | None:
    """The first such refusal of a session; None where there was none."""
    for problem in state.problems:
        if problem.severity == "error" and not problem.benign and is_passing(problem):
            told_s = problem.wait_s if problem.wait_s is not None else wait_said_s(problem.message)
            wait_s = _reset_s(state, problem.at) if told_s is None else told_s
            return Busy(f"{problem.title}: {problem.message}", wait_s)
    return None


def is_passing(problem: Problem) -> bool:
    """Whether it was only too much at once: HTTP 429 and 503, and their like in an event."""
    return problem.title in _TITLES or any(code in problem.code for code in _CODES)


def _reset_s(state: SessionState, since: float) -> float | None:
    """When the limits that are used up are filled again, by `rate_limits.updated`."""
    resets = [
        each.reset_seconds
        for each in state.rate_limits.values()
        if each.reset_seconds is not None and each.remaining is not None and each.remaining <= 0
    ]
    return max(0.0, max(resets) - (state.last_at - since)) if resets else None
