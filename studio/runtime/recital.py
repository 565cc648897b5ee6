"""A session in which the assistant reads lines aloud: text in, audio out, and nobody listens.

It is a session like any other, so that its log and its sound are kept. Each line goes out once the
one before is wholly there; nothing waits until it would have been heard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from studio.core.errors import StudioError
from studio.runtime.live import LiveSession
from studio.session.busy import busy, is_passing
from studio.session.local import TextWanted
from studio.vad.detector import Deaf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from studio.runtime.messages import FromWorker
    from studio.runtime.plan import ConnectPlan
    from studio.runtime.world import World
    from studio.session.state import Response, SessionState

PATIENCE_S = 60.0
"""How long a line may take until all its audio is there."""

_SETTLING_S = 5.0


class Trouble(NamedTuple):
    """Why not all lines were read, in words.

    Attributes:
        is_passing: whether a later try may go well.
        wait_s: how long the service asks to wait until then; None where it does not say.
    """

    words: str
    is_passing: bool = False
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class Recited:
    """What came of a session.

    Attributes:
        state: everything that was known at its end.
        path: its folder.
        responses: one for each line that was read, in order.
        trouble: None where all lines were read to their ends.
    """

    state: SessionState
    path: Path
    responses: tuple[Response, ...]
    trouble: Trouble | None


async def recite(plan: ConnectPlan, world: World, lines: Sequence[str]) -> Recited:
    """Have lines read aloud, one after the other, by the voice and the instructions of a plan.

    Raises:
        StudioError: there is no key, or the folder cannot be made.
    """

    def publish(_message: FromWorker) -> None:
        """Nobody watches."""

    quiet = plan.model_copy(update={"microphone": "silence", "speaker": "silent"})
    session = await LiveSession.open(quiet, replace(world, make_detector=Deaf), publish)
    recital = Recital(lines, str(plan.settings.voice))
    await session.run(recital.look)
    return recital.over(session)


class Recital:
    """Watches a session: sends the next line when it is time, and ends it after the last.

    Args:
        lines: what is to be read.
        voice: who is to read it.
    """

    def __init__(self, lines: Sequence[str], voice: str) -> None:
        self._lines = tuple(lines)
        self._voice = voice
        self._asked = 0
        self._asked_at = 0.0
        self._trouble: Trouble | None = None
        self._left = False

    def look(self, session: LiveSession) -> None:
        """Send a line, or leave, if it is time."""
        if self._left:
            return
        state = session.state
        self._trouble = self._what_is_wrong(state, session.now)
        if self._trouble is not None:
            self._leave(session)
        elif self._asked == 0 and not _is_settled(state, session.now):
            return
        elif self._is_answered(state):
            self._go_on(session)

    def over(self, session: LiveSession) -> Recited:
        """What came of it, once the session has ended."""
        responses = tuple(_answers(session.state))[: len(self._lines)]
        trouble = self._trouble
        if trouble is None and sum(each.done_at is not None for each in responses) < len(
            self._lines
        ):
            trouble = _told(session.state) or Trouble("The session ended before all was read.")
        return Recited(session.state, session.path, responses, trouble)

    def _go_on(self, session: LiveSession) -> None:
        if self._asked == len(self._lines):
            self._leave(session)
            return
        session.wish(TextWanted(text=self._lines[self._asked]))
        self._asked += 1
        self._asked_at = session.now

    def _leave(self, session: LiveSession) -> None:
        self._left = True
        session.leave()

    def _is_answered(self, state: SessionState) -> bool:
        done = sum(each.done_at is not None for each in _answers(state))
        return done >= self._asked and not state.responses.active

    def _what_is_wrong(self, state: SessionState, now: float) -> Trouble | None:
        if (told := _told(state)) is not None:
            return told
        if self._asked and now - self._asked_at > PATIENCE_S:
            return Trouble(f"No whole answer came in {PATIENCE_S:.0f} s.")
        ended = next((each for each in _answers(state) if each.done_at is not None and
                      each.status != "completed"), None)  # fmt: skip
        if ended is not None:
            why = ended.error or ended.reason or "the service did not say why"
            return Trouble(f"A line was not read to its end ({ended.status}): {why}.")
        echoed = state.settings.echoed
        if self._asked or echoed is None or not _is_settled(state, now):
            return None
        if isinstance(echoed.voice, str) and echoed.voice != self._voice:
            return Trouble(f"The service stayed with the voice {echoed.voice!r}.")
        return None


def _answers(state: SessionState) -> list[Response]:
    return [*state.responses.by_id.values()]


def _is_settled(state: SessionState, now: float) -> bool:
    """Whether the server has answered what was asked of it; one that never does is not awaited."""
    greeted_at = state.connection.greeted_at
    if greeted_at is None:
        return False
    return not state.settings.pending or now - greeted_at > _SETTLING_S


def _told(state: SessionState) -> Trouble | None:
    """The first error that a service or this machine reported."""
    problem = next((p for p in state.problems if p.severity == "error" and not p.benign), None)
    if problem is None:
        return None
    told = busy(state) if is_passing(problem) else None
    return Trouble(
        f"{problem.title}: {problem.message}",
        is_passing=told is not None,
        wait_s=told.wait_s if told is not None else None,
    )


def refused(failure: StudioError) -> Trouble:
    """Why a session could not even begin."""
    return Trouble(f"{failure.title}: {failure.message}" if failure.title else failure.message)
