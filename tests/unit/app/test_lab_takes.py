from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.app.choices import Choices
from studio.app.lab_adding import Adding, add_takes
from studio.app.lab_takes import (
    Labelling,
    export_labels,
    label_take,
    list_takes,
    remove_takes,
    restore_takes,
    show_take,
)
from studio.audio.formats import AudioFormat
from studio.audio.wav import WavTrackWriter
from studio.core.errors import StudioError
from studio.lab.labels import Label
from studio.lab.take_store import TakeStore
from tests import conversations
from tests.unit.app.test_shelf import keep


class Lab:
    """The command line over a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.environ = {"STUDIO_HOME": str(root)}
        self.sessions = root / "data" / "sessions"
        self.store = TakeStore(root / "data" / "takes")
        self.said: list[str] = []
        self.warned: list[str] = []

    def add(self, *sources: object, adding: Adding = Adding(), as_json: bool = False) -> int:  # noqa: B008
        return add_takes(
            Choices(), self.environ, sources=[*map(str, sources)], adding=adding, as_json=as_json,
            say=self.said.append, warn=self.warned.append,
        )  # fmt: skip

    def listed(self, *wanted: str, trash: bool = False) -> list[dict[str, Any]]:
        said: list[str] = []
        list_takes(
            self.environ, wanted=wanted or ("*",), trash=trash, as_json=True,
            say=said.append, warn=self.warned.append,
        )  # fmt: skip
        return [each for each in json.loads(said[0]) if not each["name"].startswith("shipped/")]

    def names(self, *wanted: str, trash: bool = False) -> list[str]:
        return [each["name"] for each in self.listed(*wanted, trash=trash)]

    def label(self, name: str, labelling: Labelling) -> list[str]:
        said: list[str] = []
        label_take(
            self.environ, name=name, labelling=labelling, say=said.append, warn=self.warned.append
        )
        return said


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with WavTrackWriter(tmp_path / "call.wav", AudioFormat.PCMU) as track:
        track.append(AudioFormat.PCMU.silence(2_000))
    return tmp_path / "call.wav"


def test_a_file_becomes_a_take_with_labels_and_tags(lab: Lab, file: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("0.5\t1.0\tYes.\n1.9\t2.5\tbeyond\n")
    assert lab.add(file, adding=Adding("Answer", labels=labels, tags=("Phone", "b c"))) == 0
    (told,) = lab.listed()
    assert told == {
        "name": "Answer",
        "duration_ms": 2_000,
        "format": "pcmu",
        "turns": 1,
        "noises": 0,
        "origin": "file call.wav",
        "tags": ["phone", "b", "c"],
        "faults": [],
    }
    assert lab.said == ["Added Answer, 2.0 s."]
    assert len(lab.warned) == 1
    assert "beyond the end" in lab.warned[0]


def test_what_cannot_be_used_is_named_and_the_rest_is_done(
    lab: Lab, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.wav").write_text("words")
    assert lab.add(tmp_path / "broken.wav", file, "session:gone", "say:[soon]", as_json=True) == 1
    assert lab.names() == ["call"]
    assert [each["name"] for each in json.loads(lab.said[0])] == ["call"]
    *skipped, told = lab.warned
    assert told == "1 added, 3 skipped."
    for warned, words in zip(skipped, ("broken.wav", "gone", "[soon]"), strict=True):
        assert words in warned


def test_a_session_becomes_one_take_or_one_for_each_turn(lab: Lab) -> None:
    lab.sessions.mkdir(parents=True)
    folder = keep(lab.sessions, "s1", conversations.two_turns())
    assert lab.add("session:last", folder) == 0
    assert lab.names() == ["s1", "s1-2"]
    assert lab.add("session:s1", adding=Adding(by_turn=True, trusts_server=True)) == 0
    turns = [each for each in lab.listed() if "turn" in each["name"]]
    assert [each["turns"] for each in turns] == [1, 1]


@pytest.mark.speech
def test_spoken_words_become_a_take_that_knows_what_is_true(lab: Lab, tmp_path: Path) -> None:
    script = tmp_path / "order.txt"
    script.write_text("So, um, [0.5s] I would like tea.\n\n[noise] mm-hm\n")
    assert lab.add(f"script:{script}", "say:Yes please.", adding=Adding(voice="cedar")) == 0
    assert lab.names() == ["Yes-please", "order"]
    truth = lab.store.find("order").truth
    assert truth is not None
    assert [each.words for each in truth.turns] == ["So, um, I would like tea."]
    assert [each.words for each in truth.noises] == ["mm-hm"]
    proposed = lab.label("Yes-please", Labelling(proposes=True))
    known = lab.store.find("Yes-please").truth
    assert known is not None
    assert len(known.turns) == 1
    assert abs(known.turns[0].begin_ms - 500) <= 30
    assert "turn" in proposed[-1]


def test_labels_are_exported_forgotten_and_read_again(lab: Lab, file: Path, tmp_path: Path) -> None:
    lab.add(file)
    with pytest.raises(StudioError, match="Nobody has said"):
        export_labels(lab.environ, name="call", to="rttm", say=lab.said.append)
    labels = tmp_path / "labels.txt"
    labels.write_text("0.5\t1.0\tYes.\n1.2\t1.4\tnoise: cough\n")
    said = lab.label("call", Labelling(labels, tags=("a", "b"), untags=("b",), name="Other"))
    assert said[0].startswith("Other: 2.00 s of pcmu")
    assert said[2].splitlines()[1:] == ["turn    0.500  1.000  Yes.", "noise   1.200  1.400  cough"]
    lab.said.clear()
    export_labels(lab.environ, name="Other", to="audacity", say=lab.said.append)
    assert lab.said == ["0.500\t1.000\tturn: Yes.\n1.200\t1.400\tnoise: cough"]
    lab.label("Other", Labelling(forgets=True))
    assert lab.store.find("Other").truth is None


def test_what_is_removed_comes_back(lab: Lab, file: Path) -> None:
    lab.add(file)
    remove_takes(lab.environ, names=["call"], say=lab.said.append)
    assert lab.names(trash=True) == ["call"]
    assert lab.said[-1].endswith("studio lab take restore call")
    restore_takes(lab.environ, names=["call"], say=lab.said.append)
    assert lab.names() == ["call"]


def test_what_is_wrong_with_a_take_is_told(lab: Lab, file: Path) -> None:
    lab.add(file)
    (lab.store.folder / "call" / "take.json").write_text("{")
    (lab.store.folder / "empty").mkdir()
    said: list[str] = []
    list_takes(
        lab.environ, wanted=(), trash=False, as_json=False,
        say=said.append, warn=lab.warned.append,
    )  # fmt: skip
    assert "call" in said[0]
    assert [each.split(":")[0] for each in lab.warned] == ["empty is no take", "call"]
    show_take(lab.environ, name="call", as_json=False, say=said.append)
    assert said[-1] == "Left out: Its notes cannot be read."


def test_what_comes_with_the_studio_cannot_be_changed(lab: Lab) -> None:
    with pytest.raises(StudioError, match="comes with the studio"):
        remove_takes(lab.environ, names=["shipped/cough"], say=lab.said.append)
    with pytest.raises(StudioError, match="comes with the studio"):
        lab.label("shipped/cough", Labelling(forgets=True))


def test_an_unknown_take_is_named_with_the_nearest(lab: Lab, file: Path) -> None:
    lab.add(file, adding=Adding("account-number"))
    with pytest.raises(StudioError) as refused:
        lab.names("acount-number")
    assert "account-number" in refused.value.hint
    assert lab.names("acc*") == ["account-number"]
    with pytest.raises(StudioError):
        lab.names("tag:nothing-has-it")


def test_labels_of_a_json_listing(lab: Lab, file: Path) -> None:
    lab.add(file)
    show_take(lab.environ, name="call", as_json=True, say=lab.said.append)
    assert json.loads(lab.said[-1])["labels"] is None
    from studio.lab.labels import Truth

    lab.store.label("call", Truth((Label(1, 2),)))
    show_take(lab.environ, name="call", as_json=True, say=lab.said.append)
    assert json.loads(lab.said[-1])["labels"] == [
        {"begin_ms": 1, "end_ms": 2, "kind": "turn", "words": ""}
    ]
