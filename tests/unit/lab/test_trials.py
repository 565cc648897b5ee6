from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.lab.labels import Label, Truth
from studio.lab.pace import MOST_ATTEMPTS, Pace, TooMuchError
from studio.lab.semantic import SemanticTwin
from studio.lab.take import Take
from studio.lab.trial_result import Counts, result_of
from studio.lab.trial_words import trial_json, trial_lines
from studio.lab.trials import Arm, Done, Held, Run, Trial, arms_named, hold_all
from studio.protocol.knobs import TurnDetection
from studio.protocol.settings import SessionSettings
from studio.vad.profile import OPENAI, Profile
from tests.fakes.recorded import TWIN, Recorded
from tests.fakes.voice_activity import tone
from tests.fakes.world import SimulatedTime

PCM = AudioFormat.PCM16


def speech(name: str, *parts_ms: int) -> Take:
    """Sound and silence in turn; the first and the last are silence. One turn, with pauses."""
    sounds = [tone(ms, PCM) if at % 2 else PCM.silence(ms) for at, ms in enumerate(parts_ms)]
    turn = Label(parts_ms[0], sum(parts_ms[:-1]), words=name)
    return Take(name, b"".join(sounds), PCM, Truth((turn,)))


HESITATES = speech("hesitates", 640, 640, 400, 640, 320)
SHORT = speech("short", 640, 320, 320)
UNLABELLED = Take("unlabelled", SHORT.audio + b"\0\0", PCM)


def arms(*silences_ms: int) -> tuple[Arm, ...]:
    return arms_named(
        [
            (
                f"silence={ms}",
                SessionSettings(
                    turn_detection=TurnDetection(silence_duration_ms=ms, create_response=False)
                ),
            )
            for ms in silences_ms
        ]
    )


@dataclass
class EngineRunner:
    """Holds the sessions with the local server's engine, faster than they would sound."""

    folder: Path
    profile: Profile = OPENAI
    broken: frozenset[str] = frozenset()
    fault: Exception = field(default_factory=lambda: StudioError("Too many.", title="Refused"))
    order: list[tuple[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def hold(self, take: Take, arm: Arm) -> Held:
        self.order.append((take.name, arm.name))
        number = len(self.order)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if take.name in self.broken:
            raise self.fault
        session = Recorded(self.profile)
        assert arm.settings.turn_detection is not None
        session.update(arm.settings.turn_detection.model_dump(exclude_none=True))
        session.hear(take.audio + PCM.silence(arm.silence_after_ms))
        folder = session.keep(self.folder / f"session-{number}")
        return Held(folder, Decimal("0.01"))


async def held(trial: Trial, runner: EngineRunner, parallel: int = 2) -> list[Done]:
    done: list[Done] = []
    await hold_all(trial, runner, parallel, done.append)
    return done


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers())
def test_every_take_meets_every_setting_as_often_as_wanted(
    n_takes: int, n_arms: int, repeats: int, seed: int
) -> None:
    trial = Trial((SHORT,) * n_takes, arms(*range(n_arms)), repeats, seed)
    counts = Counter((run.take, run.arm, run.repeat) for run in trial.runs())
    assert len(counts) == n_takes * n_arms * repeats
    assert set(counts.values()) == {1}
    assert trial.runs() == Trial(trial.takes, trial.arms, repeats, seed).runs()


def test_chance_decides_the_order_and_its_seed_is_all_there_is_to_it() -> None:
    orders = {Trial((SHORT,), arms(100, 200, 300), 2, seed).runs() for seed in range(8)}
    assert len(orders) > 4


@dataclass
class CrowdedRunner:
    """Refuses the first sessions, each with what is asked to be waited."""

    time: SimulatedTime
    waits_s: list[float | None]
    began_at: list[float] = field(default_factory=list)

    async def hold(self, take: Take, arm: Arm) -> Held:
        self.began_at.append(self.time.clock.now_s)
        await self.time.sleep(1.0)
        if self.waits_s:
            raise TooMuchError("Slow down.", self.waits_s.pop(0))
        return Held(Path(f"{take.name}-{arm.name}"))


async def crowded(
    waits_s: list[float | None],
    parallel: int = 1,
    wants_end: Callable[[], bool] = lambda: False,
) -> tuple[list[float], list[Done], list[str]]:
    """When sessions were begun, what came of them, and what was told."""
    time, done, told = SimulatedTime(), list[Done](), list[str]()
    runner = CrowdedRunner(time, waits_s)
    pace = Pace(time.clock, time.sleep, told.append)
    trial = Trial((SHORT,), arms(200), repeats=3)
    async with asyncio.TaskGroup() as tasks:
        flow = tasks.create_task(time.flow())
        await hold_all(trial, runner, parallel, done.append, wants_end, pace)
        flow.cancel()
    return runner.began_at, done, told


async def test_what_a_service_asks_to_wait_is_waited() -> None:
    began_at, done, told = await crowded([20.0])
    assert began_at == [0.0, 21.0, 22.0, 23.0]
    assert [each.attempts for each in done] == [2, 1, 1]
    assert all(each.held is not None for each in done)
    assert told == ["A, short: Slow down. It asks to wait 20.0 s; nothing is begun for 20.0 s."]


async def test_without_a_word_pauses_grow() -> None:
    began_at, done, _ = await crowded([None, None, None])
    assert began_at == [0.0, 5.0, 14.0, 31.0, 32.0, 33.0]
    assert [each.attempts for each in done] == [4, 1, 1]


async def test_a_service_that_asks_for_too_little_again_and_again_is_given_more() -> None:
    began_at, *_ = await crowded([0.5, 0.5])
    assert began_at[:3] == [0.0, 1.5, 10.5]


async def test_one_refusal_holds_back_all() -> None:
    began_at, done, told = await crowded([None, None], parallel=2)
    assert began_at[:2] == [0.0, 0.0]
    assert began_at[2] == began_at[3] == 5.0
    assert len(told) == 1
    assert all(each.held is not None for each in done)


async def test_a_service_that_stays_busy_fails_in_the_end() -> None:
    began_at, done, _ = await crowded([None] * MOST_ATTEMPTS)
    assert len(began_at) == MOST_ATTEMPTS + 2
    assert done[0].failure == "Too much at once: Slow down."
    assert done[0].attempts == MOST_ATTEMPTS


async def test_nobody_waits_for_hours() -> None:
    began_at, done, told = await crowded([7200.0])
    assert began_at == [0.0, 1.0, 2.0]
    assert done[0].failure == "Too much at once: Slow down."
    assert told == ["A, short: Slow down. It asks to wait 7,200.0 s; that is not waited for."]


async def test_a_wait_can_be_given_up() -> None:
    asked: list[None] = []

    def wants_end() -> bool:
        asked.append(None)
        return len(asked) > 6

    began_at, done, _ = await crowded([600.0], wants_end=wants_end)
    assert (began_at, done) == ([0.0], [])


async def test_sessions_that_were_begun_again_are_told(tmp_path: Path) -> None:
    trial = Trial((SHORT,), arms(200))
    (once,) = await held(trial, EngineRunner(tmp_path))
    result = result_of(trial, [replace(once, attempts=3)], TWIN)
    words = "Too much at once: 1 sessions were begun again, 2 times in all."
    assert words in list(trial_lines(result))
    assert trial_json(result)["arms"][0]["sessions"][0]["attempts"] == 3


def test_a_plan_of_nothing_or_of_too_much_is_refused() -> None:
    with pytest.raises(StudioError, match="0 sessions"):
        Trial((), arms(200))
    with pytest.raises(StudioError, match="3,000 sessions"):
        Trial((SHORT,) * 30, arms(200), 100)


async def test_what_the_server_did_is_what_the_twin_predicts(tmp_path: Path) -> None:
    trial = Trial((HESITATES, SHORT), arms(200, 480), repeats=2, seed=3)
    runner = EngineRunner(tmp_path)
    result = result_of(trial, await held(trial, runner), TWIN)
    quick, patient = result.arms
    assert quick.repeats == (quick.predicted, quick.predicted)
    assert patient.repeats == (patient.predicted, patient.predicted)
    assert quick.predicted == Counts(turns=2, cut_off=1, cuts=1)
    assert patient.predicted == Counts(turns=2)
    assert all(not each.edges.unexplained and not each.edges.unreported for each in quick.tried)
    assert {ms for each in patient.tried for ms in each.end_delay_ms} == {512, 528}
    lines = list(trial_lines(result))
    assert lines[0] == "2 takes × 2 settings, held 2 times in random order (seed 3)"
    assert "A: 12 of 12 edges where the twin expects them." in lines
    assert "B against A: 0 cut off instead of 1." in lines
    assert lines[-1].startswith("Best: B (silence=480); it loses 0 of 4 turns")
    assert any(line.endswith("$0.0400") for line in lines)


async def test_another_server_is_held_to_the_profile_that_is_named(tmp_path: Path) -> None:
    other = Profile("other", 0.0, 64, -32)
    trial = Trial((HESITATES,), arms(200))
    done = await held(trial, EngineRunner(tmp_path, other))
    (plain,) = result_of(trial, done, TWIN).arms
    assert [edge.off_ms for edge in plain.tried[0].edges.edges] == [64, -32, 64, -32]
    (fitting,) = result_of(trial, done, TWIN, other).arms
    assert fitting.tried[0].edges.exact == 4


async def test_a_session_that_fails_costs_itself_alone(tmp_path: Path) -> None:
    trial = Trial((HESITATES, SHORT), arms(200))
    result = result_of(
        trial, await held(trial, EngineRunner(tmp_path, OPENAI, frozenset({"short"}))), TWIN
    )
    assert [each.failure for each in result.failed] == ["Refused: Too many."]
    (arm,) = result.arms
    assert [each.done.run.take for each in arm.tried] == [0]
    assert arm.repeats == ()
    assert arm.part == (arm.tried[0].observed, arm.tried[0].predicted)
    assert any(line.startswith("  A server, in part      1") for line in trial_lines(result))
    assert "Not held: A, short, 1: Refused: Too many." in list(trial_lines(result))
    told = json.loads(json.dumps(trial_json(result)))
    assert told["failed"] == [
        {"take": "short", "arm": "A", "repeat": 1, "why": "Refused: Too many.", "attempts": 1}
    ]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (ValueError("odd: Bearer abcdefgh12345678"), "ValueError: odd: Bearer [secret]"),
        (ExceptionGroup("", [BrokenPipeError(), KeyError("x")]), "BrokenPipeError; KeyError: 'x'"),
        (EOFError("the child\x1b[2J\nis gone"), "EOFError: the child␛[2J is gone"),
    ],
)
async def test_a_fault_that_nobody_foresaw_costs_its_session_alone(
    tmp_path: Path, fault: Exception, told: str
) -> None:
    trial = Trial((HESITATES, SHORT), arms(200, 480))
    runner = EngineRunner(tmp_path, broken=frozenset({"short"}), fault=fault)
    result = result_of(trial, await held(trial, runner), TWIN)
    assert [each.failure for each in result.failed] == [f"An unforeseen fault: {told}"] * 2
    assert [len(arm.tried) for arm in result.arms] == [1, 1]
    assert result.left == 0


async def test_no_more_are_held_at_once_than_wanted(tmp_path: Path) -> None:
    trial = Trial((SHORT,), arms(200, 300), 5)
    runner = EngineRunner(tmp_path)
    assert len(await held(trial, runner, parallel=3)) == 10
    assert runner.most_at_once == 3


async def test_what_is_done_is_kept_when_the_rest_is_given_up(tmp_path: Path) -> None:
    trial = Trial((SHORT,), arms(200, 300), 5)
    done: list[Done] = []
    await hold_all(trial, EngineRunner(tmp_path), 1, done.append, wants_end=lambda: len(done) == 3)
    result = result_of(trial, done, TWIN)
    assert sum(len(arm.tried) for arm in result.arms) == 3
    assert list(trial_lines(result))[-1] == "Given up: 7 sessions were not begun."


async def test_a_take_without_labels_is_compared_by_its_edges(tmp_path: Path) -> None:
    trial = Trial((UNLABELLED,), arms(200, 300))
    result = result_of(trial, await held(trial, EngineRunner(tmp_path)), TWIN)
    assert all(arm.predicted is None and not arm.repeats for arm in result.arms)
    assert "A: 2 of 2 edges where the twin expects them." in list(trial_lines(result))


def test_a_session_that_cannot_be_read_is_one_that_failed(tmp_path: Path) -> None:
    trial = Trial((SHORT,), arms(200))
    result = result_of(trial, [Done(Run(0, 0, 0), Held(tmp_path / "gone"))], TWIN)
    assert len(result.failed) == 1
    assert "gone" in result.failed[0].failure


async def test_what_words_decide_is_predicted_as_the_local_rule_has_it(tmp_path: Path) -> None:
    asked = TurnDetection(type="semantic_vad", eagerness="high", create_response=False)
    by_words = arms_named([("semantic_vad", SessionSettings(turn_detection=asked))])
    trial = Trial((HESITATES,), by_words)
    done = await held(trial, EngineRunner(tmp_path))
    (unknown,) = result_of(trial, done, TWIN).arms
    assert unknown.predicted is None
    words = SemanticTwin(lambda _audio, _form: "What time is it?", "fake")
    result = result_of(trial, done, TWIN, words=words)
    assert result.arms[0].predicted == Counts(turns=1, cut_off=1, cuts=1)
    told = "\n".join(trial_lines(result))
    assert "local words" in told
    assert "not what a hosted service does" in told
    assert trial_json(result)["arms"][0]["predicted_by"] == "local words"
