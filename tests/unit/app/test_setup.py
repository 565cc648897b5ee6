from __future__ import annotations

from pathlib import Path

import pytest

from studio.app.choices import Choices
from studio.app.setup import connect_plan, read_setup, wants_own_server
from studio.audio.cleaning import Cleaning
from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.settings import get_path
from studio.runtime.plan import ConnectPlan


def plan_for(home: Path, choices: Choices, settings_file: str = "") -> tuple[ConnectPlan, str]:
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "settings.toml").write_text(settings_file)
    setup = read_setup(choices, {"STUDIO_HOME": str(home)})
    plan, faults = connect_plan(setup, choices)
    return plan, " ".join(fault.in_words() for fault in (*setup.faults, *faults))


def test_without_choices_a_server_of_our_own_is_talked_to(tmp_path: Path) -> None:
    plan, faults = plan_for(tmp_path, Choices())
    assert wants_own_server(plan)
    assert plan.sessions_dir.is_relative_to(tmp_path)
    assert faults == ""


def test_an_address_means_somebody_else_s_server(tmp_path: Path) -> None:
    plan, _ = plan_for(tmp_path, Choices(base_url="ws://127.0.0.1:8765"))
    assert not wants_own_server(plan)


def test_a_provider_brings_its_address_model_and_dialect(tmp_path: Path) -> None:
    plan, _ = plan_for(tmp_path, Choices(provider="openai"))
    assert plan.url.startswith("wss://api.openai.com")
    assert plan.model == plan.settings.model
    assert plan.dialect is Dialect.GA
    beta, _ = plan_for(tmp_path, Choices(provider="openai", dialect="beta", model="mine"))
    assert (beta.dialect, beta.model, beta.settings.model) == (Dialect.BETA, "mine", "mine")
    assert (plan.settings.voice, beta.settings.voice) == ("marin", "alloy")


def test_stored_settings_hold_and_the_command_line_wins(tmp_path: Path) -> None:
    stored = '[session]\nvoice = "ash"\n"turn_detection.silence_duration_ms" = 700\n'
    plan, faults = plan_for(tmp_path, Choices(sets=("voice=sage",)), stored)
    assert plan.settings.voice == "sage"
    assert get_path(plan.settings, "turn_detection.silence_duration_ms") == 700
    assert faults == ""


def test_an_unusable_stored_setting_costs_only_itself(tmp_path: Path) -> None:
    stored = '[session]\nvoice = "ash"\n"turn_detection.threshold" = 7\nvolume = 11\n'
    plan, faults = plan_for(tmp_path, Choices(), stored)
    assert plan.settings.voice == "ash"
    assert get_path(plan.settings, "turn_detection.threshold") == 0.5
    assert "turn_detection.threshold" in faults
    assert "volume" in faults


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (Choices(provider="opnai"), "opnai"),
        (Choices(sets=("voice",)), "no '='"),
        (Choices(sets=("turn_detection.threshold=7",)), "threshold"),
        (Choices(sets=("turn_detection.treshold=0.5",)), "treshold"),
    ],
)
def test_an_unusable_choice_is_refused_with_a_hint(
    tmp_path: Path, choices: Choices, words: str
) -> None:
    with pytest.raises(StudioError, match=words) as refused:
        plan_for(tmp_path, choices)
    assert refused.value.hint


def test_the_cleaning_is_what_the_settings_and_the_command_line_say(tmp_path: Path) -> None:
    assert plan_for(tmp_path, Choices())[0].cleaning == Cleaning()
    stored = 'echo = "half-duplex"\ngain_control = true\nnoise_suppression = true\n'
    plan, faults = plan_for(tmp_path, Choices(echo="off", noise_suppression=False), stored)
    assert plan.cleaning == Cleaning(echo="off", noise_suppression=False, gain_control=True)
    assert faults == ""


def test_a_cleaning_that_there_is_not_is_told_and_the_default_holds(tmp_path: Path) -> None:
    stored = 'echo = "loud"\nnoise_suppression = "perhaps"\n'
    plan, faults = plan_for(tmp_path, Choices(), stored)
    assert plan.cleaning == Cleaning()
    assert "half-duplex" in faults
    assert "noise_suppression = 'perhaps'" in faults
