"""Thresholds against silences as a map: each cell has its figure, and a ground that says it too."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rich.text import Text

from studio.ui.present.palette import blend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.lab.weighing import Weighed
    from studio.ui.present.palette import Palette

_LABEL_CELLS = 6
_LEAST_CELLS, _MOST_CELLS = 2, 9
_FIGURE_CELLS = 5
"""In narrower cells a figure cannot be read."""
_STRONG = 0.55
_BAD, _SLOW = 0.85, 0.75


class Metric(NamedTuple):
    """A figure that the map can show; a share of turns, or ms."""

    label: str
    name: str
    is_rate: bool


METRICS = (
    Metric("turns lost, %", "lost_rate", is_rate=True),
    Metric("turns cut off, %", "cutoff_rate", is_rate=True),
    Metric("median delay, ms", "delay_p50_ms", is_rate=False),
    Metric("95 % within, ms", "delay_p95_ms", is_rate=False),
    Metric("ghosts for each turn, %", "ghost_rate", is_rate=True),
    Metric("beginnings clipped, %", "clipped_rate", is_rate=True),
)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the map that there is room for.

    Attributes:
        top: the row at the top, counted from the highest threshold.
        left: the column at the left.
        cells: how wide each cell is.
    """

    top: int
    left: int
    rows: int
    columns: int
    cells: int

    @staticmethod
    def around(
        row: int,
        column: int,
        shape: tuple[int, int],
        width: int,
        height: int,
        before: Window | None,
    ) -> Window:
        """The window that shows a cell, moved from the one before no more than it must."""
        rows, columns = shape
        room = max(_LEAST_CELLS, width - _LABEL_CELLS)
        cells = min(_MOST_CELLS, max(_FIGURE_CELLS, room // columns))
        if columns * cells > room:
            cells = max(_LEAST_CELLS, min(cells, room // columns))
        shown_columns = min(columns, max(1, room // cells))
        shown_rows = min(rows, max(1, height - 1))
        top = _kept(before.top if before else 0, row, shown_rows, rows)
        left = _kept(before.left if before else 0, column, shown_columns, columns)
        return Window(top, left, shown_rows, shown_columns, cells)

    def at(self, x: int, y: int) -> tuple[int, int] | None:
        """The row and column under a place; None beside the map."""
        column, row = (x - _LABEL_CELLS) // self.cells, y
        if x < _LABEL_CELLS or not (0 <= column < self.columns and 0 <= row < self.rows):
            return None
        return self.top + row, self.left + column


def _kept(first: int, at: int, shown: int, count: int) -> int:
    first = min(first, at)
    first = max(first, at - shown + 1)
    return min(max(first, 0), count - shown)


def heat_lines(
    weighed: Weighed,
    metric: Metric,
    prefix: int,
    cursor: tuple[int, int],
    window: Window,
    palette: Palette,
) -> list[Text]:
    """The map, highest threshold first, and its silences below."""
    thresholds, silences, prefixes = weighed.grid.shape
    values = weighed.figures.rates()[metric.name].reshape(thresholds, silences, prefixes)
    shown = values[::-1, :, prefix]
    shares = _shares(values[:, :, prefix])[::-1]
    marks = _marks(weighed)
    lines = []
    for row in range(window.top, window.top + window.rows):
        value = weighed.grid.thresholds[thresholds - 1 - row]
        line = Text(f" {value:.2f} ", palette.muted, no_wrap=True, end="")
        for column in range(window.left, window.left + window.columns):
            mark = marks.get((row, column), " ")
            text = _figure(float(shown[row, column]), metric, mark, window.cells)
            share = float(shares[row, column])
            line.append(text, _style(share, metric, palette, is_at=(row, column) == cursor))
        lines.append(line)
    lines.append(_axis(weighed, window, palette))
    return lines


def _shares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.ones_like(values)
    low, span = finite.min(), max(float(np.ptp(finite)), 1e-12)
    return np.where(np.isfinite(values), (values - low) / span, 1.0)


def _marks(weighed: Weighed) -> dict[tuple[int, int], str]:
    """A star on the recommended cell, a dot on those of the front."""
    thresholds, silences, _ = weighed.grid.shape
    marks = {}
    for at in (*weighed.front, weighed.chosen):
        row, column = divmod(weighed.pair(at), silences)
        marks[thresholds - 1 - row, column] = "★" if at == weighed.chosen else "•"
    return marks


def _figure(value: float, metric: Metric, mark: str, cells: int) -> str:
    if cells < _FIGURE_CELLS:
        return mark.center(cells)
    if not math.isfinite(value):
        text = "–"
    elif metric.is_rate:
        percent = value * 100
        text = f"{percent:.1f}" if 0 < percent < 9.95 else f"{percent:.0f}"
    else:
        text = f"{value:.0f}"
    return f"{mark}{text.rjust(cells - 2)} " if len(text) < cells - 1 else f"{mark}{text}"[:cells]


def _style(share: float, metric: Metric, palette: Palette, *, is_at: bool) -> str:
    if is_at:
        return f"bold {palette.background} on {palette.accent}"
    end, most = (palette.error, _BAD) if metric.is_rate else (palette.user, _SLOW)
    ground = blend(palette.surface, end, share * most)
    ink = palette.background if share * most > _STRONG else palette.foreground
    return f"{ink} on {ground}"


def _axis(weighed: Weighed, window: Window, palette: Palette) -> Text:
    line = Text(" " * _LABEL_CELLS, palette.muted, no_wrap=True, end="")
    every = -(-6 // window.cells)
    for at, column in enumerate(range(window.left, window.left + window.columns)):
        if at % every == 0:
            room = window.cells * min(every, window.columns - at)
            text = f"{weighed.grid.silences_ms[column]}"
            line.append(text.rjust(window.cells - 1).ljust(room)[:room])
    return line
