from __future__ import annotations

from pathlib import Path

from studio.app.choices import Choices
from studio.app.plans import changes_between, first_plan, plan_for
from studio.app.setup import Setup, connect_plan, read_setup
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
