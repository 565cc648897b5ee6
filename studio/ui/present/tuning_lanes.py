"""A take over time: its sound, how much of it is like speech, what is true, and two settings.

Times are ms of the take in what is shown, seconds in the window. Only what the window shows is
drawn; peaks are the highest of each cell.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.core.units import VAD_FRAME_MS
from studio.ui.present.palette import blend
from studio.ui.present.setting_lane import CUT, END, setting_cells, states
from studio.ui.present.take_curves import lay_sound, lay_speech
from studio.ui.present.take_words import facts_at
from studio.ui.present.time_sheet import (
    LABEL_CELLS,
    Cell,
    Flag,
    Kept,
    Sheet,
    axis,
    cell_peaks,
    fill,
    flag_cells,
    signs_line,
    values_line,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.lab.labels import Truth
    from studio.lab.reading import Reading
    from studio.ui.present.meter import Bit
    from studio.ui.present.palette import Palette
    from studio.ui.present.tuning_picture import TuningPicture
    from studio.ui.present.window import Window

_STEP_S = VAD_FRAME_MS / 1000
_LEAST_WORDS = 5


def tuning_lines(
    shown: TuningPicture,
    window: Window,
    cursor: float,
    height: int,
    palette: Palette,
    kept: Kept | None = None,
) -> list[Text]:
    """The lanes in `height` lines, each with its label before the window's cells.

    A lane that a change does not touch is the same lines as in what was `kept` of the last time.
    """
    kept = kept or Kept()
    sheet = Sheet(window, palette, cursor, shown.ear_s)
    lanes = 1 + (shown.b is not None) + (shown.server is not None)
    has_truth = shown.truth is not None
    fixed = 2 + lanes + 2 * has_truth  # axis and values; labels and tags
    has_legend = height >= fixed + 9
    free = max(2, height - fixed - has_legend)
    wave = max(2, free // 2 // 2 * 2) if free >= 4 else 0
    sheet.lay(kept, "axis", (), (), lambda part: part.add("", axis(window, palette)))
    if (truth := shown.truth) is not None:
        at_ms = cursor * 1000
        sheet.lay(
            kept, "labels", (truth,), (at_ms,),
            lambda part: part.add("labels", _labels(part, truth, at_ms)),
        )  # fmt: skip
    if wave:
        held = _states(kept, "A", shown.a, window)
        sheet.lay(
            kept, "sound", (shown.sound,), (held, wave),
            lambda part: lay_sound(part, shown.sound, held, wave),
        )  # fmt: skip
    _lay_speech(sheet, kept, shown, free - wave)
    _lay_setting(sheet, kept, "A", shown.a, palette.user)
    if has_truth:
        sheet.lay(
            kept, "flags", (shown.a,), (),
            lambda part: part.add("", flag_cells(part, list(_flags(shown.a)))),
        )  # fmt: skip
    _lay_setting(sheet, kept, "B", shown.b, palette.accent)
    if shown.server is not None:
        sheet.add("server", _server(sheet, shown.server, shown.end_ms / 1000))
    sheet.lines.append(values_line(facts_at(shown, cursor, window.cell_s), cursor, window, palette))
    if has_legend:
        sheet.lines.append(legend_line(palette, window.cells + LABEL_CELLS))
    return sheet.lines[:height]


def _lay_setting(sheet: Sheet, kept: Kept, name: str, reading: Reading | None, color: str) -> None:
    """The lane of a setting, where there is one."""
    if reading is not None:
        held = _states(kept, name, reading, sheet.window)
        sheet.lay(
            kept, name, (reading,), (),
            lambda part: part.add(
                name, setting_cells(reading, held, color, part.window, part.palette)
            ),
        )  # fmt: skip


def _states(kept: Kept, name: str, reading: Reading | None, window: Window) -> tuple[int, ...]:
    """What each cell is to a setting."""
    return kept.get(f"states {name}", (reading,), (window,), lambda: states(reading, window))


def _lay_speech(sheet: Sheet, kept: Kept, shown: TuningPicture, rows: int) -> None:
    """The curve, which padding and silence leave as it is."""
    values = None if shown.a is None else shown.a.probabilities
    peaks = kept.get(
        "peaks", (values,), (sheet.window,), lambda: cell_peaks(values, _STEP_S, sheet.window)
    )
    a, b = (None if each is None else each.rules for each in (shown.a, shown.b))
    bars = tuple(each and (each.voiced_from, each.silent_below) for each in (a, b))
    sheet.lay(
        kept, "vad", (values,), (rows, bars), lambda part: lay_speech(part, peaks, a, b, rows)
    )


def _columns(window: Window, begin_ms: float, end_ms: float) -> tuple[int, int]:
    """The cells, first and after the last, that a stretch fills; none where it has no length."""
    if end_ms <= begin_ms:
        return 0, 0
    first = max(0, window.column(begin_ms / 1000))
    end = (end_ms / 1000 - window.begin) / window.cell_s
    return first, min(window.cells, max(first + 1, math.ceil(end - 1e-9))) if end > 0 else 0


def _server(sheet: Sheet, bits: Iterable[Bit], end_s: float) -> list[Cell]:
    cells, window, palette = sheet.blank(), sheet.window, sheet.palette
    for bit in bits:
        end = end_s if bit.end is None else bit.end
        if end < window.begin or bit.begin > window.end:
            continue
        fill(cells, window, bit.begin, end, ("━", palette.good))
        if bit.end is not None and 0 <= (column := window.column(end)) < window.cells:
            cells[column] = (END, palette.good)
    return cells


def _labels(sheet: Sheet, truth: Truth, at_ms: float) -> list[Cell]:
    cells, window, palette = sheet.blank(), sheet.window, sheet.palette
    for label in sorted(truth.labels, key=lambda each: each.kind == "turn"):
        first, last = _columns(window, label.begin_ms, label.end_ms)
        if last <= first or window.column(label.begin_ms / 1000) >= window.cells:
            continue
        is_at = label.begin_ms <= at_ms <= label.end_ms
        color = palette.good if label.kind == "turn" else palette.warning
        style = f"bold {color}" if is_at else blend(color, palette.surface, 0.25)
        line = "─" if label.kind == "turn" else "┄"
        for column in range(first, last):
            cells[column] = (line, style)
        words = one_line(label.words or ("turn" if label.kind == "turn" else "noise"))
        text = Text(f" {words} ", end="")
        room = last - first - 2
        if room >= _LEAST_WORDS:
            text.truncate(room, overflow="ellipsis")
            write(cells, first + 1, text.plain, style)
        if window.column(label.begin_ms / 1000) >= 0:
            cells[first] = ("├", style)
        if label.end_ms / 1000 <= window.end:
            cells[last - 1] = ("┤" if last - first > 1 else "│", style)
    return cells


def _flags(reading: Reading | None) -> Iterable[Flag]:
    """What there is to complain of, in order of time."""
    score = reading.score if reading is not None else None
    if score is None:
        return ()
    found = [Flag(each.begin_ms / 1000, "ghost") for each in score.ghosts]
    for turn in score.turns:
        if turn.verdict != "ok":
            at = turn.cut_at_ms[0] if turn.cut_at_ms else turn.turn.end_ms
            found.append(Flag(at / 1000, turn.verdict))
    return sorted(found)


def legend_line(palette: Palette, width: int) -> Text:
    """Every sign and its name, as many as there is room for."""
    told = (
        ("░", palette.user, "padding"),
        ("━", palette.user, "speech"),
        ("╌", palette.user, "waited"),
        (END, palette.user, "its end"),
        (CUT, palette.error, "cut off"),
        ("─", palette.foreground, "threshold"),
        ("┄", palette.muted, "silence below"),
        ("├┤", palette.good, "true turn"),
        ("├┤", palette.warning, "noise"),
    )
    return signs_line(told, width, palette)
