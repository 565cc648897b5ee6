"""The curves of a take: how loud it is, and how much of it is like speech."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from studio.ui.present.palette import blend
from studio.ui.present.time_sheet import BLOCKS, Cell, Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from studio.ui.present.palette import Palette
    from studio.ui.present.tuning_picture import Sound
    from studio.vad.segmenter import Rules

_HANGING = " ▔▔▀▀▀▀██"
"""Eighths of a cell from its top, as far as there are signs for them."""
_NOTHING = -1
"""The height where nothing is known."""


class Mark(NamedTuple):
    """A bar across a row."""

    glyph: str
    color: str
    label: str


def lay_sound(sheet: Sheet, sound: Sound | None, states: Sequence[int], rows: int) -> None:
    """Peaks around a middle line, lit where a setting would commit them."""
    palette, window, half = sheet.palette, sheet.window, rows // 2
    styles = (
        palette.faint,
        blend(palette.user, palette.surface, 0.62),
        blend(palette.user, palette.surface, 0.45),
        palette.user,
    )
    heights = [_NOTHING] * window.cells
    if sound is not None:
        found = sound.peaks(window.begin * 1000, window.cell_s * 1000, window.cells).tolist()
        # Half as loud stands at seven tenths of the height, so that quiet speech is seen, too.
        heights = [
            _NOTHING if math.isnan(each) else round(math.sqrt(each) * half * 8) for each in found
        ]
    for row in range(rows):
        level = (half - 1 - row if row < half else row - half) * 8
        blocks = _HANGING if row >= half else BLOCKS
        line = ("▔" if row >= half else "▁") if row in (half - 1, half) else " "

        def look(height: int, state: int) -> Cell:
            eighths = min(height - level, 8)  # noqa: B023 used before the next row
            if height == _NOTHING:
                return " ", ""
            if eighths <= 0:
                return line if height == 0 else " ", styles[state]  # noqa: B023
            return blocks[eighths], styles[state]  # noqa: B023

        sheet.add("sound" if row == 0 else "", _cells(heights, states, look))


def lay_speech(
    sheet: Sheet,
    peaks: Sequence[float | None],
    rules: Rules | None,
    other: Rules | None,
    rows: int,
) -> None:
    """The probability, with the bar that speech reaches and the one that silence falls below."""
    palette = sheet.palette
    voiced = rules.voiced_from if rules is not None else math.inf
    silent = rules.silent_below if rules is not None else -math.inf
    heights = [_NOTHING if each is None else round(each * rows * 8) for each in peaks]
    known = [each if each is not None else -1.0 for each in peaks]
    styles = palette.faint, palette.muted, palette.user
    kinds = [2 if each >= voiced else 0 if each < silent else 1 for each in known]
    marks = _marks(rules, other, rows, palette)
    for row in range(rows):
        base, mark = (rows - 1 - row) * 8, marks.get(row)

        def look(height: int, kind: int) -> Cell:
            eighths = min(height - base, 8) if height != _NOTHING else _NOTHING  # noqa: B023
            if mark is not None and (eighths <= 0 or eighths == 8):  # noqa: B023
                return _crossed(mark, styles[kind], palette, is_full=eighths == 8)  # noqa: B023
            if eighths > 0:
                return BLOCKS[eighths], styles[kind]
            is_floor = base == 0 and height != _NOTHING  # noqa: B023
            return ("▁", palette.faint) if is_floor else (" ", "")

        label = mark.label if mark is not None else "vad" if row == 0 else ""
        sheet.add(label, _cells(heights, kinds, look))


def _crossed(mark: Mark, style: str, palette: Palette, *, is_full: bool) -> Cell:
    """A cell that a bar goes across: over what fills it, or over nothing."""
    if is_full and style.startswith("#"):
        return mark.glyph, f"{palette.surface} on {style}"
    return mark.glyph, mark.color


def _cells(
    heights: Sequence[int], kinds: Sequence[int], look: Callable[[int, int], Cell]
) -> list[Cell]:
    """A row of cells, of which the few that differ are made once."""
    pairs = list(zip(heights, kinds, strict=True))
    looks = {pair: look(*pair) for pair in set(pairs)}
    return [looks[pair] for pair in pairs]


def _marks(
    rules: Rules | None, other: Rules | None, rows: int, palette: Palette
) -> dict[int, Mark]:
    """The bars by row; the threshold goes before the others."""
    if rules is None or rows < 1:
        return {}
    marks: dict[int, Mark] = {}

    def lay(level: float, color: str, label: str, *, is_silence: bool = False) -> None:
        place = min(max(level, 0.0), 1.0) * rows
        row = rows - 1 - min(int(place), rows - 1)
        share = place - int(place)
        glyph = "┄" if is_silence else "▁" if share < 1 / 3 else "─" if share < 2 / 3 else "▔"
        marks.setdefault(row, Mark(glyph, color, label))

    lay(rules.voiced_from, palette.foreground, f"≥ {rules.voiced_from:.2f}")
    lay(rules.silent_below, palette.muted, f"< {rules.silent_below:.2f}", is_silence=True)
    if other is not None and other.voiced_from != rules.voiced_from:
        lay(other.voiced_from, palette.accent, "B")
    return marks
