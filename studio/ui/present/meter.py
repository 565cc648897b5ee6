"""The meter: level bars, and lanes of speech over time, as lines of styled text.

All lanes share one axis of session seconds. Its right edge is a whole cell, so that what has been
drawn moves left by whole cells and never shimmers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.text import Text

from studio.ui.present.palette import blend
from studio.ui.present.words import decibel

if TYPE_CHECKING:
    from studio.session.state import Head, SpeechSpan
    from studio.ui.present.palette import Palette

LABEL_CELLS = 8
BAR_FLOOR_DB = -60.0
_HOT_DB = -6.0
_BLOCKS = " ▁▂▃▄▅▆▇█"
_WINDOWS_S = (8.0, 12.0, 20.0)


@dataclass(frozen=True, slots=True)
class Level:
    """One bar."""

    label: str
    rms_db: float
    peak_db: float
    is_clipping: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bit:
    """A stretch of a lane in session seconds; `end` is None while it lasts.

    Attributes:
        begin: where it begins.
        end: where it ends.
        waited_until: up to where the detector waited before it believed the end.
        cut: whether it was stopped.
    """

    begin: float
    end: float | None = None
    waited_until: float | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Lanes:
    """What the lanes show.

    Attributes:
        now: session seconds of the right edge.
        probabilities: `(session seconds, probability)`, oldest first.
        threshold: the probability from which a frame counts as speech; None where no detector
            with one runs.
        server: user speech as the server told it.
        local: user speech as the local detector heard it.
        heard: the assistant's voice as it reached the ear.
    """

    now: float = 0.0
    probabilities: Sequence[tuple[float, float]] = ()
    threshold: float | None = None
    server: Sequence[Bit] = field(default_factory=tuple)
    local: Sequence[Bit] = field(default_factory=tuple)
    heard: Sequence[Bit] = field(default_factory=tuple)


def speech_bits(spans: Iterable[SpeechSpan], sound_began_at: float) -> tuple[Bit, ...]:
    """Spans of audio time as stretches of session time."""
    return tuple(
        Bit(
            begin=sound_began_at + span.start_ms / 1000,
            end=None if span.end_ms is None else sound_began_at + span.end_ms / 1000,
            waited_until=span.stopped_at,
        )
        for span in spans
    )


def heard_bits(heads: Iterable[Head]) -> tuple[Bit, ...]:
    """What reached the ear of each part."""
    return tuple(
        Bit(
            begin=head.heard_at,
            end=None if head.played_ms is None else head.heard_at + head.played_ms / 1000,
            cut=bool(head.cut),
        )
        for head in heads
        if head.heard_at is not None
    )


def level_line(level: Level, width: int, palette: Palette, color: str) -> Text:
    """A bar from -60 dBFS to full scale, its held peak, and the level in dBFS."""
    line = Text(no_wrap=True, end="")
    line.append(f"{level.label:<{LABEL_CELLS}}", palette.muted)
    reading = f"{decibel(level.rms_db, BAR_FLOOR_DB)} dB"
    cells = max(4, width - LABEL_CELLS - len(reading) - 1)
    filled = _cells_of(level.rms_db, cells)
    hot = _cells_of(_HOT_DB, cells)
    peak = _cells_of(level.peak_db, cells) - 1
    for cell in range(cells):
        shade = palette.error if level.is_clipping else palette.warning
        style = shade if cell >= hot else color
        if cell < filled:
            line.append("━", style)
        elif cell == peak:
            line.append("╸", style)
        else:
            line.append("─", palette.faint)
    line.append(f" {reading}", palette.error if level.is_clipping else palette.muted)
    return line


def scale_line(width: int, palette: Palette) -> Text:
    """The dBFS marks under the bars."""
    cells = max(4, width - LABEL_CELLS - 10)
    marks = [" "] * (cells + 4)
    for level_db in (-60, -40, -20, -6):
        text = str(level_db).replace("-", "−")
        start = max(0, min(_cells_of(level_db, cells), cells) - (0 if level_db == -60 else 2))
        marks[start : start + len(text)] = text
    return Text(" " * LABEL_CELLS + "".join(marks), palette.faint, no_wrap=True, end="")


def note_line(label: str, words: str, width: int, palette: Palette) -> Text:
    """A fact under the bars."""
    line = _label(label, palette)
    line.append(words, palette.muted)
    line.truncate(width, overflow="ellipsis")
    return line


def lane_lines(lanes: Lanes, width: int, height: int, palette: Palette) -> list[Text]:
    """The probability curve, the three lanes and the axis, in `height` lines of `width` cells."""
    columns = max(8, width - LABEL_CELLS)
    axis = _Axis.ending_at(lanes.now, columns)
    rows = max(1, height - 4)
    lines = _curve(lanes, axis, rows, palette)
    for label, bits, color in (
        ("local", lanes.local, palette.user),
        ("server", lanes.server, palette.user),
        ("voice", lanes.heard, palette.accent),
    ):
        lines.append(_lane(label, bits, axis, color, palette))
    lines.append(_axis_line(axis, palette))
    return lines[:height]


@dataclass(frozen=True, slots=True)
class _Axis:
    """Cells of equal time; cell `c` begins at `(first + c) * cell_s`."""

    first: int
    columns: int
    cell_s: float

    @classmethod
    def ending_at(cls, now: float, columns: int) -> _Axis:
        window = _WINDOWS_S[min(columns // 60, len(_WINDOWS_S) - 1)]
        cell_s = window / columns
        return cls(math.floor(now / cell_s) - columns + 1, columns, cell_s)

    def column(self, at: float) -> int:
        return math.floor(at / self.cell_s) - self.first


def _curve(lanes: Lanes, axis: _Axis, rows: int, palette: Palette) -> list[Text]:
    heights = [-1] * axis.columns
    loud = [False] * axis.columns
    for at, probability in lanes.probabilities:
        column = axis.column(at)
        if 0 <= column < axis.columns:
            heights[column] = max(heights[column], round(probability * rows * 8))
            loud[column] |= lanes.threshold is not None and probability >= lanes.threshold
    _bridge(heights, loud)
    mark = rows - 1 - int((lanes.threshold or 0) * rows - 1e-9)
    lines = []
    for row in range(rows):
        line = _label(_curve_label(row, mark, lanes.threshold), palette)
        base = (rows - 1 - row) * 8
        is_mark = lanes.threshold is not None and row == mark
        line.append_text(
            _cells(
                axis.columns,
                lambda c, base=base, is_mark=is_mark: _curve_cell(  # type: ignore[misc]
                    heights[c] - base, loud=loud[c], is_mark=is_mark, palette=palette
                ),
            )
        )
        lines.append(line)
    return lines


def _curve_label(row: int, mark: int, threshold: float | None) -> str:
    if threshold is not None and row == mark:
        return f"≥ {threshold:.2f}"
    return "vad" if row == (1 if mark == 0 else 0) else ""


def _curve_cell(eighths: int, *, loud: bool, is_mark: bool, palette: Palette) -> tuple[str, str]:
    if eighths <= 0:
        return ("╌", palette.faint) if is_mark else (" ", "")
    if not loud:
        return _BLOCKS[min(eighths, 8)], palette.faint
    body = blend(palette.surface, palette.user, 0.4)
    return (_BLOCKS[min(eighths, 8)], palette.user) if eighths <= 8 else ("█", body)


def _bridge(heights: list[int], loud: list[bool]) -> None:
    """Fill cells between frames where a cell is shorter than a frame."""
    for column in range(1, len(heights) - 1):
        if heights[column] < 0 <= heights[column - 1]:
            follows = any(height >= 0 for height in heights[column + 1 : column + 3])
            if follows:
                heights[column], loud[column] = heights[column - 1], loud[column - 1]


def _lane(label: str, bits: Sequence[Bit], axis: _Axis, color: str, palette: Palette) -> Text:
    cells: list[tuple[str, str]] = [("·" if c % 10 == 0 else " ", palette.faint) for c in
                                    range(axis.columns)]  # fmt: skip
    now = (axis.first + axis.columns) * axis.cell_s
    for bit in bits:
        end = now if bit.end is None else bit.end
        if bit.waited_until is not None:
            _fill(cells, axis, end, bit.waited_until, ("╌", color))
        _fill(cells, axis, bit.begin, end, ("━", color))
        if bit.cut and 0 <= axis.column(end) < axis.columns:
            cells[axis.column(end)] = ("╳", palette.warning)
    line = _label(label, palette)
    line.append_text(_cells(axis.columns, lambda c: cells[c]))
    return line


def _fill(
    cells: list[tuple[str, str]], axis: _Axis, begin: float, end: float, cell: tuple[str, str]
) -> None:
    first, last = max(0, axis.column(begin)), min(axis.columns - 1, axis.column(end))
    for column in range(first, last + 1):
        cells[column] = cell


def _axis_line(axis: _Axis, palette: Palette) -> Text:
    window = axis.columns * axis.cell_s
    marks = [" "] * axis.columns
    every = 2 if window <= 12 else 5
    for seconds in range(every, int(window), every):
        text = f"−{seconds}s"
        column = axis.columns - 1 - round(seconds / axis.cell_s)
        if column - 1 >= 0:
            marks[column - 1 : column - 1 + len(text)] = text
    marks[-4:] = "now "
    line = _label("", palette)
    line.append("".join(marks[: axis.columns]), palette.faint)
    return line


def _cells(columns: int, cell: Callable[[int], tuple[str, str]]) -> Text:
    """Cells joined to runs of one style, which keeps lines cheap to draw."""
    line = Text(no_wrap=True, end="")
    run, style = "", ""
    for column in range(columns):
        glyph, wanted = cell(column)
        if wanted != style and run:
            line.append(run, style)
            run = ""
        run, style = run + glyph, wanted
    line.append(run, style)
    return line


def _label(label: str, palette: Palette) -> Text:
    return Text(f"{label:<{LABEL_CELLS}}", palette.muted, no_wrap=True, end="")


def _cells_of(level_db: float, cells: int) -> int:
    share = (level_db - BAR_FLOOR_DB) / -BAR_FLOOR_DB
    return round(min(max(share, 0.0), 1.0) * cells)
