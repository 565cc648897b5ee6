"""Lines of cells over time: a label, cells of a window, and a cursor laid over all of them."""

from __future__ import annotations

import math
from copy import copy
from operator import is_
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from rich.cells import cell_len
from rich.text import Text

from studio.core.units import clock
from studio.ui.present.pieces import Pieces
from studio.ui.present.words import stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from studio.session.curves import Numbers
    from studio.ui.present.palette import Palette
    from studio.ui.present.window import Window

LABEL_CELLS = 7
_STEPS_S = (
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0,
    60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0,
)  # fmt: skip
_CELLS_PER_TICK = 9
BLOCKS = " ▁▂▃▄▅▆▇█"

Cell = tuple[str, str]
T = TypeVar("T")


class Flag(NamedTuple):
    """A finding under the lanes; a mild one is drawn quietly."""

    at: float
    name: str
    is_mild: bool = False


class Kept:
    """What was made before, for the next time that it is made of the same."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[tuple[object, ...], tuple[object, ...], object]] = {}

    def get(
        self,
        name: str,
        things: tuple[object, ...],
        values: tuple[object, ...],
        make: Callable[[], T],
    ) -> T:
        """What is kept under a name, made anew where it would be another.

        Args:
            name: always of what is made in the same way.
            things: what it is made of, the same only where they are the same objects.
            values: what else it depends on, the same where they are equal.
            make: makes it.
        """
        held = self._held.get(name)
        if held is None or values != held[1] or not all(map(is_, things, held[0])):
            held = self._held[name] = things, values, make()
        return cast("T", held[2])


class Sheet:
    """Lines of cells with labels, the cursor and the now-line laid over them."""

    def __init__(self, window: Window, palette: Palette, cursor: float, now: float | None) -> None:
        self.window = window
        self.palette = palette
        self.lines: list[Text] = []
        self._cursor = window.column(cursor)
        self._now = None if now is None else window.column(now)
        self._under = f" on {palette.selection}" if palette.selection != "default" else " reverse"

    def lay(
        self,
        kept: Kept,
        name: str,
        things: tuple[object, ...],
        values: tuple[object, ...],
        draw: Callable[[Sheet], None],
    ) -> None:
        """Put lines under the others that `draw` adds to a sheet, or added when it was the same."""
        look = (self.window, self.palette, self._cursor, self._now, *values)
        self.lines += kept.get(name, things, look, lambda: self._drawn(draw))

    def _drawn(self, draw: Callable[[Sheet], None]) -> list[Text]:
        part = copy(self)
        part.lines = []
        draw(part)
        return part.lines

    def blank(self) -> list[Cell]:
        """The cells of an empty line."""
        return [(" ", "")] * self.window.cells

    def add(self, label: str, cells: list[Cell]) -> None:
        """Put a line under the others, with the cursor and the now-line laid over it."""
        if self._now is not None and 0 <= self._now < len(cells) and cells[self._now][0] == " ":
            cells[self._now] = ("│", self.palette.good)
        if 0 <= self._cursor < len(cells):
            glyph, style = cells[self._cursor]
            cells[self._cursor] = (glyph, (style or self.palette.faint) + self._under)
        line = Pieces()
        line.add(f"{label:<{LABEL_CELLS}}")
        run, known = "", ""
        for glyph, style in cells:
            if style != known and run:
                line.add(run, known)
                run = ""
            run, known = run + glyph, style
        line.add(run, known)
        self.lines.append(line.text(self.palette.muted))


def axis(window: Window, palette: Palette) -> list[Cell]:
    """Ticks with their times, as close as they can be read."""
    cells: list[Cell] = [(" ", "")] * window.cells
    step = next(
        (each for each in _STEPS_S if each >= window.cell_s * _CELLS_PER_TICK), _STEPS_S[-1]
    )
    tick = math.floor(window.begin / step)
    while (at := tick * step) < window.end:
        tick += 1
        column = window.column(at)
        words = f"╷{_tick_words(at, step)}"
        if column >= 0 and column + len(words) <= window.cells:
            cells[column : column + len(words)] = [(glyph, palette.faint) for glyph in words]
    return cells


def _tick_words(at: float, step: float) -> str:
    if step >= 1:
        return clock(round(at))
    digits = 1 if step >= 0.1 else 2
    minutes, left = divmod(round(at, digits), 60)
    return f"{int(minutes)}:{left:0{3 + digits}.{digits}f}"


def write(cells: list[Cell], column: int, words: str, style: str) -> None:
    """Put words into cells: a wide letter leaves the cell after it empty."""
    for glyph in words:
        width = cell_len(glyph)
        if width == 0 or column + width > len(cells):
            continue
        cells[column] = (glyph, style)
        if width == 2:
            cells[column + 1] = ("", style)
        column += width


def cell_peaks(values: Numbers | None, step_s: float, window: Window) -> list[float | None]:
    """The highest value in each cell; None where none is known."""
    if values is None or not values.size:
        return [None] * window.cells
    import numpy as np

    from studio.session.curves import peaks

    cells = np.arange(window.cells + 1, dtype=np.float64)
    edges = (window.begin + cells * window.cell_s) / step_s
    return [None if math.isnan(each) else each for each in peaks(values, edges).tolist()]


def block(eighths: int, style: str, palette: Palette, *, is_floor: bool) -> Cell:
    """A cell of a bar: full below its top, empty above it; a thin line where there is silence."""
    if eighths > 0:
        return BLOCKS[min(eighths, 8)], style
    return ("▁", palette.faint) if is_floor else (" ", "")


def fill(cells: list[Cell], window: Window, begin: float, end: float, cell: Cell) -> None:
    """Put one cell wherever a stretch lies."""
    first, last = max(0, window.column(begin)), min(window.cells - 1, window.column(end))
    for column in range(first, last + 1):
        cells[column] = cell


def flag_cells(sheet: Sheet, flags: Sequence[Flag]) -> list[Cell]:
    """What was found, each where it is, with its name where there is room; in order of time."""
    cells, window, palette = sheet.blank(), sheet.window, sheet.palette
    reached = -1
    for flag, then in zip(flags, [*flags[1:], None], strict=False):
        column = window.column(flag.at)
        if not reached <= column < window.cells or column < 0:
            continue
        end = window.cells if then is None else min(window.column(then.at), window.cells)
        words, start = f"▲{flag.name}", column
        if len(words) >= end - column:
            words = f"{flag.name}▲" if column - reached > len(flag.name) else "▲"
            start = column + 1 - len(words)
        for offset, glyph in enumerate(words):
            cells[start + offset] = (glyph, palette.muted if flag.is_mild else palette.warning)
        reached = max(column, start + len(words))
    return cells


def values_line(
    facts: Iterable[tuple[str, str]], cursor: float, window: Window, palette: Palette
) -> Text:
    """What is true at the cursor, in words: a name and what it is, for each fact."""
    line = Text(f"{'':<{LABEL_CELLS}}", no_wrap=True, end="")
    line.append(stamp(cursor), f"bold {palette.accent}")
    for label, words in facts:
        line.append(f"  {label} ", palette.muted)
        line.append(words, palette.foreground)
    line.truncate(window.cells + LABEL_CELLS, overflow="ellipsis")
    return line


def signs_line(signs: Iterable[tuple[str, str, str]], width: int, palette: Palette) -> Text:
    """Signs with their styles and names, as many as there is room for."""
    line = Text(" " * LABEL_CELLS, no_wrap=True, end="")
    for sign, style, name in signs:
        if line.cell_len + len(sign) + len(name) + 3 > width:
            break
        line.append(sign, style)
        line.append(f" {name}  ", palette.muted)
    return line
