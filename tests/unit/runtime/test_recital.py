from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from studio.core.errors import StudioError
from studio.runtime.recital import Recited, recite
from studio.transport.scripted import CloseWith, Emit, Expect, FailToOpen, Hang, ScriptedPeer, Step
from tests.fakes import frames
from tests.fakes.world import SimulatedWorld, plan_for

CREATE = "response.create"
GREETED: list[Step] = [frames.created(), Expect("session.update"), frames.updated()]


async def recited(tmp_path: Path, steps: Sequence[Step], lines: Sequence[str]) -> Recited:
    simulated = SimulatedWorld(ScriptedPeer(steps))
    async with asyncio.TaskGroup() as tasks:
        flow = tasks.create_task(simulated.time.flow())
        result = await recite(plan_for(tmp_path), simulated.world, lines)
        flow.cancel()
    return result


def read(number: int) -> list[Step]:
    item, response = f"a{number}", f"r{number}"
    return [
        Expect(CREATE),
        *frames.response_begins(response, item, 400),
        *frames.response_ends(response, item),
    ]


async def test_lines_are_read_one_after_the_other_and_then_it_is_over(tmp_path: Path) -> None:
    result = await recited(tmp_path, [*GREETED, *read(1), *read(2), Hang()], ["One.", "Two."])
    assert result.trouble is None
    assert [each.id for each in result.responses] == ["r1", "r2"]
    # Nobody waits until 0.4 s of sound would have been heard.
    assert result.state.last_at < 5


async def test_an_answer_that_never_ends_is_given_up(tmp_path: Path) -> None:
    steps = [*GREETED, Expect(CREATE), *frames.response_begins("r1", "a1", 400), Hang()]
    result = await recited(tmp_path, steps, ["One."])
    assert result.trouble is not None
    assert result.trouble.words == "No whole answer came in 60 s."


async def test_too_much_at_once_is_a_passing_trouble(tmp_path: Path) -> None:
    steps = [*GREETED, Expect(CREATE), frames.error("Slow down.", "rate_limit_exceeded"), Hang()]
    result = await recited(tmp_path, steps, ["One."])
    assert result.trouble is not None
    assert result.trouble.is_passing
    busy = StudioError("HTTP 429", title="Too many requests")
    closed = await recited(tmp_path, [FailToOpen(busy)], ["One."])
    assert closed.trouble is not None
    assert closed.trouble.is_passing


async def test_a_line_that_goes_dead_is_told(tmp_path: Path) -> None:
    steps = [*GREETED, Expect(CREATE), CloseWith(1011, "gone")]
    result = await recited(tmp_path, steps, ["One."])
    assert result.trouble is not None
    assert not result.trouble.is_passing


async def test_another_voice_than_was_asked_for_reads_nothing(tmp_path: Path) -> None:
    session = {"type": "realtime", "audio": {"output": {"voice": "echo"}}}
    updated = Emit({"type": "session.updated", "session": session})
    steps: list[Step] = [frames.created(), Expect("session.update"), updated, Hang()]
    result = await recited(tmp_path, steps, ["One."])
    assert result.trouble is not None
    assert result.trouble.words == "The service stayed with the voice 'echo'."
    assert result.responses == ()
