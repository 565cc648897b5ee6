from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from studio.app.lab_sweep import Wanted, sweep_takes
from studio.app.sweeping import choose_takes, place_of
from studio.core.errors import StudioError
from studio.lab.semantic import SemanticTwin
from studio.lab.spread import Cluster, Here, Processes
from studio.lab.take_store import TakeStore
from tests.fakes.takes import coughing, hesitating, toned

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from studio.audio.formats import AudioFormat
    from studio.lab.sweep import Swept

SMALL: dict[str, Any] = {"threshold": "0.5", "silence": "200,400", "prefix": "300"}


def hesitates(audio: bytes, audio_format: AudioFormat) -> str:
    return "so um" if audio_format.bytes_to_ms(len(audio)) < 1_500 else "So um, what time is it?"


class Desk:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {"STUDIO_HOME": str(home)}
        self.store = TakeStore(home / "data" / "takes")
        self.said: list[str] = []
        self.warned: list[str] = []

    def run(self, *, stops: bool = False, **wanted: Any) -> int:  # noqa: ANN401 - fields of Wanted
        self.said.clear()
        self.warned.clear()

        def progress(swept: Swept) -> bool:
            return not (stops and swept.done == 1)

        return sweep_takes(
            Wanted(**{**SMALL, **wanted}),
            self.environ,
            say=self.said.append,
            warn=self.warned.append,
            progress=progress,
            hear_words=lambda _cache: SemanticTwin(hesitates, "fake"),
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    for take in (hesitating("first"), hesitating("second", 14), coughing("third")):
        found.store.keep(take)
    found.store.keep(toned("unlabelled", [(0.9, 9)], None))
    return found


def test_it_prints_a_recommendation_with_its_evidence(desk: Desk) -> None:
    assert desk.run() == 0
    text = "\n".join(desk.said)
    assert text.startswith("Recommended: threshold 0.50, silence ")
    assert "of 2 settings, on 3 takes with 3 turns (clean)" in text
    assert "unlabelled: It has no labels." in text
    assert "★" in text
    assert '"turn_detection"' in text


def test_json_is_all_that_is_printed_and_a_condition_fails_the_build(desk: Desk) -> None:
    status = desk.run(as_json=True, fail_if=["delay_p95_ms<5000", "ghost_rate>9"], augment=["g711"])
    assert status == 1
    (line,) = desk.said
    whole = json.loads(line)
    assert whole["failed"] == ["delay_p95_ms<5000"]
    assert whole["augmentations"] == ["clean", "g711"]
    assert whole["turns"] == 6
    assert desk.warned[0].startswith("Failed: delay_p95_ms<5000 (it is ")
    assert desk.run(fail_if=["delay_p50_ms<-0"]) == 2  # no such number
    assert desk.run(fail_if=["delay_p50_ms>5000"]) == 0


@pytest.mark.parametrize(
    "wanted",
    [
        {"fail_if": ["cutof_rate>1"]},
        {"threshold": "2"},
        {"augment": ["loud"]},
        {"takes": ["nobody"]},
        {"eagerness": "keen"},
        {"takes": ["tag:none"]},
        {"profile": "nobody"},
    ],
)
def test_misuse_ends_with_2_and_a_hint(desk: Desk, wanted: dict[str, Any]) -> None:
    assert desk.run(**wanted) == 2
    assert not desk.said
    assert len(desk.warned[0].splitlines()) >= 2


def test_files_are_written(desk: Desk, tmp_path: Path) -> None:
    assert desk.run(csv=tmp_path / "s.csv", html=tmp_path / "s.html") == 0
    assert (tmp_path / "s.csv").read_text().startswith("threshold,silence_duration_ms")
    assert "<!doctype html>" in (tmp_path / "s.html").read_text()
    with pytest.raises(StudioError, match="cannot be written"):
        desk.run(csv=tmp_path / "none" / "s.csv")


def test_what_was_stopped_goes_on(desk: Desk) -> None:
    assert desk.run(stops=True) == 1
    assert not desk.said
    (state,) = (desk.home / "data" / "lab").iterdir()
    assert desk.run() == 0
    assert not state.exists()


def test_a_search_ends_where_a_step_is_fine(desk: Desk) -> None:
    wanted: dict[str, Any] = {"threshold": "0.3:0.9:0.3", "silence": "200:600:200"}
    assert desk.run(as_json=True, searches=True, **wanted) == 0
    whole = json.loads(desk.said[0])
    silences, thresholds = (whole["grid"][name] for name in ("silence_duration_ms", "threshold"))
    assert {200, 400, 600} < set(silences)
    assert (silences[0], silences[-1]) == (200, 600)  # given lists are not gone beyond
    assert (thresholds[0], thresholds[-1]) == (0.3, 0.9)
    best = whole["recommendation"]["settings"]
    at = silences.index(best["silence_duration_ms"])
    assert max(then - one for one, then in pairwise(silences[at - 1 : at + 2])) <= 10
    assert not list((desk.home / "data" / "lab").glob("search-*"))


def test_a_search_that_was_stopped_goes_on_from_its_grid(desk: Desk) -> None:
    told: list[int] = []

    def progress(swept: Swept) -> bool:
        told.append(swept.plan.grid.size)
        return len(set(told)) < 3

    wanted = Wanted(threshold="0.3,0.9", silence="200:600:200", as_json=True, searches=True)

    def run(progress: Callable[[Swept], bool]) -> int:
        said, warned = desk.said.append, desk.warned.append
        return sweep_takes(wanted, desk.environ, say=said, warn=warned, progress=progress)

    assert run(progress) == 1
    assert not desk.said
    stopped_at, *_ = list((desk.home / "data" / "lab").glob("search-*"))
    assert stopped_at.exists()
    again: list[int] = []

    def counts(swept: Swept) -> bool:
        again.append(swept.plan.grid.size)
        return True

    assert run(counts) == 0
    assert again[0] == told[-1]  # the coarse grids are not tried anew
    assert not stopped_at.exists()
    resumed = json.loads(desk.said.pop())
    assert run(counts) == 0
    assert json.loads(desk.said.pop()) == resumed


def test_takes_are_chosen_by_name_and_tag(desk: Desk) -> None:
    desk.store.tag("first", ("mine",))
    folder = desk.store.folder
    names = [ref.name for ref in choose_takes(["third", "tag:mine", "first"], folder).refs]
    assert names == ["first", "third"]
    (folder / "empty").mkdir()
    everything = choose_takes([], folder)
    assert len(everything.refs) == 4
    assert [each.name for each in everything.skipped] == ["empty"]


def test_nothing_labelled_is_told(desk: Desk) -> None:
    with pytest.raises(StudioError, match="No turn") as caught:
        desk.run(takes=["unlabelled"])
    assert "unlabelled: It has no labels" in caught.value.message


def test_the_work_is_done_where_it_is_worth_it() -> None:
    assert place_of("", 0, 60_000) == Here()
    assert place_of("", 1, 1e9) == Here()
    assert place_of("", 0, 1e9) == Processes(-1)
    assert place_of("", 3, 0) == Processes(3)
    assert place_of("tcp://host:1", 1, 0) == Cluster("tcp://host:1")


def test_semantic_vad_is_tried_beside_the_grid_where_it_is_asked_for(desk: Desk) -> None:
    assert desk.run(eagerness="low,high") == 0
    text = "\n".join(desk.said)
    assert text.count("by words") >= 2
    assert "hosted service's model may decide otherwise" in text
    assert desk.run(eagerness="low", as_json=True) == 0
    assert len(json.loads(desk.said[0])["by_words"]) == 1
