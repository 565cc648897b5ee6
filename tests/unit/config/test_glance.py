from __future__ import annotations

from pathlib import Path

import pytest

from studio.config.glance import Glance, glance
from studio.config.preferences import load_preferences


@pytest.mark.parametrize(
    ("text", "environ", "chosen"),
    [
        ("", {}, None),
        ('theme = "light"\n[keymap]\n"studio.quit" = "ctrl+q"\n', {}, None),
        ('theme = "light"\n', {"STUDIO_THEME": "high-contrast"}, None),
        ('theme = "light"\n', {"STUDIO_THEME": "high-contrast"}, "nord"),
    ],
)
def test_a_glance_sees_what_the_checked_preferences_say(
    tmp_path: Path, text: str, environ: dict[str, str], chosen: str | None
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    checked = load_preferences(file, environ, {"theme": chosen}).preferences
    assert glance(file, environ, chosen) == Glance(checked.theme, checked.keymap)


@pytest.mark.parametrize("text", ["theme = [", "theme = 3", "keymap = 7", "\x00"])
def test_what_cannot_be_used_leaves_the_defaults(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    assert glance(file, {}, None) == Glance()
    assert glance(tmp_path / "none", {}, None) == Glance()
