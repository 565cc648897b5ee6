"""A sweep in words: what is recommended and why, a cell's figures, the front, and what to hear."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.core.units import clock
from studio.lab.weighing import milliseconds, percent, told
from studio.ui.present.sweep_words import figure_lines, worded_why_lines
from studio.ui.present.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio.lab.by_words import ByWords
    from studio.lab.verdicts import Found, Lost
    from studio.lab.weighing import Weighed
    from studio.ui.present.palette import Palette

_PLOT_LEFT = 7
_LEGEND = (
    ("★", "recommended"),
    ("•", "on the front: nothing else is both faster and loses less"),
    ("·", "in the plot: another setting beats it"),
    ("◆", "in the plot: the cursor"),
)


def why_lines(
    weighed: Weighed,
    by_words: ByWords | None,
    keys: tuple[str, str],
    palette: Palette,
    width: int,
) -> list[Text]:
    """The recommendation with its evidence and its doubts.

    The keys are those of a search, and of other settings.
    """
    lines: list[Text] = []
    is_by_words = by_words is not None and by_words.best is not None
    if by_words is not None and is_by_words:
        lines += worded_why_lines(weighed, by_words, palette, width)
        lines += [Text(end=""), _line("The best of server_vad:", palette.muted)]
    lines.append(_line(told(weighed.settings), f"bold {palette.accent}"))
    lines += [
        line for each in weighed.evidence for line in _item("·", each, palette.foreground, width)
    ]
    lines += [line for each in weighed.doubts for line in _item("!", each, palette.warning, width)]
    if weighed.is_at_border:
        search, widen = keys
        words = f"{search} searches beyond it and closer; {widen} chooses other settings."
        lines += _item(" ", words, palette.accent, width)
    if by_words is not None and not is_by_words:
        lines += [Text(end=""), *worded_why_lines(weighed, by_words, palette, width)]
    for each in weighed.swept.skipped:
        words = f"left out: {each.name}: {each.reason}"
        lines += _item("!", words, palette.muted, width)
    lines.append(Text(end=""))
    for mark, words in _LEGEND:
        lines += _item(mark, words, palette.muted, width)
    return lines


def cell_lines(
    weighed: Weighed, at: int, lost: Sequence[Lost] | None, palette: Palette, width: int
) -> list[Text]:
    """A setting's figures, and the turns that it loses; None while these are looked up."""
    marks = [
        mark
        for mark, holds in (
            ("recommended", at == weighed.chosen),
            ("on the front", at in weighed.front),
        )
        if holds
    ]
    head = _line(told(weighed.grid.at(at)), f"bold {palette.foreground}")
    lines = [head, _line(", ".join(marks), palette.accent)] if marks else [head]
    lines += figure_lines(weighed.figures, weighed.trust, at, weighed.pair(at), palette)
    lines.append(Text(end=""))
    if lost is None:
        lines.append(_line("Looking up what it loses…", palette.muted))
    for each in lost or ():
        words = f"{_place(each)} {each.verdict}: {each.reason}"
        lines += _item("·", words, palette.foreground, width)
    if lost is not None and not lost:
        words = (
            "It loses nothing and answers nothing else. Late answers are no loss: see the delay."
        )
        lines += _item("✓", words, palette.good, width)
    return lines


def plot_lines(weighed: Weighed, at: int, palette: Palette, width: int, height: int) -> list[Text]:
    """Lost turns upwards, median delay to the right: the front, and all that it beats."""
    columns, rows = width - _PLOT_LEFT - 2, height - 2
    if columns < 12 or rows < 3:
        return []
    figures = weighed.figures
    finite = [
        each for each in range(weighed.grid.size) if math.isfinite(figures.delay_p50_ms[each])
    ]
    if not finite:
        return [_line("Every setting loses every turn.", palette.warning)]
    least = min(0.0, float(figures.delay_p50_ms[finite].min()))
    span = max(float(figures.delay_p50_ms[finite].max()) - least, 1.0)
    most = max(int(figures.lost[finite].max()), 1)
    marks: dict[tuple[int, int], tuple[str, str]] = {}
    front = frozenset(weighed.front)
    layers = (
        ("·", palette.faint, finite),
        ("•", palette.user, [each for each in finite if each in front]),
        ("★", palette.accent, [weighed.chosen]),
        ("◆", palette.foreground, [at]),
    )
    for mark, color, some in layers:
        for each in some:
            delay = float(figures.delay_p50_ms[each])
            if math.isfinite(delay):
                x = round((delay - least) / span * (columns - 1))
                y = round((1 - figures.lost[each] / most) * (rows - 1))
                marks[y, x] = (mark, color)
    lines = [
        _plot_row(row, rows, columns, marks, most / figures.turns, palette) for row in range(rows)
    ]
    lines.append(_line(" " * (_PLOT_LEFT - 2) + "└" + "─" * columns, palette.faint))
    left, right = milliseconds(least), f"median delay {milliseconds(least + span)}"
    lines.append(
        _line(
            " " * (_PLOT_LEFT - 1) + left + right.rjust(max(1, columns - len(left))), palette.muted
        )
    )
    return lines


def _plot_row(
    row: int,
    rows: int,
    columns: int,
    marks: dict[tuple[int, int], tuple[str, str]],
    most: float,
    palette: Palette,
) -> Text:
    label = {0: percent(most), rows // 2: "lost", rows - 1: "0 %"}.get(row, "")
    line = _line(label.rjust(_PLOT_LEFT - 2), palette.muted)
    line.append("│", palette.faint)
    for column in range(columns):
        mark, color = marks.get((row, column), (" ", palette.faint))
        line.append(mark, color)
    return line


def doubt_lines(found: Found, at: int, palette: Palette, width: int) -> tuple[list[Text], int]:
    """The places to listen to, and the line that the one at the cursor begins on."""
    doubts, chosen = found.doubts, told(found.weighed.settings)
    if not doubts:
        words = "Its neighbours on the front judge every turn alike: there is nothing to decide."
        return list(_item("·", words, palette.muted, width)), 0
    lines: list[Text] = []
    begins = 0
    for place, each in enumerate(doubts):
        is_at = place == at
        if is_at:
            begins = len(lines)
        style = f"bold {palette.accent}" if is_at else palette.foreground
        lines.append(_line(("▌" if is_at else " ") + _place(each.here), style))
        here = f"★ {chosen} {each.here.verdict}: {each.here.reason}"
        lines += _item(" ", here, palette.muted, width)
        other = f"with {told(each.settings)} {each.there.verdict}: {each.there.reason}"
        lines += _item(" ", other, palette.muted, width)
    return lines, begins


def told_lines(words: Sequence[str], palette: Palette, width: int) -> list[Text]:
    """Words where there is no sweep yet, or it could not be done."""
    return [
        _line(line, palette.muted) for each in words for line in wrapped(each, max(2, width - 2))
    ]


def _place(each: Lost) -> str:
    changed = "" if each.variant == "clean" else f" ({each.variant})"
    words = f" “{one_line(each.words, 40)}”" if each.words else ""
    return f"{one_line(each.take, 40)}{changed} {clock(each.at_ms / 1000)}{words}"


def _item(mark: str, words: str, color: str, width: int) -> Iterator[Text]:
    for at, line in enumerate(wrapped(words, max(2, width - 4))):
        yield _line(f"{mark if not at else ' '} {line}", color)


def _line(words: str, style: str) -> Text:
    return Text(f" {words}", style, no_wrap=True, end="")
