"""The colours of the theme as a value that drawing takes; the only door colours come through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as rich understands them, one for each name of a theme file."""

    background: str = "default"
    surface: str = "default"
    panel: str = "default"
    selection: str = "default"
    foreground: str = "default"
    muted: str = "default"
    faint: str = "default"
    accent: str = "default"
    user: str = "default"
    good: str = "default"
    warning: str = "default"
    error: str = "default"


def palette_from(variables: Mapping[str, str]) -> Palette:
    """The palette that stands in the screen's style variables; what is missing stays default."""
    names = (field.name for field in fields(Palette))
    return Palette(**{name: variables[name] for name in names if name in variables})


def blend(one: str, other: str, share: float) -> str:
    """The colour that lies `share` of the way from one to the other; `one` if either has no rgb."""
    if not (one.startswith("#") and other.startswith("#")):
        return one
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
