"""Trials: the same takes to fresh sessions of a provider under several settings, as values.

What is held is a plan: every take under every setting, as often as wanted, in an order that chance
decides, so that a service's slow hour does not fall on one setting. Who holds a session is a
`Runner`; one that fails costs itself alone, and what was held stays when the rest is given up.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Protocol

from studio.core.errors import StudioError, unforeseen
from studio.core.text import one_line
from studio.lab.pace import MOST_ATTEMPTS, TooMuchError
from studio.vad.endofturn import LONGEST_WAIT_MS
from studio.vad.segmenter import SegmenterSettings

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from studio.lab.pace import Pace
    from studio.lab.take import Take
    from studio.protocol.settings import SessionSettings

MOST_SESSIONS = 2_000
MOST_AT_ONCE = 16

_LINGER_MS = 1_500
"""How long is listened on after the longest wait, so that its decision arrives."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the settings that are compared.

    Attributes:
        name: A, B, C and so on.
        words: the settings as they were asked for.
        settings: of the whole session.
    """

    name: str
    words: str
    settings: SessionSettings

    @property
    def is_timed(self) -> bool:
        """Whether time alone decides, which the twin can predict."""
        detection = self.settings.turn_detection
        return detection is not None and detection.type == "server_vad"

    @property
    def eagerness(self) -> str:
        """What `semantic_vad` is asked; empty for any other turn detection."""
        detection = self.settings.turn_detection
        is_semantic = detection is not None and detection.type == "semantic_vad"
        return (detection.eagerness or "auto") if detection is not None and is_semantic else ""

    @property
    def segmenter(self) -> SegmenterSettings:
        """What `server_vad` is asked; the usual where nothing is said."""
        detection, usual = self.settings.turn_detection, SegmenterSettings()
        if detection is None or detection.type != "server_vad":
            return usual
        threshold, prefix_ms = detection.threshold, detection.prefix_padding_ms
        silence_ms = detection.silence_duration_ms
        return SegmenterSettings(
            usual.threshold if threshold is None else threshold,
            usual.prefix_padding_ms if prefix_ms is None else prefix_ms,
            usual.silence_duration_ms if silence_ms is None else silence_ms,
        )

    @property
    def silence_after_ms(self) -> int:
        """How much silence has to follow a take for its last turn to be ended."""
        if self.eagerness:
            return LONGEST_WAIT_MS[self.eagerness] + _LINGER_MS
        return self.segmenter.silence_duration_ms + _LINGER_MS


@dataclass(frozen=True, slots=True)
class Run:
    """One session of a plan: which take under which setting, and for the how manieth time."""

    take: int
    arm: int
    repeat: int


@dataclass(frozen=True)
class Trial:
    """Everything that is decided before the first session.

    Attributes:
        seed: decides the order.
        answers: whether the model is to answer, for the latency.
    """

    takes: tuple[Take, ...]
    arms: tuple[Arm, ...]
    repeats: int = 1
    seed: int = 0
    answers: bool = False

    def __post_init__(self) -> None:
        wanted = len(self.takes) * len(self.arms) * self.repeats
        if not 0 < wanted <= MOST_SESSIONS:
            raise StudioError(
                f"{len(self.takes)} takes × {len(self.arms)} settings × {self.repeats} are "
                f"{wanted:,} sessions; a trial holds 1 to {MOST_SESSIONS:,}.",
                title="Cannot plan the trial",
                hint="Choose takes, settings and repeats that come to fewer.",
            )

    def runs(self) -> tuple[Run, ...]:
        """Every session, in the order in which they are begun."""
        runs = [
            Run(take, arm, repeat)
            for repeat in range(self.repeats)
            for take in range(len(self.takes))
            for arm in range(len(self.arms))
        ]
        random.Random(self.seed).shuffle(runs)  # noqa: S311 an order, not a secret
        return tuple(runs)

    def sent_ms(self, run: Run) -> float:
        """How much sound a session sends."""
        return self.takes[run.take].duration_ms + self.arms[run.arm].silence_after_ms

    def total_ms(self) -> float:
        """How much sound all of them send."""
        return sum(self.sent_ms(run) for run in self.runs())


@dataclass(frozen=True, slots=True)
class Held:
    """A session that was held.

    Attributes:
        folder: where it is kept.
        cost: US dollars; None where that is not known.
        problems: what went wrong in it, in sentences.
    """

    folder: Path
    cost: Decimal | None = None
    problems: tuple[str, ...] = ()


class Runner(Protocol):
    """Holds sessions."""

    async def hold(self, take: Take, arm: Arm) -> Held:
        """Send a take to a fresh session with these settings, and silence after it.

        Raises:
            TooMuchError: there was no whole session, and later there may be one.
            StudioError: there was no session.
        """
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one session of a plan: it was held, or failed in words.

    Attributes:
        attempts: how often it was begun; more than once where it was too much at once.
    """

    run: Run
    held: Held | None = None
    failure: str = ""
    attempts: int = 1


async def hold_all(
    trial: Trial,
    runner: Runner,
    parallel: int,
    on_done: Callable[[Done], None],
    wants_end: Callable[[], bool] = lambda: False,
    pace: Pace | None = None,
) -> None:
    """Hold every session of a plan, so many at once; what is done is told at once.

    Args:
        trial: the plan.
        runner: holds the sessions.
        parallel: how many at once.
        on_done: is given each one when it is over.
        wants_end: is asked before each one; nothing is begun any more once it says so.
        pace: holds sessions back where it was too much; without one, such a session has failed.
    """
    waiting = list(reversed(trial.runs()))

    async def work() -> None:
        while waiting and not wants_end():
            run = waiting.pop()
            done = await _held(trial, run, runner, pace, wants_end)
            if done is not None:
                on_done(done)

    async with asyncio.TaskGroup() as workers:
        for _ in range(max(1, min(parallel, MOST_AT_ONCE, len(waiting)))):
            workers.create_task(work())


async def _held(
    trial: Trial, run: Run, runner: Runner, pace: Pace | None, wants_end: Callable[[], bool]
) -> Done | None:
    """What came of a session, begun as often as needed; None where it was given up before that."""
    take, arm = trial.takes[run.take], trial.arms[run.arm]
    for attempt in range(1, MOST_ATTEMPTS + 1):
        if pace is not None:
            await pace.wait(wants_end)
            if wants_end():
                return None
        began_at = pace.now if pace is not None else 0.0
        try:
            held = await runner.hold(take, arm)
        except TooMuchError as failure:
            name = f"{arm.name}, {take.name}"
            if (
                pace is None
                or attempt == MOST_ATTEMPTS
                or not pace.refused(failure, began_at, name)
            ):
                return Done(run, failure=_told(failure), attempts=attempt)
        except StudioError as failure:
            return Done(run, failure=_told(failure), attempts=attempt)
        except Exception as failure:  # noqa: BLE001 - one session's fault must not cost the others
            return Done(run, failure=_told(unforeseen(failure)), attempts=attempt)
        else:
            if pace is not None:
                pace.went_well(began_at)
            return Done(run, held, attempts=attempt)
    return None


def _told(failure: StudioError) -> str:
    return one_line(f"{failure.title}: {failure.message}", 300)


def arms_named(asked: Sequence[tuple[str, SessionSettings]]) -> tuple[Arm, ...]:
    """Settings in order as A, B, C and so on."""
    return tuple(
        Arm(ascii_uppercase[at] if at < len(ascii_uppercase) else f"#{at + 1}", words, settings)
        for at, (words, settings) in enumerate(asked)
    )
