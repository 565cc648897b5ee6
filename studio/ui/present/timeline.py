"""The session over time as lanes on one axis: levels, speech, model, playback, and what happened.

Only what the window shows is drawn; curves are the highest value of each cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from rich.text import Text

from studio.core.text import one_line
from studio.ui.present.meter import BAR_FLOOR_DB, Bit
from studio.ui.present.palette import blend
from studio.ui.present.time_sheet import (
    LABEL_CELLS,
    Cell,
    Flag,
    Sheet,
    axis,
    block,
    cell_peaks,
    fill,
    flag_cells,
    signs_line,
    values_line,
    write,
)
from studio.ui.present.words import decibel

if TYPE_CHECKING:
    from studio.session.curves import Curves, Values
    from studio.ui.present.palette import Palette
    from studio.ui.present.window import Window

_CLIPS_DB = -1.0
_FIXED_ROWS = 8
"""Axis, turns, server, model, voice, tags, values and legend."""

SignName = Literal["commit", "created", "first delta", "first sound", "cut", "truncate"]

SIGNS: dict[SignName, str] = {
    "commit": "◆",
    "created": "○",
    "first delta": "●",
    "first sound": "►",
    "cut": "╳",
    "truncate": "◄",
}
"""What stands on the lanes for each moment."""


class Sign(NamedTuple):
    """A moment on a lane."""

    at: float
    name: SignName


class Opened(NamedTuple):
    """A turn on its lane."""

    at: float
    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the lanes show, all of it in session seconds.

    Attributes:
        end: where the session ends so far.
        now: where a recording is being played; None where the session is live.
        threshold: the probability from which a frame counts as speech; None where none is set.
        server: user speech as the server told it, with the wait for its end.
        model: responses from their creation to their end.
        heard: the assistant's voice as it reached the ear.
        signs: moments by the lane that they stand on.
    """

    end: float = 0.0
    now: float | None = None
    threshold: float | None = None
    turns: Sequence[Opened] = ()
    server: Sequence[Bit] = ()
    model: Sequence[Bit] = ()
    heard: Sequence[Bit] = ()
    signs: dict[str, Sequence[Sign]] = field(default_factory=dict)
    flags: Sequence[Flag] = ()
    curves: Curves | None = None


def timeline_lines(
    shown: Timeline, window: Window, cursor: float, height: int, palette: Palette
) -> list[Text]:
    """The lanes in `height` lines, each with its label before the window's cells."""
    sheet = Sheet(window, palette, cursor, shown.now)
    mic_rows, vad_rows, voice_rows = _rows(height)
    sheet.add("", axis(window, palette))
    sheet.add("turn", _turns(sheet, shown.turns))
    quiet = blend(palette.user, palette.surface, 0.45)
    _level(sheet, "mic", _of(shown.curves, "input_db"), mic_rows, quiet)
    _speech(sheet, shown, vad_rows)
    sheet.add("server", _lane(sheet, shown.server, shown, "server", palette.user))
    sheet.add("model", _lane(sheet, shown.model, shown, "model", _model_color(palette)))
    if voice_rows:
        _level(sheet, "voice", _of(shown.curves, "output_db"), voice_rows, palette.accent)
    label = "" if voice_rows else "voice"
    sheet.add(label, _lane(sheet, shown.heard, shown, "voice", palette.accent))
    sheet.add("tags", flag_cells(sheet, shown.flags))
    sheet.lines.append(
        values_line(_facts_at(shown, cursor, window.cell_s), cursor, window, palette)
    )
    sheet.lines.append(legend_line(palette, window.cells + LABEL_CELLS))
    return sheet.lines[:height]


def _rows(height: int) -> tuple[int, int, int]:
    """Rows for the levels of the microphone, the probability, and the level of the voice."""
    free = max(2, height - _FIXED_ROWS)
    voice = free // 4 if free >= 8 else 0
    vad = (free - voice) // 2
    return free - voice - vad, vad, voice


def _model_color(palette: Palette) -> str:
    return blend(palette.accent, palette.foreground, 0.55)


def _of(curves: Curves | None, name: str) -> Values | None:
    return None if curves is None else getattr(curves, name)


def _turns(sheet: Sheet, turns: Sequence[Opened]) -> list[Cell]:
    cells, window, palette = sheet.blank(), sheet.window, sheet.palette
    for turn, then in zip(turns, [*turns[1:], None], strict=False):
        first = window.column(turn.at)
        end = window.cells if then is None else min(window.column(then.at), window.cells)
        if end <= 0 or first >= window.cells:
            continue
        start = max(first, 0)
        words = f"▏{turn.number} {one_line(turn.words)}" if end - first > 4 else "▏"
        room = end - start
        text = Text(words, end="")
        text.truncate(room, overflow="ellipsis" if room > 6 else "crop")
        write(cells, start, text.plain, palette.muted)
        cells[start] = ("▏", palette.faint)
    return cells


def _step_of(curves: Curves | None) -> float:
    return curves.step_s if curves is not None else 1.0


def _level(sheet: Sheet, label: str, values: Values | None, rows: int, color: str) -> None:
    from studio.session.curves import STEP_S

    palette = sheet.palette
    peaks = cell_peaks(values, STEP_S, sheet.window)
    heights = [
        -1 if each is None else round((each - BAR_FLOOR_DB) / -BAR_FLOOR_DB * rows * 8)
        for each in peaks
    ]
    styles = [palette.error if each is not None and each >= _CLIPS_DB else color for each in peaks]
    for row in range(rows):
        base = (rows - 1 - row) * 8
        is_last = row == rows - 1
        cells = [
            block(height - base, style, palette, is_floor=is_last and peak is not None)
            for height, style, peak in zip(heights, styles, peaks, strict=True)
        ]
        sheet.add(label if row == 0 else "−60 dB" if is_last else "", cells)


def _speech(sheet: Sheet, shown: Timeline, rows: int) -> None:
    """The probability, in the user's colour where it counts as speech."""
    palette, threshold = sheet.palette, shown.threshold
    peaks = cell_peaks(_of(shown.curves, "probability"), _step_of(shown.curves), sheet.window)
    bound = 0.5 if threshold is None else threshold
    mark = -1 if threshold is None else rows - 1 - min(int(threshold * rows), rows - 1)
    for row in range(rows):
        base = (rows - 1 - row) * 8
        cells: list[Cell] = []
        for each in peaks:
            eighths = -1 if each is None else round(each * rows * 8) - base
            style = palette.user if each is not None and each >= bound else palette.faint
            cell = block(eighths, style, palette, is_floor=row == rows - 1 and each is not None)
            if row == mark and cell[0] == " ":
                cell = ("╌", palette.faint)
            cells.append(cell)
        label = "vad" if row == 0 else f"≥ {threshold:.2f}" if row == mark else ""
        sheet.add(label, cells)


def _lane(sheet: Sheet, bits: Iterable[Bit], shown: Timeline, name: str, color: str) -> list[Cell]:
    cells, window = sheet.blank(), sheet.window
    for bit in bits:
        end = shown.end if bit.end is None else bit.end
        until = max(end, bit.waited_until or end)
        if until < window.begin or bit.begin > window.end:
            continue
        fill(cells, window, end, until, ("╌", color))
        fill(cells, window, bit.begin, end, ("━", color))
        if bit.end is None and 0 <= window.column(end) < window.cells:
            cells[window.column(end)] = ("╸", color)
    _stand(sheet, cells, shown.signs.get(name, ()))
    return cells


def _stand(sheet: Sheet, cells: list[Cell], signs: Iterable[Sign]) -> None:
    """Signs on a lane; one that meets another stands beside it, where there is room."""
    taken: set[int] = set()
    for sign in signs:
        column = sheet.window.column(sign.at)
        if column in taken:
            column += 1
        if 0 <= column < len(cells) and column not in taken:
            taken.add(column)
            cells[column] = (SIGNS[sign.name], sign_color(sign.name, sheet.palette))


def sign_color(name: SignName, palette: Palette) -> str:
    """The colour of a sign."""
    return palette.warning if name in ("cut", "truncate") else f"bold {palette.foreground}"


def _facts_at(shown: Timeline, at: float, cell_s: float) -> Iterable[tuple[str, str]]:
    curves = shown.curves
    if curves is not None:
        begin, end = at - cell_s / 2, at + cell_s / 2
        level, likely = curves.loudest_db(begin, end), curves.likeliest(begin, end)
        if level is not None:
            yield "mic", f"{decibel(level).strip()} dB"
        if likely is not None:
            yield "vad", f"{likely:.2f}"
    for label, bits in (("server", shown.server), ("model", shown.model), ("voice", shown.heard)):
        words = next((_bit_words(bit, at, shown.end, label) for bit in bits if _holds(bit, at,
                     shown.end)), None)  # fmt: skip
        if words is not None:
            yield label, words


def _holds(bit: Bit, at: float, end: float) -> bool:
    until = bit.end if bit.end is not None else end
    return bit.begin <= at <= max(until, bit.waited_until or until)


def _bit_words(bit: Bit, at: float, end: float, label: str) -> str:
    until = bit.end if bit.end is not None else end
    if at > until:
        return f"waiting for {at - until:.2f} s"
    if label == "server":
        return f"speech for {at - bit.begin:.2f} s"
    return f"{at - bit.begin:.2f} of {until - bit.begin:.2f} s"


def legend_line(palette: Palette, width: int) -> Text:
    """Every sign and its name, as many as there is room for."""
    told: list[tuple[str, str, str]] = [
        (sign, sign_color(name, palette), name) for name, sign in SIGNS.items()
    ]
    told += [("╌", palette.user, "waited"), ("▲", palette.warning, "finding")]
    return signs_line(told, width, palette)
