"""The front of a sweep as a table, and below it what `semantic_vad` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from studio.lab.weighing import milliseconds, percent
from studio.ui.present.sweep_words import worded_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.lab.by_words import ByWords
    from studio.lab.weighing import Weighed
    from studio.ui.present.palette import Palette

_CELLS: Mapping[str, int] = {
    "threshold": 10, "silence": 8, "prefix": 7, "lost": 7, "p50": 9, "p95": 9, "ghosts": 7,
}  # fmt: skip
_SETTINGS = ("threshold", "silence", "prefix")
_DISPENSABLE = ("prefix", "p95", "ghosts")
"""What gives way where it is narrow, the first first: half a figure is worse than none."""


def front_lines(
    weighed: Weighed,
    by_words: ByWords | None,
    cursor: tuple[int, int | None],
    palette: Palette,
    width: int,
) -> list[Text]:
    """The front, fastest first, and by words below it; the row at the cursor is marked.

    The cursor is a place in the grid, and an eagerness's where that is at the cursor.
    """
    at, eagerness = cursor
    best = by_words.best if by_words is not None else None
    names = _columns(width)
    head = "".join(name.rjust(_CELLS[name]) for name in names)
    lines = [Text(f"  {head}", palette.muted, no_wrap=True, end="")]
    for each in weighed.front:
        if by_words is None or each not in by_words.beaten:
            text = "".join(_cell(weighed, each, name).rjust(_CELLS[name]) for name in names)
            is_best = each == weighed.chosen and best is None
            is_at = each == at and eagerness is None
            lines.append(_row(text, palette, width, is_at=is_at, is_best=is_best))
    room = sum(_CELLS[name] for name in names if name in _SETTINGS)
    measured = tuple(name for name in _CELLS if name not in _SETTINGS)
    for place, (words, *cells) in enumerate(worded_rows(by_words) if by_words else ()):
        shown = zip(measured, cells, strict=True)
        rest = "".join(cell.rjust(_CELLS[name]) for name, cell in shown if name in names)
        is_at, is_best = place == eagerness, place == best
        text = f"{words.rjust(room)}{rest}"
        lines.append(_row(text, palette, width, is_at=is_at, is_best=is_best))
    return lines


def _columns(width: int) -> tuple[str, ...]:
    """The columns that have room."""
    names = [*_CELLS]
    for name in _DISPENSABLE:
        if sum(_CELLS[each] for each in names) + 2 <= width:
            break
        names.remove(name)
    return tuple(names)


def _cell(weighed: Weighed, at: int, name: str) -> str:
    settings, figures = weighed.grid.at(at), weighed.figures
    match name:
        case "threshold":
            return f"{settings.threshold:.2f}"
        case "silence":
            return f"{settings.silence_duration_ms}"
        case "prefix":
            return f"{settings.prefix_padding_ms}"
        case "lost":
            return percent(figures.lost[at] / figures.turns)
        case "p50":
            return milliseconds(figures.delay_p50_ms[at])
        case "p95":
            return milliseconds(figures.delay_p95_ms[at])
        case _:
            return f"{figures.ghosts[at]}"


def _row(text: str, palette: Palette, width: int, *, is_at: bool, is_best: bool) -> Text:
    style = f"bold {palette.accent}" if is_at else palette.foreground
    line = Text(f" {'★' if is_best else ' '}{text}", style, no_wrap=True, end="")
    line.truncate(width)
    return line
