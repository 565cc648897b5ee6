from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.app.choices import Choices
from studio.app.presets import FolderPresets, compare_presets, list_presets, show_preset
from studio.app.setup import connect_plan, read_setup
from studio.config.presets import Provenance
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.protocol.settings import SessionSettings, TurnDetection

PATIENT = SessionSettings(
    turn_detection=TurnDetection(type="server_vad", threshold=0.6, silence_duration_ms=700)
)


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    held = FolderPresets(tmp_path / "config" / "presets", ManualClock())
    held.save("Patient", PATIENT, Provenance("sweep", "Best of 200."), "for the phone")
    held.save("Ash", SessionSettings(voice="ash"), Provenance())
    return {"STUDIO_HOME": str(tmp_path)}


def test_presets_are_listed_and_shown(home: dict[str, str]) -> None:
    said: list[str] = []
    warned: list[str] = []
    list_presets(home, as_json=False, say=said.append, warn=warned.append)
    assert [line.split()[0] for line in said] == ["Ash", "Patient"]
    assert "for the phone" in said[1]
    assert not warned
    said.clear()
    show_preset(home, "pat", as_json=False, say=said.append)
    assert "  turn_detection.silence_duration_ms = 700" in said
    assert "  From: sweep, 2026-01-01T12:00:00+00:00. Best of 200." in said
    said.clear()
    compare_presets(home, "ash", "patient", say=said.append)
    assert "voice: ash → not set" in said


def test_json_holds_what_the_file_holds(home: dict[str, str]) -> None:
    said: list[str] = []
    list_presets(home, as_json=True, say=said.append, warn=said.append)
    listed = json.loads(said[0])
    assert [each["name"] for each in listed] == ["Ash", "Patient"]
    assert listed[1]["session"]["turn_detection"]["threshold"] == 0.6


def test_a_session_begins_with_a_preset_and_what_is_set_goes_over_it(home: dict[str, str]) -> None:
    choices = Choices(preset="patient", sets=("turn_detection.threshold=0.4",))
    plan, _ = connect_plan(read_setup(choices, home), choices)
    assert plan.settings.turn_detection is not None
    assert plan.settings.turn_detection.silence_duration_ms == 700
    assert plan.settings.turn_detection.threshold == 0.4


@pytest.mark.parametrize(("name", "words"), [("none", "no preset"), ("", "2 presets")])
def test_a_preset_that_is_not_one_is_told_with_those_that_are(
    home: dict[str, str], name: str, words: str
) -> None:
    choices = Choices(preset=name)
    with pytest.raises(StudioError, match=words) as caught:
        connect_plan(read_setup(choices, home), choices)
    assert "Ash, Patient" in caught.value.hint


def test_what_is_written_over_a_file_is_refused(home: dict[str, str], tmp_path: Path) -> None:
    presets = FolderPresets(tmp_path / "config" / "presets", ManualClock())
    (tmp_path / "there.json").write_text("mine")
    with pytest.raises(StudioError, match="exists"):
        presets.export("Ash", str(tmp_path / "there.json"))
    assert (tmp_path / "there.json").read_text() == "mine"
    assert presets.export("Ash", str(tmp_path)) == str(tmp_path / "Ash.json")
