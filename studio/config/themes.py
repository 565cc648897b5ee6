"""Themes as TOML files: names for colours, checked one file at a time.

A theme file names every colour of `COLOR_NAMES` as `#rrggbb`; the screen uses nothing else.
A file that is broken is a fault beside the themes that load, never the end of the start.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

COLOR_NAMES = (
    "background",
    "surface",
    "panel",
    "selection",
    "foreground",
    "muted",
    "faint",
    "accent",
    "user",
    "good",
    "warning",
    "error",
)
"""From the ground up: screen, pane, raised line, cursor line; three strengths of text; then the
one accent (also the assistant's side), the caller's side, and the three verdicts."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A theme as its file gives it.

    Attributes:
        name: the file's stem, by which settings know it.
        title: what people read in the picker.
        dark: whether text is lighter than its ground.
        colors: `#rrggbb` by each of `COLOR_NAMES`.
    """

    name: str
    title: str
    dark: bool
    colors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ThemeFault:
    """A theme file that was left out, and why, in words."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class ThemeLoad:
    """The themes that loaded, by folder and name, and the files that failed."""

    themes: tuple[ThemeFile, ...]
    faults: tuple[ThemeFault, ...]


def bundled_theme_folder() -> Path:
    """The folder of the themes that come with the studio, in a wheel or in a checkout."""
    here = Path(__file__).parent
    installed = here / "themes"
    return installed if installed.is_dir() else here.parents[1] / "themes"


def load_themes(folders: Iterable[Path]) -> ThemeLoad:
    """Read every `*.toml` in `folders`; a later folder replaces a theme of the same name.

    Args:
        folders: where to look; a folder that does not exist holds nothing.
    """
    themes: dict[str, ThemeFile] = {}
    faults: list[ThemeFault] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
        try:
            theme = read_theme(path.stem, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValueError) as fault:
            faults.append(ThemeFault(path, str(fault)))
        else:
            themes[theme.name] = theme
    return ThemeLoad(tuple(themes.values()), tuple(faults))


def read_theme(name: str, text: str) -> ThemeFile:
    """Check the text of a theme file.

    Raises:
        ValueError: what is wrong with it, in words; `tomllib.TOMLDecodeError` is one.
    """
    document = tomllib.loads(text)
    colors = document.get("colors")
    if not isinstance(colors, dict):
        raise ValueError("it has no [colors] table")  # noqa: TRY004 a fault of the file, not ours
    if missing := [wanted for wanted in COLOR_NAMES if wanted not in colors]:
        raise ValueError(f"[colors] does not name {', '.join(missing)}")
    if unknown := sorted(set(colors) - set(COLOR_NAMES)):
        raise ValueError(f"[colors] names {', '.join(unknown)}, which nothing uses")
    for color, value in colors.items():
        if not (isinstance(value, str) and _COLOR.fullmatch(value)):
            raise ValueError(f'{color} = {value!r} is not a colour such as "#12ab9f"')
    return ThemeFile(
        name=name,
        title=str(document.get("title", name)),
        dark=bool(document.get("dark", True)),
        colors=dict(colors),
    )
