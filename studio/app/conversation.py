"""`studio talk`: a conversation without a screen, told in lines or as one JSON object."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Protocol

from studio.app.choices import Choices
from studio.app.farewell import ASKED, HUNG_UP, heeding
from studio.app.serving import OWN_SERVER_COMMAND
from studio.app.setup import connect_plan, read_setup, wants_own_server
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from studio.app.setup import Setup
    from studio.runtime.messages import Fault
    from studio.runtime.plan import ConnectPlan
    from studio.runtime.talk import TalkResult
    from studio.session.state import SessionState
    from studio.session.turns import Turn


class Say(Protocol):
    """Prints a line; outside text in it is made harmless."""

    def __call__(self, text: str, *, to_errors: bool = False) -> None:
        """Print on standard output, or on standard error."""
        ...


def hold_conversation(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    turns: int | None,
    max_seconds: float,
    as_json: bool,
    say: Say,
) -> int:
    """Talk until it is over; the exit status is 1 where something went wrong.

    Ctrl+C and its like end the session in good order; the second one ends it at once, with 130.

    Raises:
        StudioError: the conversation could not begin. With `as_json` it is printed as an object.
    """
    setup = read_setup(choices, environ)
    try:
        plan, faults = connect_plan(setup, choices)
        for fault in (*setup.faults, *faults):
            say(fault.in_words(), to_errors=True)
        told = None if as_json else _Told(say)
        result = asyncio.run(
            _talk(setup, plan, environ, turns=turns, max_seconds=max_seconds, told=told)
        )
    except StudioError as error:
        if not as_json:
            raise
        say(json.dumps({"error": error.message, "title": error.title, "hint": error.hint}))
        return 1
    except asyncio.CancelledError:
        return 130
    return _report(result, setup, as_json=as_json, say=say)


async def _talk(
    setup: Setup,
    plan: ConnectPlan,
    environ: Mapping[str, str],
    *,
    turns: int | None,
    max_seconds: float,
    told: _Told | None,
) -> TalkResult:
    from studio.runtime.children import LocalServer
    from studio.runtime.here import this_machine
    from studio.runtime.talk import talk

    async with AsyncExitStack() as stack:
        if wants_own_server(plan):
            log = setup.paths.log_dir / "server.log"
            server = await stack.enter_async_context(LocalServer(OWN_SERVER_COMMAND, log))
            plan = plan.model_copy(update={"url": server.url})
        world = this_machine(environ)
        farewell = _Farewell()
        held = partial(
            talk,
            plan,
            world,
            turns=turns,
            longest_s=max_seconds,
            wants_end=lambda: farewell.is_wanted,
        )
        with heeding((*ASKED, HUNG_UP), farewell.want):
            if told is None:
                return await held()
            told.begin(plan)
            return await held(on_line=told.take, on_fault=told.fault)


def _why_no_turn(state: SessionState) -> str:
    if state.settings.asked.turn_detection is None:
        return "Nothing was said: turn detection is off, so that nobody ended a turn."
    return "Nothing was said: the server noticed no turn."


class _Farewell:
    """Notes that the end is wanted; asked again, cancels the task that it was made in."""

    def __init__(self) -> None:
        self.is_wanted = False
        self._task = asyncio.current_task()

    def want(self) -> None:
        """Take note."""
        if self.is_wanted and self._task is not None:
            self._task.cancel()
        self.is_wanted = True


def _report(result: TalkResult, setup: Setup, *, as_json: bool, say: Say) -> int:
    from studio.app.library import prices_of
    from studio.export.comparison import cost_json
    from studio.runtime.talk import talk_json

    told = talk_json(result)
    if as_json:
        prices, _ = prices_of(setup.paths)
        cost = cost_json(prices.session_cost(result.state, {}))
        say(json.dumps(told | {"cost": cost}, ensure_ascii=True))
    else:
        if not told["turns"]:
            say(_why_no_turn(result.state), to_errors=True)
        say(f"session: {result.path}", to_errors=True)
    return int(any(problem["severity"] == "error" for problem in told["problems"]))


class _Told:
    """Folds the log as it grows and prints each turn once it is over, and each problem."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def begin(self, plan: ConnectPlan) -> None:
        """Start with an empty session."""
        from studio.session.state import SessionState
        from studio.session.turns import TurnReader

        self._dialect = plan.dialect
        self._state = SessionState()
        self._reader = TurnReader()
        self._turns_told = self._problems_told = 0
        self._say(f"{plan.provider} · {plan.model} · microphone {plan.microphone}", to_errors=True)

    def take(self, line: str) -> None:
        """Fold a line of the log."""
        from studio.session.reduce import reduce
        from studio.storage.lines import read_line

        self._state = reduce(self._state, read_line(line, self._dialect)).state
        for problem in self._state.problems[self._problems_told :]:
            if not problem.benign:
                self._say(f"! {problem.title}: {problem.message} {problem.hint}", to_errors=True)
        self._problems_told = len(self._state.problems)
        turns = self._reader.read(self._state)
        while self._turns_told < len(turns) and _is_over(
            turns, self._turns_told, ended=self._state.ended
        ):
            self._tell(turns[self._turns_told])
            self._turns_told += 1

    def fault(self, fault: Fault) -> None:
        """Say what cannot be kept."""
        self._say(f"! {fault.title}: {fault.message} {fault.hint}", to_errors=True)

    def _tell(self, turn: Turn) -> None:
        if turn.user_text:
            self._say(f"you        {turn.user_text}")
        if turn.assistant_text:
            total_ms = turn.latency.total_ms
            after = "" if total_ms is None else f"   [{total_ms / 1000:.2f} s]"
            self._say(f"assistant  {turn.assistant_text}{after}")


def _is_over(turns: Sequence[Turn], index: int, *, ended: bool) -> bool:
    """A turn's words may still come while it is the last one."""
    return ended or index + 1 < len(turns)
