"""What the first paint needs of the preferences, read without the weight of checking them all.

`config.preferences` reads the same sources again behind the paint, and reports what is wrong.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

DEFAULT_THEME = "dark"
THEME_VARIABLE = "STUDIO_THEME"


class Glance(NamedTuple):
    """The look and the keys."""

    theme: str = DEFAULT_THEME
    keymap: Mapping[str, str] = {}


def glance(file: Path, environ: Mapping[str, str], chosen_theme: str | None) -> Glance:
    """The theme and the keymap that hold; the defaults where the file says nothing usable."""
    values = _values(file)
    theme = chosen_theme or environ.get(THEME_VARIABLE) or values.get("theme")
    keymap = values.get("keymap")
    return Glance(
        theme=theme if isinstance(theme, str) else DEFAULT_THEME,
        keymap={
            action: keys for action, keys in keymap.items() if isinstance(keys, str)
        } if isinstance(keymap, dict) else {},
    )  # fmt: skip


def _values(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
