from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.config.presets import (
    Preset,
    Provenance,
    checked_name,
    preset_text,
    read_preset,
    read_presets,
    write_preset,
)
from studio.core.errors import StudioError
from studio.protocol.settings import SessionSettings, Tool, TurnDetection

if TYPE_CHECKING:
    from pathlib import Path

PATIENT = SessionSettings(
    turn_detection=TurnDetection(type="server_vad", threshold=0.6, silence_duration_ms=700)
)
FOUND = Provenance("sweep", "Best of 200 settings.", ("hesitations",), "2026-11-30T12:00:00Z")


def test_a_preset_reads_as_it_was_written(tmp_path: Path) -> None:
    preset = Preset("Patient (phone)", PATIENT, FOUND, "for the support line")
    file = write_preset(tmp_path / "presets", preset)
    assert file.name == "Patient (phone).json"
    assert read_preset(file) == preset
    assert read_presets(tmp_path / "presets").presets == (preset,)


SETTINGS = st.builds(
    lambda fields: SessionSettings(**fields),
    st.fixed_dictionaries(
        {},
        optional={
            "voice": st.none() | st.text(),
            "instructions": st.text(),
            "speed": st.floats(0.25, 1.5),
            "noise_reduction": st.none() | st.just("far_field"),
            "turn_detection": st.none()
            | st.builds(
                TurnDetection,
                threshold=st.floats(0, 1),
                silence_duration_ms=st.integers(0, 5000),
                idle_timeout_ms=st.none(),
            ),
        },
    ),
)


@given(SETTINGS)
def test_only_what_is_stated_is_kept(settings: SessionSettings) -> None:
    stated = json.loads(preset_text(Preset("any", settings)))["session"]
    read = SessionSettings.model_validate(stated)
    assert read == settings
    assert read.model_fields_set == settings.model_fields_set


def test_a_preset_changes_what_it_states_and_nothing_else() -> None:
    session = SessionSettings(
        voice="ash",
        turn_detection=TurnDetection(threshold=0.5, prefix_padding_ms=300, silence_duration_ms=500),
    )
    preset = Preset("patient", PATIENT)
    assert preset.stated == (
        ("turn_detection.type", "server_vad"),
        ("turn_detection.threshold", 0.6),
        ("turn_detection.silence_duration_ms", 700),
    )
    after = preset.over(session)
    assert after.voice == "ash"
    assert after.turn_detection is not None
    assert after.turn_detection.silence_duration_ms == 700
    assert after.turn_detection.prefix_padding_ms == 300


def test_secrets_of_tools_are_not_kept() -> None:
    tool = Tool.model_validate(
        {"type": "mcp", "server_label": "x", "authorization": "Bearer abc", "headers": {"k": "v"}}
    )
    text = preset_text(Preset("tools", SessionSettings(tools=(tool,))))
    assert "server_label" in text
    assert "abc" not in text
    assert "headers" not in text


@pytest.mark.parametrize("name", ["", " ", "../evil", "a/b", ".hidden", "x" * 61, "a\nb\x1b", "a."])
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    with pytest.raises(StudioError, match="cannot be called"):
        checked_name(name)


@pytest.mark.parametrize(
    "document",
    [
        {"type": "server_vad", "silence_duration_ms": 700, "threshold": 0.6},
        {"turn_detection": {"type": "server_vad", "silence_duration_ms": 700, "threshold": 0.6}},
        {"audio": {"input": {"turn_detection":
            {"type": "server_vad", "silence_duration_ms": 700, "threshold": 0.6}}}},
        {"type": "session.update", "session": {"type": "realtime", "audio": {"input": {
            "turn_detection": {"type": "server_vad", "silence_duration_ms": 700,
                               "threshold": 0.6}}}}},
    ],
)  # fmt: skip
def test_a_provider_s_json_is_read_too(tmp_path: Path, document: dict[str, object]) -> None:
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps(document))
    preset = read_preset(file)
    assert preset.settings.turn_detection == PATIENT.turn_detection
    assert preset.provenance.source == "import"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "no JSON object"),
        ("{}", "neither a preset nor"),
        ('{"schema": "studio.preset/9"}', "studio.preset/9"),
        ('{"schema": "studio.preset/1", "session": {"speed": 9}}', "speed"),
        ('{"schema": "studio.preset/1", "session": {"nonsense": 9}}', "nonsense"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_a_broken_file_is_named_and_the_rest_is_read(tmp_path: Path, text: str, words: str) -> None:
    write_preset(tmp_path, Preset("good", PATIENT))
    (tmp_path / "broken.json").write_text(text)
    load = read_presets(tmp_path)
    assert [each.name for each in load.presets] == ["good"]
    (fault,) = load.faults
    assert words in fault
    assert "broken.json" in fault


def test_no_folder_holds_no_presets(tmp_path: Path) -> None:
    assert read_presets(tmp_path / "none").presets == ()
