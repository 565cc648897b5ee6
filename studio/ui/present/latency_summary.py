"""The latency of a session as a small table: all turns, then the turns under each settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.ui.present.parts import PARTS, part_color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.session.latency_summary import LatencySummary, Spread
    from studio.ui.present.palette import Palette

_LEAST_LABEL_CELLS = 9
_TURNS_CELLS = 6
_TIME_CELLS = 9
_MOST_GROUPS = 4

_Parts = tuple[tuple[str, "Spread | None"], ...]


def summary_lines(summary: LatencySummary, palette: Palette, width: int) -> list[Text]:
    """The table and the slowest turn; nothing before a turn was measured."""
    if summary.total is None:
        return []
    rows: list[tuple[str, Spread, _Parts]] = [("all turns", summary.total, summary.parts)]
    if len(summary.groups) > 1:
        latest = summary.groups[-_MOST_GROUPS:]
        rows += [(group.settings, group.total, group.parts) for group in latest]
    figures = _TURNS_CELLS + 2 * _TIME_CELLS
    parts_cells = max(_parts_text(parts, palette).cell_len for parts in _all_parts(summary)) + 3
    has_parts = width >= 36 + figures + parts_cells
    longest = max(len(label) for label, _, _ in rows) + 2
    room = width - figures - (parts_cells if has_parts else 0) - 2
    label_cells = max(_LEAST_LABEL_CELLS, min(longest, room))
    head = (
        f" {'':<{label_cells}}{'turns':>{_TURNS_CELLS}}{'p50':>{_TIME_CELLS}}{'p95':>{_TIME_CELLS}}"
    )
    lines = [Text(head + ("   p50 of each part" if has_parts else ""), palette.faint, end="")]
    for at, (label, total, parts) in enumerate(rows):
        line = Text(" ", no_wrap=True, end="")
        color = palette.muted if at else palette.foreground
        line.append(f"{one_line(label, label_cells):<{label_cells}}", color)
        line.append(f"{total.count:>{_TURNS_CELLS}}", palette.muted)
        line.append(f"{_seconds(total.p50_ms):>{_TIME_CELLS}}", palette.foreground)
        line.append(f"{_seconds(total.p95_ms):>{_TIME_CELLS}}", palette.foreground)
        if has_parts:
            line.append("   ").append_text(_parts_text(parts, palette))
        lines.append(line)
    if summary.slowest is not None and summary.count > 1:
        line = Text(" ▲ slowest: ", palette.warning, no_wrap=True, end="")
        lines.append(line.append(f"{summary.slowest.words}", palette.foreground))
    return lines


def _all_parts(summary: LatencySummary) -> Sequence[_Parts]:
    return [summary.parts, *(group.parts for group in summary.groups)]


def _parts_text(parts: _Parts, palette: Palette) -> Text:
    """`S 0.50  V 0.03  …`: the median of each part that takes time."""
    line = Text(no_wrap=True, end="")
    for name, spread in parts:
        if spread is not None and spread.p50_ms >= 5:
            line.append(f"{PARTS[name].letter} ", part_color(name, palette))
            line.append(f"{spread.p50_ms / 1000:.2f}  ", palette.muted)
    return line


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.2f} s"
