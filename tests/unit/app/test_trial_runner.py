"""What a service says of too much at once, over a scripted line, in time that takes none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from studio.app.prices import PriceList
from studio.app.trial_runner import LiveRunner
from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.lab.pace import TooMuchError
from studio.lab.take import Take
from studio.lab.trials import Held, arms_named
from studio.protocol.knobs import TurnDetection
from studio.protocol.settings import DEFAULTS
from studio.transport.failures import BusyError
from studio.transport.scripted import Expect, FailToOpen, Hang, ScriptedPeer, Step
from tests.fakes import frames
from tests.fakes.world import SimulatedWorld, plan_for

TAKE = Take("short", AudioFormat.PCM16.silence(400), AudioFormat.PCM16)
(ARM,) = arms_named(
    [
        (
            "silence=200",
            DEFAULTS.model_copy(update={"turn_detection": TurnDetection(silence_duration_ms=200)}),
        )
    ]
)
GREETED: list[Step] = [frames.created(), Expect("session.update"), frames.updated()]


async def held(tmp_path: Path, *steps: Step) -> Held | StudioError:
    simulated = SimulatedWorld(ScriptedPeer(steps))
    runner = LiveRunner(plan_for(tmp_path), simulated.world, PriceList(()), tmp_path)
    async with asyncio.TaskGroup() as tasks:
        flow = tasks.create_task(simulated.time.flow())
        try:
            return await runner.hold(TAKE, ARM)
        except StudioError as failure:
            return failure
        finally:
            flow.cancel()


async def failure_of(tmp_path: Path, *steps: Step) -> StudioError:
    told = await held(tmp_path, *steps)
    assert isinstance(told, StudioError)
    return told


async def test_a_session_is_held_to_its_end(tmp_path: Path) -> None:
    told = await held(tmp_path, *GREETED, Hang())
    assert isinstance(told, Held)
    assert told.problems == ()


async def test_a_line_that_is_refused_with_429_says_when_to_come_again(tmp_path: Path) -> None:
    refused = BusyError("answered HTTP 429.", title="Too many requests")
    refused.wait_s = 20.0
    told = await failure_of(tmp_path, FailToOpen(refused))
    assert isinstance(told, TooMuchError)
    assert (told.wait_s, told.message) == (20.0, "Too many requests: answered HTTP 429.")


async def test_a_limit_that_is_reached_within_a_session_is_too_much_as_well(
    tmp_path: Path,
) -> None:
    error = frames.error("Please try again in 2.5s.", "rate_limit_exceeded")
    told = await failure_of(tmp_path, *GREETED, error, Hang())
    assert isinstance(told, TooMuchError)
    assert told.wait_s == 2.5


async def test_any_other_failure_is_not(tmp_path: Path) -> None:
    refused = StudioError("answered HTTP 401.", title="The key was refused")
    told = await failure_of(tmp_path, FailToOpen(refused))
    assert not isinstance(told, TooMuchError)
