"""An audition's readings as rows of a table, and the one at the cursor in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.lab.sheet_figures import FIGURES, figure
from studio.ui.audition_table import BY_ORDER
from studio.ui.present.wrapping import fitted, wrapped

if TYPE_CHECKING:
    from studio.lab.sheet import Row, Sheet, Spoken
    from studio.ui.audition_table import Arrangement
    from studio.ui.present.palette import Palette

_EDGE_CELLS = 5
_NAME_CELLS, _WIDEST_NAME = 18, 44
_GAP = 2
_CELLS: Mapping[str, int] = {
    "stars": 6, "first": 9, "wpm": 10, "pauses": 8, "lufs": 6, "peak": 8, "pitch": 9, "said": 6,
    "heard": 6, "tokens": 7, "cost": 8,
}  # fmt: skip
_DISPENSABLE = ("tokens", "peak", "heard", "pauses", "pitch", "cost", "lufs", "said", "wpm")
"""What gives way where the screen is narrow, the first first."""
_TOLD_BLIND = ("stars",)
"""What may stand there while names are hidden: other figures would tell who it is."""
_LABEL_CELLS = 9


@dataclass(frozen=True, slots=True)
class Columns:
    """The figures that have room beside the name, and how wide that is."""

    name_cells: int
    figures: tuple[str, ...]

    @classmethod
    def over(cls, width: int) -> Columns:
        """As many figures as fit; the name has what they leave."""
        figures = [each.name for each in FIGURES]
        for name in _DISPENSABLE:
            if _cells(figures) <= width:
                break
            figures.remove(name)
        spare = max(0, width - _cells(figures))
        return cls(min(_WIDEST_NAME, _NAME_CELLS + spare), tuple(figures))

    def at(self, cell: int) -> str | None:
        """What stands at a cell of the line; None for the edge."""
        start = _EDGE_CELLS
        columns = [(BY_ORDER, self.name_cells), *((name, _CELLS[name]) for name in self.figures)]
        for name, cells in columns:
            if start <= cell < start + cells + _GAP:
                return name
            start += cells + _GAP
        return None


def _cells(figures: Sequence[str]) -> int:
    return _EDGE_CELLS + _NAME_CELLS + sum(_CELLS[name] + _GAP for name in figures)


def head_line(columns: Columns, arranged: Arrangement, palette: Palette) -> Text:
    """The columns' names; the one that is sorted by has an arrow."""
    line = Text(" " * _EDGE_CELLS, no_wrap=True, end="")
    by = "" if arranged.is_blind or arranged.kept else arranged.by
    line.append(
        fitted(_titled(BY_ORDER, by, falling=arranged.falling), columns.name_cells),
        palette.accent if by == BY_ORDER else palette.faint,
    )
    for name in columns.figures:
        color = palette.accent if name == by else palette.faint
        words = _titled(name, by, falling=arranged.falling)
        line.append(f"{'':{_GAP}}{words:>{_CELLS[name]}}", color)
    return line


def _titled(name: str, by: str, *, falling: bool) -> str:
    column = figure(name)
    title = column.title if column is not None else name
    return f"{title}{'↓' if falling else '↑'}" if name == by else title


@dataclass(frozen=True, slots=True)
class Shown:
    """How a row is drawn.

    Attributes:
        place: which row it is, from 1.
        number: the key that plays it; empty for none.
        is_at: whether the cursor is there.
        is_blind: whether its name is hidden.
        sound: `plays`, `last`, `before` or empty: what sounds, and what A/B goes to.
    """

    place: int
    number: str
    is_at: bool
    is_blind: bool
    sound: str


_SIGNS = {"plays": "▶", "last": "▸", "before": "◂"}


def row_line(row: Row, columns: Columns, shown: Shown, palette: Palette) -> Text:
    """A reading: its key, whether it sounds, its name, its figures."""
    line = Text("▌" if shown.is_at else " ", palette.accent, no_wrap=True, end="")
    line.append(f"{shown.number:>1} ", palette.accent if shown.number else palette.faint)
    color = palette.good if shown.sound == "plays" else palette.muted
    line.append(f"{_SIGNS.get(shown.sound, ' ')} ", color)
    if row.problem and not row.file:
        line.append(fitted(name_of(row, shown), columns.name_cells), palette.muted)
        words = "could not be heard" if shown.is_blind else one_line(row.problem)
        return line.append(f"{'':{_GAP}}{words}", palette.error)
    name_color = f"bold {palette.foreground}" if shown.sound == "plays" else palette.foreground
    line.append(fitted(name_of(row, shown), columns.name_cells), name_color)
    for name in columns.figures:
        column = figure(name)
        assert column is not None
        words = column.words(row) if not shown.is_blind or name in _TOLD_BLIND else "·"
        line.append(f"{'':{_GAP}}{words:>{_CELLS[name]}}", _color(name, row, palette))
    return line


def name_of(row: Row, shown: Shown) -> str:
    """The voice and its manner, or nothing that tells who it is."""
    return f"voice {shown.place}" if shown.is_blind else row.reading.name


def _color(name: str, row: Row, palette: Palette) -> str:
    match name:
        case "stars":
            return palette.accent if row.stars else palette.faint
        case "said":
            return palette.warning if (row.said_share or 0) < 1 else palette.foreground
        case "peak":
            return palette.error if row.clipped else palette.foreground
        case "cost" | "tokens":
            return palette.muted
        case _:
            return palette.foreground


# The reading at the cursor


def about_lines(row: Row, sheet: Sheet, shown: Shown, palette: Palette, width: int) -> list[Text]:
    """What it read and how that came out; nothing that tells who it is where names are hidden."""
    title = name_of(row, shown)
    lines = [Text(f" {title}", f"bold {palette.accent}", no_wrap=True)]
    for label, words, color in _about(row, sheet, palette, is_blind=shown.is_blind):
        room = max(10, width - _LABEL_CELLS - 2)
        for number, piece in enumerate(wrapped(words, room)):
            line = Text(f" {label if not number else '':<{_LABEL_CELLS}}", palette.faint)
            lines.append(line.append(piece, color))
    return lines


def _about(
    row: Row, sheet: Sheet, palette: Palette, *, is_blind: bool
) -> Iterator[tuple[str, str, str]]:
    if row.note:
        yield "note", one_line(row.note), palette.foreground
    if is_blind:
        yield "", "Its name and figures are hidden until you reveal them.", palette.muted
        return
    if row.problem:
        yield "problem", one_line(row.problem), palette.error
    for number, line in enumerate(row.lines, 1):
        yield from _line_about(number, line, palette)
    if row.lufs is not None:
        gain = sheet.gain_db(row)
        level = f"{row.lufs:.1f} LUFS, played {gain:+.1f} dB at {sheet.target_lufs:.1f} LUFS"
        yield "loudness", level, palette.muted
    if row.session:
        yield "session", one_line(row.session), palette.muted


def _line_about(number: int, line: Spoken, palette: Palette) -> Iterator[tuple[str, str, str]]:
    first = "" if line.first_audio_ms is None else f" ({line.first_audio_ms:,.0f} ms)"
    yield f"line {number}", f"{one_line(line.text)}{first}", palette.foreground
    if not line.transcript:
        yield "said", "the service told no words", palette.warning
    elif line.wording.differences:
        yield "said", one_line(line.wording.differences), palette.warning
    if line.heard is not None and line.heard.strip() != line.text.strip():
        yield "heard", one_line(line.heard) or "no words", palette.muted


def told_lines(words: Sequence[str], palette: Palette, width: int) -> list[Text]:
    """Plain words, a paragraph each."""
    return [
        Text(f" {piece}", palette.muted, no_wrap=True)
        for each in words
        for piece in (wrapped(each, max(10, width - 2)) or [""])
    ]
