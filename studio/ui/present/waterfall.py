"""The waterfall: turns as stacked bars on one time axis, and what lies under a bar, as lines.

A bar begins where the user stopped; its parts follow each other to the first sample that was heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.core.units import clock
from studio.ui.present.parts import PARTS, UNKNOWN, part_color

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from studio.ui.present.palette import Palette

TOTAL_CELLS = 9
_SELF = "self-interruption"
_CUTS = (_SELF, "barge-in", "interrupt", "talk-key")
_INDEX_CELLS = 5
_STEPS_MS = (50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000)
_MOST_TICKS = 8
_CELLS_PER_TICK = 8
_LEAST_SPAN_MS = 500
_LINES = "─┄"
"""Patterns too thin for a letter to be cut out of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A turn on the waterfall.

    Attributes:
        index: the turn's number, which a cursor holds on to.
        words: what the user said, or what the turn is.
        parts: `(name, ms)` in order; None where a part is not known.
        total_ms: from the user's last sound to the first that was heard; None while unknown.
        marks: what is particular about the turn.
        is_slowest: whether no turn took longer.
    """

    index: int
    words: str
    parts: tuple[tuple[str, float | None], ...] = ()
    total_ms: float | None = None
    marks: tuple[str, ...] = ()
    is_slowest: bool = False

    @property
    def length_ms(self) -> float:
        """How far its bar goes."""
        known = sum(ms for _, ms in self.parts if ms is not None)
        return max(known, self.total_ms or 0.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """The common axis: `cells` for `span_ms`, a tick every `step_ms`."""

    cells: int
    span_ms: float
    step_ms: float

    @classmethod
    def over(cls, rows: Iterable[Row], width: int) -> Scale:
        """The axis that the longest bar needs, in a waterfall of `width` cells."""
        longest = max((row.length_ms for row in rows), default=0.0)
        longest = max(longest, _LEAST_SPAN_MS)
        cells = max(8, width - words_cells(width) - _INDEX_CELLS - TOTAL_CELLS - 2)
        most = min(_MOST_TICKS, max(2, cells // _CELLS_PER_TICK))
        step = next((step for step in _STEPS_MS if longest <= step * most), _STEPS_MS[-1])
        return cls(cells, -(-longest // step) * step, step)

    def cell(self, ms: float) -> int:
        """The cell at which `ms` stands."""
        return round(ms / self.span_ms * self.cells)


def words_cells(width: int) -> int:
    """How many cells the user's words have."""
    return min(max(width // 5, 10), 40)


def legend_line(palette: Palette, width: int) -> Text:
    """Letter, pattern and name of every part, closer together and then nameless where narrow."""
    return next((line for line in _legends(palette) if line.cell_len <= width), Text("", end=""))


def _legends(palette: Palette) -> Iterator[Text]:
    for blocks, named in ((2, " {}  "), (1, "{} "), (1, " ")):
        line = Text(" ", no_wrap=True, end="")
        for name, look in PARTS.items():
            line.append(look.letter + look.pattern * blocks, part_color(name, palette))
            line.append(named.format(name), palette.muted)
        yield line


def axis_line(scale: Scale, palette: Palette, width: int) -> Text:
    """The seconds over the bars."""
    marks = [" "] * (scale.cells + TOTAL_CELLS)
    ticks = round(scale.span_ms / scale.step_ms)
    for at in range(ticks + 1):
        text = _axis_words(at * scale.step_ms, scale.step_ms)
        start = scale.cell(at * scale.step_ms) - (len(text) // 2 if at else 0)
        if start + len(text) <= scale.cells + 1:
            marks[start : start + len(text)] = text
    line = Text(
        " turn" + " " * (_INDEX_CELLS + words_cells(width) - 4), palette.faint, no_wrap=True, end=""
    )
    line.append("".join(marks[: scale.cells + 2]).rstrip(), palette.faint)
    heading = "total"
    line.append(" " * max(1, width - line.cell_len - len(heading) - 1) + heading, palette.faint)
    line.truncate(width)
    return line


def row_line(row: Row, scale: Scale, palette: Palette, width: int, *, is_at: bool) -> Text:
    """A turn: number, words, bar and total."""
    line = Text("▌" if is_at else " ", palette.accent, no_wrap=True, end="")
    line.append(f"{row.index:>{_INDEX_CELLS - 2}} ", palette.foreground if is_at else palette.muted)
    room = words_cells(width)
    line.append(
        f"{one_line(row.words, room):<{room}} ", palette.foreground if is_at else palette.muted
    )
    line.append_text(bar(row, scale, palette))
    total = "…" if row.total_ms is None else f"{row.total_ms / 1000:.2f} s"
    if not row.parts or not row.length_ms:
        total = "–"
    color = palette.warning if row.is_slowest else palette.foreground
    cut = next((each for each in _CUTS if each in row.marks), "")
    right = Text.assemble(
        ("╳" if cut else " ", palette.warning if cut == _SELF else palette.muted),
        ("▲" if row.is_slowest else " ", palette.warning),
        (f"{total:>{TOTAL_CELLS - 2}} ", color),
    )
    line.append(" " * max(0, width - line.cell_len - right.cell_len))
    return line.append_text(right)


def bar(row: Row, scale: Scale, palette: Palette) -> Text:
    """The stacked parts; what is not known is dotted, what is on its way is open."""
    line = Text(no_wrap=True, end="")
    at_ms = 0.0
    for name, ms in _with_unknown(row):
        first, at_ms = scale.cell(at_ms), at_ms + ms
        cells = min(scale.cell(at_ms), scale.cells) - min(first, scale.cells)
        line.append_text(_piece(name, cells, palette))
    if not row.length_ms:
        line.append(one_line(" · ".join(row.marks), scale.cells), palette.faint)
    return line


def _with_unknown(row: Row) -> list[tuple[str, float]]:
    """The parts that are known, and the rest of the total where the first unknown one is."""
    known = [(name, ms) for name, ms in row.parts if ms is not None]
    rest = (row.total_ms or 0.0) - sum(ms for _, ms in known)
    if rest < 1:
        return known
    place = next((at for at, (_, ms) in enumerate(row.parts) if ms is None), len(known))
    return [*known[:place], ("", rest), *known[place:]]


def _piece(name: str, cells: int, palette: Palette) -> Text:
    """A part of a bar, with its letter in its middle where there is room."""
    look, color = PARTS.get(name, UNKNOWN), part_color(name, palette)
    if cells < 3 or not look.letter:
        return Text(look.pattern * cells, color, end="")
    left = (cells - 1) // 2
    letter = color if look.pattern in _LINES else f"bold {palette.surface} on {color}"
    return Text.assemble(
        (look.pattern * left, color),
        (look.letter, letter),
        (look.pattern * (cells - 1 - left), color),
        end="",
    )


def _axis_words(ms: float, step_ms: float) -> str:
    if not ms:
        return "0"
    digits = 0 if step_ms % 1000 == 0 else 1 if step_ms % 100 == 0 else 2
    return f"{ms / 1000:.{digits}f} s"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands below the waterfall about the turn at the cursor.

    Attributes:
        row: the turn.
        started_at: session seconds of the first news of it.
        sentences: what each part counts, beginning with its name.
        cuts: the ledger of each cut and the echo verdict, as lines.
    """

    row: Row
    started_at: float
    sentences: Sequence[str] = ()
    cuts: Sequence[Text] = ()


def sheet_lines(sheet: Sheet, palette: Palette, width: int) -> list[Text]:
    """What cut a turn and whether it was an echo, then its parts in sentences."""
    row = sheet.row
    head = Text(no_wrap=True, end="")
    head.append(f" turn {row.index}", f"bold {palette.accent}")
    head.append(" · ".join(("", f"at {clock(sheet.started_at)}", *row.marks)), palette.muted)
    head.append(f"   {one_line(row.words, width)}", palette.foreground)
    lines = [head, *sheet.cuts]
    if not sheet.sentences:
        lines.append(Text(" Nothing of its latency is known.", palette.muted, end=""))
    for sentence in sheet.sentences:
        lines += _sentence(sentence, palette, width)
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines


def _sentence(sentence: str, palette: Palette, width: int) -> list[Text]:
    """`model 620 ms: from …`, its figure bright, wrapped under itself."""
    name, _, rest = sentence.partition(" ")
    figure, _, words = rest.partition(": ")
    look = PARTS.get(name, UNKNOWN)
    line = Text(" ", no_wrap=True, end="")
    line.append(
        f"{look.letter or ' '}{look.pattern if look.letter else ' '} ", part_color(name, palette)
    )
    line.append(f"{name:<9}", palette.foreground)
    line.append(f"{figure:>9}  ", f"bold {palette.foreground}")
    indent, lines = line.cell_len, [line]
    for word in words.split():
        if lines[-1].cell_len > indent and lines[-1].cell_len + len(word) + 1 > width:
            lines.append(Text(" " * indent, no_wrap=True, end=""))
        gap = " " if lines[-1].cell_len > indent else ""
        lines[-1].append(gap + word, palette.muted)
    return lines
