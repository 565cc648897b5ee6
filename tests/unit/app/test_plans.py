from __future__ import annotations

from pathlib import Path

import pytest

from studio.app.choices import Choices
from studio.app.plans import changes_between, first_plan, plan_for
from studio.app.setup import Setup, connect_plan, read_setup
from studio.audio.cleaning import Cleaning
from studio.config.preferences import load_preferences, save_preferences
from studio.protocol.providers import PROVIDERS
from studio.protocol.settings import get_path, with_path


def setup_in(home: Path, settings_file: str = "") -> Setup:
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "settings.toml").write_text(settings_file)
    return read_setup(Choices(), {"STUDIO_HOME": str(home)})


def test_a_provider_that_is_not_there_leaves_the_defaults_and_says_so(tmp_path: Path) -> None:
    plan, told = first_plan(setup_in(tmp_path, 'provider = "opnai"\n'), Choices())
    assert plan.provider == "local"
    ((title, message, hint),) = told
    assert "opnai" in message
    assert "settings.toml" in message
    assert title
    assert "openai" in hint


def test_every_provider_has_a_plan_to_switch_to(tmp_path: Path) -> None:
    setup = setup_in(tmp_path, 'base_url = "ws://127.0.0.1:1"\nmodel = "mine"\n')
    plan, _ = first_plan(setup, Choices())
    for name, provider in PROVIDERS.items():
        other = plan_for(name, plan, setup)
        assert other.provider == name
        if name != plan.provider:
            assert other.model == provider.default_model
            assert "127.0.0.1:1/" not in other.url + "/"


def test_what_the_hand_changed_is_what_is_kept(tmp_path: Path) -> None:
    setup = setup_in(tmp_path, '[session]\nvoice = "ash"\n')
    before, _ = first_plan(setup, Choices())
    assert changes_between(setup, before, before) == {}
    settings = with_path(before.settings, "turn_detection.threshold", 0.7)
    changes = changes_between(setup, before, before.model_copy(update={"settings": settings}))
    assert changes == {"session": {"voice": "ash", "turn_detection.threshold": 0.7}}
    file = setup.paths.config_file
    save_preferences(file, changes)
    again = Setup(setup.paths, load_preferences(file, {}, {}).preferences, ())
    kept, faults = connect_plan(again, Choices())
    assert faults == ()
    assert get_path(kept.settings, "turn_detection.threshold") == 0.7


def test_another_provider_is_kept_without_the_address_of_the_last(tmp_path: Path) -> None:
    setup = setup_in(tmp_path, 'base_url = "ws://127.0.0.1:1"\n')
    before, _ = first_plan(setup, Choices())
    after = plan_for("openai", before, setup)
    changes = changes_between(setup, before, after)
    assert changes["provider"] == "openai"
    assert changes["base_url"] == ""
    sounding = after.model_copy(update={"microphone": "device:USB"})
    assert changes_between(setup, before, sounding) == changes | {"microphone": "device:USB"}


@pytest.mark.parametrize(
    ("microphone", "speaker"),
    [("device:USB Headset", "silent"), ("device", "device:3"), ("silence", "device")],
)
def test_sound_that_the_hand_chose_is_there_again(
    tmp_path: Path, microphone: str, speaker: str
) -> None:
    setup = setup_in(tmp_path)
    before, _ = first_plan(setup, Choices())
    sound = {
        "microphone": microphone,
        "speaker": speaker,
        "cleaning": Cleaning(echo="half-duplex", gain_control=True),
    }
    after = before.model_copy(update=sound)
    changes = changes_between(setup, before, after)
    assert "noise_suppression" not in changes
    save_preferences(setup.paths.config_file, changes)
    again, told = first_plan(read_setup(Choices(), {"STUDIO_HOME": str(tmp_path)}), Choices())
    assert told == []
    assert {name: getattr(again, name) for name in sound} == sound
    quiet = again.model_copy(update={"cleaning": Cleaning(), "microphone": "auto"})
    assert changes_between(setup, again, quiet) == {
        "echo": "cancel", "gain_control": False, "microphone": "auto",
    }  # fmt: skip


@pytest.mark.parametrize("once", ["say:Hello.", "demo", "question.wav"])
def test_a_script_or_a_file_is_not_said_again_at_the_next_start(tmp_path: Path, once: str) -> None:
    setup = setup_in(tmp_path)
    before, _ = first_plan(setup, Choices())
    spoken = before.model_copy(update={"microphone": once})
    assert changes_between(setup, before, spoken) == {}
    assert changes_between(setup, spoken, before) == {"microphone": "auto"}
