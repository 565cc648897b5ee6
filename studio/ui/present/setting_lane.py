"""What a setting makes of each cell of time: padding, speech, waiting, and where a turn ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import numpy as np

from studio.ui.present.palette import blend

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from studio.lab.reading import Reading, Stretch
    from studio.ui.present.palette import Palette
    from studio.ui.present.time_sheet import Cell
    from studio.ui.present.window import Window

OUTSIDE, PADDING, WAITED, SPEECH = range(4)
END, CUT = "◆", "╳"


def in_sight(stretches: Sequence[Stretch], window: Window) -> Sequence[Stretch]:
    """Those of which the window shows something; both edges ascend."""
    first = bisect_left(stretches, window.begin * 1000, key=lambda each: each.end_ms)
    last = bisect_right(stretches, window.end * 1000, key=lambda each: each.start_ms)
    return stretches[first:last]


def states(reading: Reading | None, window: Window) -> tuple[int, ...]:
    """What each cell is to a setting; the most that is in it."""
    cells = [OUTSIDE] * window.cells
    seen = in_sight(reading.stretches, window) if reading is not None else ()
    if seen:
        start, speech, silent, end, _ = np.array(seen, np.float64).T / 1000
        for state, begins, ends in (
            (PADDING, start, speech), (WAITED, silent, end), (SPEECH, speech, silent),
        ):  # fmt: skip
            for first, last in _columns(begins, ends, window):
                cells[first:last] = [state] * (last - first)
    return tuple(cells)


def _columns(
    begins: NDArray[np.float64], ends: NDArray[np.float64], window: Window
) -> Iterable[tuple[int, int]]:
    """The cells, first and after the last, of each stretch of which something shows."""
    low = np.floor((begins - window.begin) / window.cell_s + 1e-9)
    high = np.maximum(np.ceil((ends - window.begin) / window.cell_s - 1e-9), low + 1)
    shows = (ends > begins) & (high > 0) & (low < window.cells)
    first, last = np.maximum(low, 0)[shows], np.minimum(high, window.cells)[shows]
    return zip(first.astype(np.int64).tolist(), last.astype(np.int64).tolist(), strict=True)


def setting_cells(
    reading: Reading, held: Sequence[int], color: str, window: Window, palette: Palette
) -> list[Cell]:
    """The lane of a setting, whose cells are `held` to be this and that by it."""
    looks = (" ", ""), ("░", blend(color, palette.surface, 0.35)), ("╌", color), ("━", color)
    cells: list[Cell] = [looks[each] for each in held]
    cuts = _cuts(reading)
    strong, cut = f"bold {color}", f"bold {palette.error}"
    for each in in_sight(reading.stretches, window):
        column = window.column(each.end_ms / 1000 - 1e-6)
        if 0 <= column < window.cells:
            mark = (CUT, cut) if each.end_ms in cuts else (END, strong)
            cells[column] = ("╸", strong) if each.is_open else mark
    return cells


def _cuts(reading: Reading) -> frozenset[int]:
    """Where the setting takes a turn away from a person who has more to say."""
    score = reading.score
    turns = score.turns if score is not None else ()
    return frozenset(at for each in turns for at in each.cut_at_ms)
