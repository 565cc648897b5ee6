from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.lab.augment import CLEAN, Gain, Variant
from studio.lab.figures import Figures
from studio.lab.grid import Grid
from studio.lab.labels import Label
from studio.lab.reading import Reading
from studio.lab.refs import Held
from studio.lab.score import Bounds, judged, outcome
from studio.lab.spread import Here, Processes
from studio.lab.sweep import Plan, Swept, sweep
from studio.lab.sweep_state import SweepState
from studio.lab.tally import COUNTED, LEAST_DELAY_MS, MOST_DELAY_MS, Tally
from studio.lab.trial_result import counted
from studio.vad.profile import Profile
from studio.vad.segmenter import Rules
from studio.vad.whole import Pauses
from tests.fakes.takes import coughing, hesitating, level_twin, random_takes, toned

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from studio.lab.refs import TakeRef
    from studio.lab.spread import Result, Spread, Work
    from studio.lab.take import Take

GRID = Grid((0.1, 0.3, 0.5, 0.8), (0, 100, 320, 700), (0, 300))


def swept(
    refs: Sequence[TakeRef],
    plan: Plan,
    spread: Spread | None = None,
    state: SweepState | None = None,
) -> Swept:
    *_, last = sweep(refs, plan, level_twin(), spread, state)
    return last


def held(*takes: Take) -> list[TakeRef]:
    return [Held(take) for take in takes]


def assert_equal(one: Tally, other: Tally) -> None:
    for name, counts in one.arrays().items():
        np.testing.assert_array_equal(counts, other.arrays()[name], err_msg=name)


@settings(max_examples=30)
@given(
    st.lists(random_takes(), min_size=1, max_size=5),
    st.builds(
        Profile,
        st.just("some"),
        threshold_shift=st.sampled_from([0.0, 0.1]),
        start_shift_ms=st.sampled_from([0, 96]),
        end_shift_ms=st.sampled_from([0, -32]),
    ),
)
def test_a_sweep_counts_what_each_setting_is_judged_by(takes: list[Take], profile: Profile) -> None:
    found = Figures.of(swept(held(*takes), Plan(GRID, profile=profile)).tally, GRID)
    heard = [level_twin().hear(take) for take in takes]
    for at, each in enumerate(GRID.settings()):
        verdicts: Counter[str] = Counter()
        delays: list[int] = []
        rules = Rules.of(each, profile)
        for take, probabilities in zip(takes, heard, strict=True):
            assert take.truth is not None
            spans = Pauses(probabilities, rules).spans(rules.silence_frames)
            score = judged(spans, rules, take.truth, each.silence_duration_ms)
            verdicts.update(turn.verdict for turn in score.turns)
            verdicts["turns"] += len(score.turns)
            verdicts["cuts"] += sum(len(turn.cut_at_ms) for turn in score.turns)
            verdicts["clipped"] += sum(turn.clipped_ms > 0 for turn in score.turns)
            verdicts["ghosts"] += len(score.ghosts)
            verdicts["noise_ghosts"] += sum(ghost.noise is not None for ghost in score.ghosts)
            delays += [
                min(MOST_DELAY_MS, max(LEAST_DELAY_MS, turn.delay_ms))
                for turn in score.turns
                if turn.verdict in ("ok", "late") and turn.delay_ms is not None
            ]
        figures = {name: getattr(found, name)[at] for name in (*COUNTED, "clipped")}
        figures["cut off"] = figures.pop("cut_off")
        assert {name: verdicts[name] for name in figures} == figures
        assert verdicts["turns"] == found.turns
        if delays:
            assert found.delay_p50_ms[at] == np.percentile(delays, 50, method="inverted_cdf")
            assert found.delay_p95_ms[at] == np.percentile(delays, 95, method="inverted_cdf")


@settings(max_examples=30, deadline=None)
@given(random_takes())
def test_sweep_trial_and_tuning_count_alike(take: Take) -> None:
    found = Figures.of(swept(held(take), Plan(GRID)).tally, GRID)
    heard = level_twin().hear(take)
    assert take.truth is not None
    bounds = Bounds.of(take.truth.turns), Bounds.of(take.truth.noises)
    for at, each in enumerate(GRID.settings()):
        reading = Reading(heard, each, take.truth)
        tried = counted(outcome(reading.spans, reading.rules, *bounds))
        for name in (*COUNTED, "clipped"):
            assert getattr(tried, name) == getattr(found, name)[at]
        assert reading.counts is not None
        for name in ("cut_off", "late", "missed", "merged", "ghosts"):
            assert getattr(reading.counts, name) == getattr(tried, name)
        kept = tried.turns - tried.cut_off - tried.missed - tried.merged
        assert len(reading.counts.delay_ms) == kept


def test_changed_takes_count_beside_the_clean_ones() -> None:
    quiet = Variant((Gain(-6.0),))
    plan = Plan(Grid((0.5,), (300,), (0,)), (CLEAN, quiet))
    found = Figures.of(swept(held(coughing()), plan).tally, plan.grid)
    assert found.turns == 2
    assert found.missed.tolist() == [1]  # half as loud, 0.9 is under the threshold
    assert found.ghosts.tolist() == [1]


def test_what_cannot_be_counted_is_named_and_the_rest_done() -> None:
    class Broken:
        name = "broken\x1b[2J"
        key = "broken"

        def load(self) -> Take:
            raise StudioError("It has no sound.")

    beyond = hesitating("beyond")
    unlabelled = toned("unlabelled", [(0.9, 9)], None)
    short = toned("short", [(0.0, 9)], [Label(320, 1920)])
    found = swept([*held(beyond, unlabelled, short), Broken()], Plan(GRID))
    assert found.takes == 1
    assert [each.name for each in found.skipped] == ["unlabelled", "short", "broken␛[2J"]
    assert "no labels" in found.skipped[0].reason
    assert "beyond the end" in found.skipped[1].reason
    assert found.is_whole


class Stops:
    """Does two parts, then no more."""

    def map(self, function: Callable[[Work], Result], work: Sequence[Work]) -> Generator[Result]:
        return (function(each) for each in work[:2])


MANY = [hesitating(f"take {at}", pause_frames=4 + at % 12) for at in range(20)]


def test_a_sweep_that_was_stopped_goes_on_to_the_same_end(tmp_path: Path) -> None:
    plan, refs = Plan(GRID), held(*MANY)
    whole = swept(refs, plan)
    state = SweepState(tmp_path, plan.digest(refs, "level"))
    part = swept(refs, plan, Stops(), state)
    assert not part.is_whole
    assert state.file.exists()
    first, *_, last = sweep(refs, plan, level_twin(), Here(), state)
    assert first.done == part.done
    assert last.is_whole
    assert last.takes == whole.takes == 20
    assert_equal(last.tally, whole.tally)
    assert not state.file.exists()


def test_closing_a_sweep_keeps_what_was_counted(tmp_path: Path) -> None:
    plan, refs = Plan(GRID), held(*MANY)
    state = SweepState(tmp_path, plan.digest(refs, "level"))
    running = sweep(refs, plan, level_twin(), Here(), state)
    for found in running:
        if found.done == 3:
            running.close()
    known = state.read(GRID)
    assert known is not None
    assert known.done == {0, 1, 2}


def test_a_state_of_another_sweep_or_a_torn_one_is_of_no_use(tmp_path: Path) -> None:
    plan, refs = Plan(GRID), held(*MANY)
    state = SweepState(tmp_path, plan.digest(refs, "level"))
    swept(refs, plan, Stops(), state)
    assert SweepState(tmp_path, "another").read(GRID) is None
    assert state.read(Grid((0.5,), (100,), (0,))) is None
    content = state.file.read_bytes()
    for torn in (b"", b"{}", content[:-100], content[:200], b"\xff" * 80):
        state.file.write_bytes(torn)
        assert state.read(GRID) is None


def test_a_digest_tells_takes_grids_and_detectors_apart() -> None:
    refs, plan = held(*MANY), Plan(GRID)
    digests = {
        plan.digest(refs, "level"),
        plan.digest(refs[1:], "level"),
        plan.digest(refs, "another"),
        Plan(GRID, (Variant((Gain(-1.0),)),)).digest(refs, "level"),
        Plan(Grid()).digest(refs, "level"),
    }
    assert len(digests) == 5
    assert plan.digest(held(*MANY), "level") in digests


def test_processes_count_the_same() -> None:
    refs, plan = held(*MANY[:6]), Plan(GRID)
    assert_equal(swept(refs, plan, Processes(2)).tally, swept(refs, plan).tally)


def test_a_sweep_in_processes_can_be_cancelled_without_a_word(tmp_path: Path) -> None:
    plan, refs = Plan(GRID), held(*MANY)
    state = SweepState(tmp_path, plan.digest(refs, "level"))
    running = sweep(refs, plan, level_twin(), Processes(2), state)
    for found in running:
        if found.done == 2:
            running.close()
    known = state.read(GRID)
    assert known is not None
    assert len(known.done) == 2


def test_a_tally_is_as_large_whatever_is_counted() -> None:
    one, many = swept(held(MANY[0]), Plan(GRID)), swept(held(*MANY), Plan(GRID))
    for name, counts in one.tally.arrays().items():
        assert counts.nbytes == many.tally.arrays()[name].nbytes


def test_a_cluster_counts_the_same() -> None:
    distributed = pytest.importorskip("distributed")
    from studio.lab.spread import Cluster

    refs, plan = held(*MANY[:6]), Plan(GRID)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        found = swept(refs, plan, Cluster(cluster.scheduler_address))
    assert_equal(found.tally, swept(refs, plan).tally)


def test_no_cluster_there_is_told_in_words() -> None:
    pytest.importorskip("distributed")
    from studio.lab.spread import Cluster

    with pytest.raises(StudioError, match="cannot be reached") as caught:
        swept(held(MANY[0]), Plan(GRID), Cluster("nonsense://nowhere"))
    assert "scheduler" in caught.value.hint
