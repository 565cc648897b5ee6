from __future__ import annotations

from pathlib import Path

import pytest

from studio.config.preferences import load_preferences, save_preferences
from studio.core.errors import StudioError


def test_defaults_hold_where_nothing_is_said(tmp_path: Path) -> None:
    loaded = load_preferences(tmp_path / "none.toml", {}, {})
    assert loaded.preferences.provider == "local"
    assert loaded.faults == ()


def test_file_then_environment_then_command_line(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('provider = "openai"\ntheme = "light"\nmodel = "from-file"\n')
    loaded = load_preferences(
        file,
        {"STUDIO_THEME": "high-contrast", "STUDIO_MODEL": "from-env"},
        {"model": "from-line", "provider": None},
    )
    assert loaded.preferences.provider == "openai"
    assert loaded.preferences.theme == "high-contrast"
    assert loaded.preferences.model == "from-line"


def test_session_settings_come_from_the_environment_as_json(tmp_path: Path) -> None:
    loaded = load_preferences(tmp_path / "none", {"STUDIO_SESSION": '{"voice": "ash"}'}, {})
    assert loaded.preferences.session == {"voice": "ash"}
    broken = load_preferences(tmp_path / "none", {"STUDIO_SESSION": "{voice"}, {})
    assert broken.preferences.session == {}
    assert "STUDIO_SESSION" in broken.faults[0].in_words()


def test_one_bad_setting_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('dialect = "gamma"\ncolour = "red"\nmodel = "kept"\n')
    loaded = load_preferences(file, {}, {})
    assert loaded.preferences.model == "kept"
    assert loaded.preferences.dialect == ""
    words = " ".join(fault.in_words() for fault in loaded.faults)
    assert "dialect" in words
    assert "colour" in words
    assert str(file) in words


def test_a_broken_file_is_reported_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("provider = [broken\n")
    loaded = load_preferences(file, {}, {})
    assert loaded.preferences.provider == "local"
    assert "settings.toml" in loaded.faults[0].place
    with pytest.raises(StudioError, match="left as it is"):
        save_preferences(file, {"theme": "light"})
    assert file.read_text() == "provider = [broken\n"


def test_saving_keeps_comments_and_other_settings(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.toml"
    save_preferences(file, {"theme": "light"})
    file.write_text("# mine\nmodel = 'm'  # why\n" + file.read_text())
    save_preferences(file, {"theme": "dark", "session": {"voice": "ash"}})
    text = file.read_text()
    assert "# mine" in text
    assert "# why" in text
    loaded = load_preferences(file, {}, {}).preferences
    assert (loaded.theme, loaded.model, loaded.session) == ("dark", "m", {"voice": "ash"})
    save_preferences(file, {"model": ""})
    assert load_preferences(file, {}, {}).preferences.model == ""
