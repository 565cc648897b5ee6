"""Theme files as Textual themes, and what stands in where none could be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import Theme

if TYPE_CHECKING:
    from studio.config.themes import ThemeFile

FALLBACKS = {
    "selection": "midnightblue",
    "muted": "darkgray",
    "faint": "dimgray",
    "user": "skyblue",
    "good": "palegreen",
}
"""The names that Textual's own themes do not have."""


def textual_theme(file: ThemeFile) -> Theme:
    """A theme file as Textual takes it; every name becomes a style variable."""
    colors = file.colors
    return Theme(
        name=file.name,
        dark=file.dark,
        primary=colors["accent"],
        secondary=colors["user"],
        accent=colors["accent"],
        foreground=colors["foreground"],
        background=colors["background"],
        surface=colors["surface"],
        panel=colors["panel"],
        success=colors["good"],
        warning=colors["warning"],
        error=colors["error"],
        variables={
            **{name: colors[name] for name in FALLBACKS},
            "block-cursor-background": colors["selection"],
            "block-cursor-foreground": colors["foreground"],
            "block-cursor-text-style": "none",
            "block-cursor-blurred-background": colors["selection"],
            "block-hover-background": colors["panel"],
            "input-cursor-background": colors["accent"],
            "input-selection-background": f"{colors['accent']} 30%",
            "border": colors["accent"],
            "border-blurred": colors["faint"],
            "scrollbar": colors["faint"],
            "scrollbar-hover": colors["muted"],
            "scrollbar-active": colors["accent"],
            "scrollbar-background": colors["surface"],
            "scrollbar-background-hover": colors["surface"],
            "scrollbar-background-active": colors["surface"],
            "scrollbar-corner-color": colors["surface"],
        },
    )
