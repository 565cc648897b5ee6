from __future__ import annotations

from pathlib import Path

import pytest

from studio.config.themes import (
    COLOR_NAMES,
    ThemeFile,
    bundled_theme_folder,
    load_themes,
    read_theme,
)


def theme_text(**changes: str) -> str:
    colors = dict.fromkeys(COLOR_NAMES, "#102030") | changes
    return "[colors]\n" + "".join(f'{name} = "{value}"\n' for name, value in colors.items())


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_bundled_themes_all_load() -> None:
    load = load_themes([bundled_theme_folder()])
    assert load.faults == ()
    assert {"dark", "light", "high-contrast"} <= {theme.name for theme in load.themes}


@pytest.mark.parametrize(
    "theme", load_themes([bundled_theme_folder()]).themes, ids=lambda theme: theme.name
)
def test_text_can_be_read_on_every_ground(theme: ThemeFile) -> None:
    wanted = 7.0 if theme.name == "high-contrast" else 4.0
    for text in ("foreground", "muted", "accent", "user", "good", "warning", "error"):
        for ground in ("background", "surface"):
            assert contrast(theme.colors[text], theme.colors[ground]) >= wanted, (text, ground)
    for ground in ("background", "surface", "panel"):
        faint = contrast(theme.colors["faint"], theme.colors[ground])
        assert 2.4 <= faint < contrast(theme.colors["muted"], theme.colors[ground]) / 1.5, ground


def test_one_bad_file_is_a_fault_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(theme_text())
    (tmp_path / "torn.toml").write_text("[colors")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    load = load_themes([tmp_path, tmp_path / "absent"])
    assert [theme.name for theme in load.themes] == ["good"]
    assert [fault.path.name for fault in load.faults] == ["bytes.toml", "torn.toml"]


def test_a_later_folder_replaces_a_theme_of_the_same_name(tmp_path: Path) -> None:
    for folder, accent in (("ours", "#111111"), ("theirs", "#222222")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "dark.toml").write_text(theme_text(accent=accent))
    (theme,) = load_themes([tmp_path / "ours", tmp_path / "theirs"]).themes
    assert theme.colors["accent"] == "#222222"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = 'x'", "no [colors] table"),
        ("[colors]\naccent = '#000000'", "does not name background"),
        (theme_text(acccent="#000000"), "acccent, which nothing uses"),
        (theme_text(accent="red"), "'red' is not a colour"),
    ],
)
def test_a_fault_says_what_to_mend(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("[", r"\[").replace("]", r"\]")):
        read_theme("x", text)
