"""The takes of the lab as lines: their names, their lengths, and how a setting does on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from studio.core.text import one_line
from studio.core.units import clock
from studio.ui.present.words import span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.lab.reading import Counts
    from studio.ui.present.palette import Palette

_SHORT: dict[str, str] = {
    "cut_off": "cut",
    "late": "late",
    "missed": "missed",
    "merged": "merged",
    "ghosts": "ghost",
}


class TakeRow(NamedTuple):
    """A take in the list.

    Attributes:
        counts: the verdicts under the present setting; None where they are not known.
        note: what stands in place of them.
    """

    name: str
    duration_ms: float
    counts: Counts | None = None
    note: str = ""
    is_session: bool = False
    is_fault: bool = False
    is_shipped: bool = False

    @property
    def shown_name(self) -> str:
        """Its name; those that came with the studio are listed without their folder."""
        return one_line(self.name.removeprefix("shipped/") if self.is_shipped else self.name)


def take_line(row: TakeRow, width: int, palette: Palette, *, is_at: bool) -> Text:
    """A take: its name, its length, and what the present setting makes of it."""
    line = Text("▏" if is_at else " ", palette.muted, no_wrap=True, end="")
    words, style = take_verdict(row, palette)
    right = Text(no_wrap=True, end="")
    right.append(f"{_length(row.duration_ms):>6} ", palette.faint)
    right.append(f"{words:<9}"[:9], style)
    room = max(4, width - right.cell_len - 2)
    color = palette.muted if row.is_shipped and not is_at else palette.foreground
    name = Text(row.shown_name, f"bold {color}" if is_at else color)
    name.truncate(room, overflow="ellipsis", pad=True)
    return line.append_text(name).append(" ").append_text(right)


def _length(duration_ms: float) -> str:
    if duration_ms <= 0:
        return ""
    return f"{duration_ms / 1000:.1f}s" if duration_ms < 100_000 else clock(duration_ms / 1000)


def take_verdict(row: TakeRow, palette: Palette) -> tuple[str, str]:
    """The verdict on a take in a word or two, and its colour."""
    if row.counts is None:
        return row.note, palette.warning if row.is_fault else palette.faint
    if not row.counts.problems:
        return "✓ fine", palette.good
    first = next(name for name in _SHORT if getattr(row.counts, name))
    shown = f"{getattr(row.counts, first)} {_SHORT[first]}"
    others = row.counts.problems - getattr(row.counts, first)
    color = palette.error if first == "cut_off" else palette.warning
    return shown + (" +" if others else ""), color


def chooser_line(row: TakeRow | None, at: int, count: int, width: int, palette: Palette) -> Text:
    """The take at hand on one line, where the list has no room."""
    line = Text(no_wrap=True, end="")
    line.append(" ‹ ", palette.accent)
    if row is None:
        return line.append("no take yet", palette.muted)
    line.append(one_line(row.name, 32), f"bold {palette.foreground}")
    line.append(" › ", palette.accent)
    words, style = take_verdict(row, palette)
    line.append(f" {at + 1} of {count}   ", palette.muted)
    if row.duration_ms > 0:
        line.append(f"{span(row.duration_ms)}   ", palette.muted)
    line.append(words, style)
    line.truncate(width, overflow="ellipsis")
    return line


def empty_lines(keys: Sequence[tuple[str, str]], palette: Palette) -> list[Text]:
    """What stands in an empty list: how to get a take."""
    lines = [Text(" No take yet.", palette.foreground, no_wrap=True, end=""), Text("", end="")]
    for key, words in keys:
        line = Text(f" {key:<4}", palette.accent, no_wrap=True, end="")
        lines.append(line.append(words, palette.muted))
    return lines
