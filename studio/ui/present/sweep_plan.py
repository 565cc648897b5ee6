"""What a sweep tries, on two lines; in place of the second, how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.grid import Grid, grid_of
from studio.lab.weighing import percent

if TYPE_CHECKING:
    from studio.ui.present.palette import Palette
    from studio.ui.sweeps import SweepWish

_BAR_CELLS = 30


def plan_lines(
    wish: SweepWish,
    takes: str,
    progress: tuple[float, str] | None,
    palette: Palette,
    width: int,
) -> Text:
    """The two lines.

    Args:
        wish: what is tried.
        takes: how the takes are called, and how many there are.
        progress: how far it is, from 0 to 1, and what is done; None where nothing runs.
        palette: the theme's colours.
        width: cells of a line.
    """
    first = Text(no_wrap=True, end="")
    for name, words, do in (
        ("takes", takes, "screen.takes"),
        ("changes", one_line(", ".join(("clean", *wish.changes))), "screen.changes"),
        ("may lose", percent(wish.budget), "screen.budget"),
    ):
        _field(first, name, words, do, palette)
    second = _settings(wish, palette) if progress is None else _bar(*progress, palette)
    for line in (first, second):
        line.truncate(width, overflow="ellipsis")
    return Text("\n", no_wrap=True).join((first, second))


def grid_words(wish: SweepWish) -> tuple[str, str, str]:
    """The three lists as they are written, the usual ones where they are empty."""
    try:
        grid = grid_of(wish.threshold, wish.silence, wish.prefix)
    except StudioError:
        return wish.threshold, wish.silence, wish.prefix
    threshold, silence, prefix = (each.partition(" ")[2] for each in grid.told().split("; "))
    return threshold, silence, prefix


def _settings(wish: SweepWish, palette: Palette) -> Text:
    line = Text(no_wrap=True, end="")
    names = ("threshold", "silence", "prefix")
    for name, words in zip(names, grid_words(wish), strict=True):
        _field(line, name, words, "screen.grid", palette)
    if wish.eagerness:
        _field(line, "by words", one_line(wish.eagerness), "screen.grid", palette)
    size = _size(wish)
    return line.append(f" {size:,} settings" if size else "", palette.muted)


def _field(line: Text, name: str, words: str, do: str, palette: Palette) -> None:
    """A name and its value, which a click changes."""
    begin = len(line)
    line.append(f" {name} ", palette.muted).append(f"{words} ", palette.foreground)
    line.stylize(Style.from_meta({"do": do}), begin)
    line.append(" ")


def _size(wish: SweepWish) -> int:
    try:
        grid: Grid = grid_of(wish.threshold, wish.silence, wish.prefix)
    except StudioError:
        return 0
    return grid.size


def _bar(share: float, words: str, palette: Palette) -> Text:
    done = round(min(max(share, 0.0), 1.0) * _BAR_CELLS)
    line = Text(" ", no_wrap=True, end="")
    line.append("━" * done, palette.accent).append("━" * (_BAR_CELLS - done), palette.faint)
    return line.append(f" {share * 100:.0f} %  {words}   esc stops", palette.muted)
