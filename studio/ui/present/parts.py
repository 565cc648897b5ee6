"""The parts of a turn's latency as the screen draws them: letter, pattern, words and colour.

A bar reads without colours: neighbours differ in pattern, and a part with room has its letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.ui.present.palette import blend

if TYPE_CHECKING:
    from studio.ui.present.palette import Palette


@dataclass(frozen=True, slots=True)
class PartLook:
    """How a part is drawn."""

    letter: str
    pattern: str
    group: str
    """The word of the status line that sums it up with its neighbours."""


PARTS: Mapping[str, PartLook] = {
    "silence": PartLook("S", "░", "wait"),
    "vad": PartLook("V", "▒", "wait"),
    "network": PartLook("N", "─", "net"),
    "response": PartLook("R", "┄", "net"),
    "tools": PartLook("T", "▚", "tools"),
    "model": PartLook("M", "█", "model"),
    "buffer": PartLook("B", "▓", "play"),
    "device": PartLook("D", "▪", "play"),
}
"""Every part in the order of a turn."""

UNKNOWN = PartLook("", "·", "")
"""Time whose part is not known."""


def part_color(name: str, palette: Palette) -> str:
    """The colour of a part; those of one group are kin."""
    colors = {
        "silence": blend(palette.user, palette.surface, 0.45),
        "vad": palette.user,
        "network": palette.muted,
        "response": blend(palette.muted, palette.foreground, 0.6),
        "tools": palette.warning,
        "model": palette.accent,
        "buffer": palette.good,
        "device": blend(palette.good, palette.surface, 0.4),
    }
    return colors.get(name, palette.faint)
