from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import soundfile

from studio.core.errors import StudioError
from studio.runtime.talk import TalkResult, talk, talk_json
from studio.session.reduce import fold
from studio.transport.scripted import Expect, FailToOpen, Hang, ScriptedPeer, Step
from tests.conversations import LIBRARY
from tests.fakes import frames
from tests.fakes.sound import tone
from tests.fakes.world import SimulatedWorld, plan_for

APPEND = "input_audio_buffer.append"
GREETED: list[Step] = [frames.created(), Expect("session.update"), frames.updated()]


def answered_turn(number: int, blocks: int) -> list[Step]:
    user, item, response = f"u{number}", f"a{number}", f"r{number}"
    return [
        Expect(APPEND, blocks),
        frames.speech_started(user, 100),
        frames.speech_stopped(user, 700),
        *frames.user_item(user, f"Words {number}."),
        *frames.response_begins(response, item, 400, previous=user),
        *frames.response_ends(response, item),
    ]


async def talked(
    world: SimulatedWorld,
    tmp_path: Path,
    microphone: str,
    *,
    turns: int | None = None,
    longest_s: float = 30,
) -> TalkResult:
    plan = plan_for(tmp_path, microphone=microphone)
    async with asyncio.TaskGroup() as tasks:
        flow = tasks.create_task(world.time.flow())
        result = await talk(plan, world.world, turns=turns, longest_s=longest_s)
        flow.cancel()
    return result


async def test_it_ends_after_the_turns_asked_for_once_they_were_heard(tmp_path: Path) -> None:
    peer = ScriptedPeer([*GREETED, *answered_turn(1, 60), *answered_turn(2, 150), Hang()])
    result = await talked(SimulatedWorld(peer), tmp_path, "say:One // Two // Three", turns=2)
    told = talk_json(result)
    assert [(turn["user"], turn["assistant"]) for turn in told["turns"]] == [
        ("Words 1.", "All right."),
        ("Words 2.", "All right."),
    ]
    assert [head.played_ms for head in result.state.playback.heads] == [400.0, 400.0]
    assert told["session"] == str(result.path)
    assert told["turns"][0]["audio_end_ms"] == 700
    assert told["problems"] == []
    assert json.loads(json.dumps(told)) == told


async def test_it_ends_when_the_file_is_over_and_all_is_quiet(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    soundfile.write(path, tone(1_000), 24_000)
    peer = ScriptedPeer([*GREETED, *answered_turn(1, 60), Hang()])
    result = await talked(SimulatedWorld(peer), tmp_path / "s", str(path))
    (head,) = result.state.playback.heads
    assert head.ended_at is not None
    assert result.state.last_at == pytest.approx(head.ended_at + 2.0, abs=0.1)


async def test_it_ends_after_the_longest_time_in_any_case(tmp_path: Path) -> None:
    peer = ScriptedPeer([*GREETED, Hang()])
    result = await talked(SimulatedWorld(peer), tmp_path, "silence", turns=1, longest_s=5)
    assert result.state.last_at == pytest.approx(5.0, abs=0.1)


async def test_a_failed_connection_is_told_as_a_problem(tmp_path: Path) -> None:
    peer = ScriptedPeer([FailToOpen(StudioError("Nobody listens.", title="Refused", hint="Run."))])
    told = talk_json(await talked(SimulatedWorld(peer), tmp_path, "silence"))
    assert told["phase"] == "failed"
    assert "Nobody listens." in told["problems"][0]["message"]


async def test_it_ends_in_good_order_when_somebody_wants_it_to(tmp_path: Path) -> None:
    peer = ScriptedPeer([*GREETED, Hang()])
    world = SimulatedWorld(peer)
    plan = plan_for(tmp_path, microphone="silence")
    lines: list[str] = []
    async with asyncio.TaskGroup() as tasks:
        flow = tasks.create_task(world.time.flow())
        result = await talk(
            plan, world.world, on_line=lines.append, wants_end=lambda: len(lines) > 40
        )
        flow.cancel()
    assert result.state.ended
    assert result.state.connection.phase == "closed"
    assert result.state.last_at < 5
    assert talk_json(result)["problems"] == []


def test_the_parts_of_a_latency_add_up_in_the_json_too() -> None:
    told = talk_json(TalkResult(fold(LIBRARY["tool_round"]()), Path("session")))
    (turn,) = told["turns"]
    parts = dict(turn["latency_ms"])
    total_ms = parts.pop("total")
    assert sum(ms or 0 for ms in parts.values()) == pytest.approx(total_ms, abs=1)
    summary = told["latency_summary"]
    assert summary["count"] == 1
    assert summary["ms"]["total"] == {"p50": total_ms, "p95": total_ms}
    assert summary["ms"]["network"] is None
    assert summary["by_settings"][0]["settings"] == "silence 500 ms, server_vad"
    assert summary["slowest"] == "turn 1: 0.87 s, of which silence 0.50 s"


def test_the_ledger_and_the_echo_stand_with_their_turns() -> None:
    told = talk_json(TalkResult(fold(LIBRARY["self_interruption"]()), Path("session")))
    first, second = told["turns"]
    (cut,) = first["interruptions"]
    assert (cut["reason"], cut["played_ms"], cut["requested_ms"]) == ("barge-in", 1_590.0, 1_590)
    assert cut["generated_ms"] == cut["received_ms"] == 7_500.0
    assert cut["speech_at"] < cut["flushed_at"] <= cut["requested_at"] <= cut["applied_at"]
    assert first["echo"] is None
    assert "self-interruption" in first["tags"]
    assert second["echo"] == {"score": 0.91, "lag_ms": 42.0, "likely": True}
    assert second["interruptions"] == []
    assert [problem["code"] for problem in told["problems"]] == ["echo"]
    assert json.loads(json.dumps(told)) == told
