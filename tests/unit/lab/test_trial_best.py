from __future__ import annotations

from pathlib import Path

from studio.lab.trial_best import Winner, winner_of
from studio.lab.trial_result import TrialResult, result_of
from studio.lab.trials import Trial
from tests.fakes.recorded import TWIN
from tests.unit.lab.test_trials import HESITATES, SHORT, UNLABELLED, EngineRunner, arms, held


async def result(folder: Path, trial: Trial, broken: frozenset[str] = frozenset()) -> TrialResult:
    return result_of(trial, await held(trial, EngineRunner(folder, broken=broken)), TWIN)


async def winner(folder: Path, trial: Trial) -> Winner:
    found = winner_of(await result(folder, trial))
    assert found is not None
    return found


async def test_what_loses_too_many_turns_does_not_win_however_fast(tmp_path: Path) -> None:
    trial = Trial((HESITATES, SHORT), arms(200, 480, 900), repeats=2)
    found = await winner(tmp_path, trial)
    assert found.arm.words == "silence=480"
    assert found.words == "it loses 0 of 4 turns, and ends the others after 512 ms"
    assert found.doubts == ()


async def test_where_all_lose_alike_the_faster_wins(tmp_path: Path) -> None:
    found = await winner(tmp_path, Trial((SHORT,), arms(900, 200), repeats=2))
    assert found.arm.words == "silence=200"


async def test_rivals_within_a_frame_and_single_sessions_are_told(tmp_path: Path) -> None:
    found = await winner(tmp_path, Trial((SHORT,), arms(200, 201)))
    assert found.arm.name == "A"
    assert found.doubts == (
        "As good within 32 ms: B.", "Held once: what tells them apart may be chance.",
    )  # fmt: skip


async def test_nothing_wins_alone_in_part_or_without_labels(tmp_path: Path) -> None:
    assert winner_of(await result(tmp_path / "a", Trial((SHORT,), arms(200)))) is None
    unlabelled = Trial((UNLABELLED,), arms(200, 300))
    assert winner_of(await result(tmp_path / "b", unlabelled)) is None
    failing = await result(tmp_path / "c", Trial((SHORT, HESITATES), arms(200, 300)),
                           frozenset({"short"}))  # fmt: skip
    assert winner_of(failing) is None
