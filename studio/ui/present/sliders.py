"""The sliders of the lab: where two settings stand, and what each makes of the take."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from studio.core.text import one_line
from studio.ui.fields import written

if TYPE_CHECKING:
    from studio.lab.reading import Reading
    from studio.ui.fields import Field
    from studio.ui.present.palette import Palette

LABEL_CELLS, VALUE_CELLS = 12, 9
_LONG: dict[str, str] = {
    "cut_off": "cut off",
    "late": "late",
    "missed": "missed",
    "merged": "merged",
    "ghosts": "ghost",
}


class SliderRow(NamedTuple):
    """A slider with one knob or two; None where a setting has no such slider."""

    field: Field
    a: float | str | None
    b: float | str | None
    is_at: bool
    has_b: bool = False


def slider_track(width: int, *, has_b: bool) -> tuple[int, int]:
    """Where a slider's track begins, and how many cells it has."""
    start = 1 + LABEL_CELLS + VALUE_CELLS * (1 + has_b)
    return start, max(8, width - start - 2)


def slider_line(row: SliderRow, width: int, palette: Palette, edits: str) -> Text:
    """A slider: its name, where A and B stand, and both on one track."""
    line = Text("▌" if row.is_at else " ", palette.accent, no_wrap=True, end="")
    label = palette.foreground if row.is_at else palette.muted
    line.append(f"{row.field.label:<{LABEL_CELLS}}", label)
    colors = {"a": palette.user, "b": palette.accent}
    knobs = [("a", row.a), ("b", row.b)] if row.has_b else [("a", row.a)]
    for name, value in knobs:
        weight = "bold " if name == edits and row.is_at else ""
        line.append(f"{_written(row.field, value):<{VALUE_CELLS}}", weight + colors[name])
    cells = slider_track(width, has_b=row.has_b)[1]
    edited = row.b if edits == "b" and row.has_b else row.a
    if row.field.kind == "choice":
        return line.append_text(_choices(row, cells, palette, edits))
    track = [("━" if at <= _cell(row.field, edited, cells) else "─") for at in range(cells)]
    styles = [palette.muted if glyph == "━" else palette.faint for glyph in track]
    for name, value in knobs:
        if value is not None:
            at = _cell(row.field, value, cells)
            if name == edits or value != edited:
                track[at], styles[at] = "●" if name == edits else "○", colors[name]
    for style, run in groupby(zip(track, styles, strict=True), key=lambda each: each[1]):
        line.append("".join(glyph for glyph, _ in run), style)
    return line


def _written(field: Field, value: float | str | None) -> str:
    """A value in few cells."""
    return "–" if value is None else written(field, value).removesuffix("_vad")


def _choices(row: SliderRow, cells: int, palette: Palette, edits: str) -> Text:
    """All choices side by side, each in as much room as the pointer finds it in."""
    line, names = Text(no_wrap=True, end=""), row.field.choices
    edited, other = (row.b, row.a) if edits == "b" and row.has_b else (row.a, row.b)
    own, its = (palette.accent, palette.user) if edits == "b" else (palette.user, palette.accent)
    for at, name in enumerate(names):
        room = cells * (at + 1) // len(names) - cells * at // len(names)
        sign, style = ("●", own) if name == edited else ("○", palette.faint)
        if name != edited and row.has_b and name == other:
            style = its
        told = palette.foreground if name == edited else palette.muted
        line.append(sign, style).append(f" {name:<{room}}"[: room - 1], told)
    return line


def _cell(field: Field, value: float | str | None, cells: int) -> int:
    if not isinstance(value, int | float):
        return 0
    share = min(max((value - field.low) / (field.high - field.low), 0.0), 1.0)
    return round(share * (cells - 1))


def summary_line(
    name: str, reading: Reading | None, waits: str, palette: Palette, *, is_edited: bool
) -> Text:
    """What a setting makes of the take, in one line; what it waits for where nothing is known."""
    color = palette.user if name == "A" else palette.accent
    line = Text(no_wrap=True, end="")
    line.append("▸" if is_edited else " ", palette.accent)
    line.append(f"{name}  ", f"bold {color}")
    if reading is None:
        return line.append(one_line(waits), palette.faint)
    counts = reading.counts
    if counts is None:
        found = len(reading.stretches)
        line.append(f"{found:,} turn{'' if found == 1 else 's'} found", palette.foreground)
        return line.append("   no labels to judge by", palette.faint)
    for at, field in enumerate(_LONG):
        value = getattr(counts, field)
        strong = palette.error if field == "cut_off" else palette.warning
        line.append("  " if at else "", "")
        line.append(f"{value} {_plural(_LONG[field], value)}", strong if value else palette.faint)
    p50, p95 = counts.delay(0.5), counts.delay(0.95)
    if p50 is not None and p95 is not None:
        line.append("   delay p50 ", palette.muted)
        line.append(f"{p50:,.0f}", palette.foreground)
        line.append(" p95 ", palette.muted)
        line.append(f"{p95:,.0f} ms", palette.foreground)
    return line


def _plural(word: str, count: int) -> str:
    return "ghosts" if word == "ghost" and count != 1 else word
