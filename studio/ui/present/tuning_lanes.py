"""A take over time: its sound, how much of it is like speech, what is true, and two settings.

Times are ms of the take in what is shown, seconds in the window. Only what the window shows is
drawn; peaks are the highest of each cell.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from studio.core.text import one_line
from studio.core.units import VAD_FRAME_MS
from studio.ui.present.palette import blend
from studio.ui.present.time_sheet import (
    BLOCKS,
    LABEL_CELLS,
    Cell,
    Flag,
    Kept,
    Sheet,
    axis,
    cell_peaks,
    fill,
    flag_cells,
    write,
)
from studio.ui.present.words import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np

    from studio.lab.labels import Label, Truth
    from studio.lab.reading import Reading, Stretch
    from studio.ui.present.meter import Bit
    from studio.ui.present.palette import Palette
    from studio.ui.present.window import Window

_STEP_S = VAD_FRAME_MS / 1000
_OUTSIDE, _PADDING, _WAITED, _SPEECH = range(4)
_END, _CUT = "◆", "╳"
_HANGING = " ▔▔▀▀▀▀██"
"""Eighths of a cell from its top, as far as there are signs for them."""
_LEAST_WORDS = 5


_Seconds = NDArray[np.float64]


class Sound(Protocol):
    """How loud something is over time."""

    def peaks(self, begin_ms: float, cell_ms: float, cells: int) -> NDArray[np.float64]:
        """The peak of each cell from 0 to 1; not a number where there is no sound."""
        ...


@dataclass(frozen=True, eq=False)
class TuningPicture:
    """What the lanes show.

    Attributes:
        end_ms: how long the take is.
        sound: its samples, None while they are loaded.
        a: what the setting under edit makes of it.
        b: what another one does; None for no comparison.
        truth: None where nobody has said what is true.
        server: what the server said, of a session; None for a take.
        ear_s: where it is being listened to.
    """

    end_ms: float = 0.0
    sound: Sound | None = None
    a: Reading | None = None
    b: Reading | None = None
    truth: Truth | None = None
    server: Sequence[Bit] | None = None
    ear_s: float | None = None


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
        states = tuple(kept.get("states", (shown.a,), (window,), lambda: _states(shown.a, window)))
        sheet.lay(
            kept, "sound", (shown.sound,), (states, wave),
            lambda part: _wave(part, shown.sound, states, wave),
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
    sheet.lines.append(_values(shown, cursor, window, palette))
    if has_legend:
        sheet.lines.append(legend_line(palette, window.cells + LABEL_CELLS))
    return sheet.lines[:height]


def _lay_setting(sheet: Sheet, kept: Kept, name: str, reading: Reading | None, color: str) -> None:
    """The lane of a setting, where there is one."""
    if reading is not None:
        sheet.lay(
            kept, name, (reading,), (), lambda part: part.add(name, _lane(part, reading, color))
        )


def _lay_speech(sheet: Sheet, kept: Kept, shown: TuningPicture, rows: int) -> None:
    """The curve, which padding and silence leave as it is."""
    values = None if shown.a is None else shown.a.probabilities
    peaks = kept.get(
        "peaks", (values,), (sheet.window,), lambda: cell_peaks(values, _STEP_S, sheet.window)
    )
    rules = [each.rules for each in (shown.a, shown.b) if each is not None]
    bars = tuple((each.voiced_from, each.silent_below) for each in rules)
    sheet.lay(kept, "vad", (values,), (rows, bars), lambda part: _speech(part, shown, peaks, rows))


def _in_sight(stretches: Sequence[Stretch], window: Window) -> Sequence[Stretch]:
    """Those of which the window shows something; both edges ascend."""
    first = bisect_left(stretches, window.begin * 1000, key=lambda each: each.end_ms)
    last = bisect_right(stretches, window.end * 1000, key=lambda each: each.start_ms)
    return stretches[first:last]


def _states(reading: Reading | None, window: Window) -> list[int]:
    """What each cell is to a setting; the most that is in it."""
    cells = [_OUTSIDE] * window.cells
    if reading is None:
        return cells

    parts = _parts(_in_sight(reading.stretches, window), window)
    for state, columns in zip((_PADDING, _WAITED, _SPEECH), parts, strict=True):
        for first, last in columns:
            cells[first:last] = [state] * (last - first)
    return cells


def _parts(stretches: Sequence[Stretch], window: Window) -> tuple[list[list[int]], ...]:
    """The cells, first and after the last, of every padding, wait, and speech."""
    if not stretches:
        return [], [], []
    start, speech, silent, end, _ = np.array(stretches, np.float64).T / 1000
    return tuple(
        _cells_of(begins, ends, window)
        for begins, ends in ((start, speech), (silent, end), (speech, silent))
    )


def _cells_of(begins: _Seconds, ends: _Seconds, window: Window) -> list[list[int]]:
    """As `_columns`, for many stretches at once; only those of which something shows."""
    low = np.floor((begins - window.begin) / window.cell_s + 1e-9)
    high = np.maximum(np.ceil((ends - window.begin) / window.cell_s - 1e-9), low + 1)
    shows = (ends > begins) & (high > 0) & (low < window.cells)
    columns = np.stack((np.maximum(low, 0), np.minimum(high, window.cells)), axis=1)
    return columns[shows].astype(np.int64).tolist()  # type: ignore[no-any-return]


def _columns(window: Window, begin_ms: float, end_ms: float) -> tuple[int, int]:
    """The cells, first and after the last, that a stretch fills; none where it has no length."""
    if end_ms <= begin_ms:
        return 0, 0
    first = max(0, window.column(begin_ms / 1000))
    end = (end_ms / 1000 - window.begin) / window.cell_s
    return first, min(window.cells, max(first + 1, math.ceil(end - 1e-9))) if end > 0 else 0


def _wave(sheet: Sheet, sound: Sound | None, states: Sequence[int], rows: int) -> None:
    """Peaks around a middle line, lit where a setting would commit them."""
    palette, window, half = sheet.palette, sheet.window, rows // 2
    styles = (
        palette.faint,
        blend(palette.user, palette.surface, 0.62),
        blend(palette.user, palette.surface, 0.45),
        palette.user,
    )
    heights = [-1] * window.cells
    if sound is not None:
        found = sound.peaks(window.begin * 1000, window.cell_s * 1000, window.cells).tolist()
        # Half as loud stands at seven tenths of the height, so that quiet speech is seen, too.
        heights = [-1 if math.isnan(each) else round(math.sqrt(each) * half * 8) for each in found]
    for row in range(rows):
        level = (half - 1 - row if row < half else row - half) * 8
        is_below, is_middle = row >= half, row in (half - 1, half)
        cells: list[Cell] = []
        for height, state in zip(heights, states, strict=True):
            eighths = min(height - level, 8)
            if height < 0:
                cells.append((" ", ""))
            elif eighths <= 0:
                is_line = is_middle and height == 0
                cells.append((("▔" if is_below else "▁") if is_line else " ", styles[state]))
            else:
                cells.append(((_HANGING if is_below else BLOCKS)[eighths], styles[state]))
        sheet.add("sound" if row == 0 else "", cells)


def _speech(sheet: Sheet, shown: TuningPicture, peaks: Sequence[float | None], rows: int) -> None:
    """The probability, with the bar that speech reaches and the one that silence falls below."""
    palette, reading = sheet.palette, shown.a
    voiced = reading.rules.voiced_from if reading is not None else math.inf
    silent = reading.rules.silent_below if reading is not None else -math.inf
    marks = _marks(shown, rows, palette)
    for row in range(rows):
        base = (rows - 1 - row) * 8
        line = marks.get(row)
        cells: list[Cell] = []
        for each in peaks:
            eighths = -1 if each is None else min(round(each * rows * 8) - base, 8)
            known = each if each is not None else -1.0
            style = (
                palette.user
                if known >= voiced
                else palette.faint
                if known < silent
                else palette.muted
            )
            if line is not None and (eighths <= 0 or eighths == 8):
                ground = f" on {style}" if eighths == 8 and style.startswith("#") else ""
                cells.append((line[0], (palette.surface if ground else line[1]) + ground))
            elif eighths > 0:
                cells.append((BLOCKS[eighths], style))
            else:
                is_floor = row == rows - 1 and each is not None
                cells.append(("▁", palette.faint) if is_floor else (" ", ""))
        label = line[2] if line is not None else "vad" if row == 0 else ""
        sheet.add(label, cells)


def _marks(shown: TuningPicture, rows: int, palette: Palette) -> dict[int, tuple[str, str, str]]:
    """Glyph, colour and label of the bars by row; the threshold goes before the others."""
    if shown.a is None or rows < 1:
        return {}
    marks: dict[int, tuple[str, str, str]] = {}

    def lay(level: float, color: str, label: str, *, is_silence: bool = False) -> None:
        place = min(max(level, 0.0), 1.0) * rows
        row = rows - 1 - min(int(place), rows - 1)
        share = place - int(place)
        glyph = "┄" if is_silence else "▁" if share < 1 / 3 else "─" if share < 2 / 3 else "▔"
        marks.setdefault(row, (glyph, color, label))

    rules = shown.a.rules
    lay(rules.voiced_from, palette.foreground, f"≥ {rules.voiced_from:.2f}")
    lay(rules.silent_below, palette.muted, f"< {rules.silent_below:.2f}", is_silence=True)
    if shown.b is not None and shown.b.rules.voiced_from != rules.voiced_from:
        lay(shown.b.rules.voiced_from, palette.accent, "B")
    return marks


def _lane(sheet: Sheet, reading: Reading, color: str) -> list[Cell]:
    stretches, cuts = reading.stretches, _cuts(reading)
    cells, window, palette = sheet.blank(), sheet.window, sheet.palette
    quiet = blend(color, palette.surface, 0.35)
    seen = _in_sight(stretches, window)
    looks = ("░", quiet), ("╌", color), ("━", color)
    for look, columns in zip(looks, _parts(seen, window), strict=True):
        for first, last in columns:
            cells[first:last] = [look] * (last - first)
    strong, cut = f"bold {color}", f"bold {palette.error}"
    for each in seen:
        column = window.column(each.end_ms / 1000 - 1e-6)
        if 0 <= column < window.cells:
            mark = (_CUT, cut) if each.end_ms in cuts else (_END, strong)
            cells[column] = ("╸", strong) if each.is_open else mark
    return cells


def _cuts(reading: Reading) -> frozenset[int]:
    """Where the setting takes a turn away from a person who has more to say."""
    score = reading.score
    turns = score.turns if score is not None else ()
    return frozenset(at for each in turns for at in each.cut_at_ms)


def _server(sheet: Sheet, bits: Iterable[Bit], end_s: float) -> list[Cell]:
    cells, window, palette = sheet.blank(), sheet.window, sheet.palette
    for bit in bits:
        end = end_s if bit.end is None else bit.end
        if end < window.begin or bit.begin > window.end:
            continue
        fill(cells, window, bit.begin, end, ("━", palette.good))
        if bit.end is not None and 0 <= (column := window.column(end)) < window.cells:
            cells[column] = (_END, palette.good)
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


def _values(shown: TuningPicture, cursor: float, window: Window, palette: Palette) -> Text:
    """What is true at the cursor, in words."""
    line = Text(f"{'':<{LABEL_CELLS}}", no_wrap=True, end="")
    line.append(stamp(cursor), f"bold {palette.accent}")
    for label, words in _facts_at(shown, cursor, window.cell_s):
        line.append(f"  {label} ", palette.muted)
        line.append(words, palette.foreground)
    line.truncate(window.cells + LABEL_CELLS, overflow="ellipsis")
    return line


def _facts_at(shown: TuningPicture, at: float, cell_s: float) -> Iterable[tuple[str, str]]:
    begin_ms = (at - cell_s / 2) * 1000
    if shown.sound is not None:
        peak = float(shown.sound.peaks(begin_ms, cell_s * 1000, 1)[0])
        if not math.isnan(peak):
            db = f"{20 * math.log10(peak):.0f} dB".replace("-", "−") if peak > 0 else "silent"
            yield "sound", db
    frame = int(at / _STEP_S + 1e-9)
    if shown.a is not None and 0 <= frame < shown.a.probabilities.size:
        value, rules = float(shown.a.probabilities[frame]), shown.a.rules
        if not math.isnan(value):
            heard = "speech" if value >= rules.voiced_from else "decides nothing"
            heard = "silence" if value < rules.silent_below else heard
            yield "vad", f"{value:.2f} {heard}"
    for name, reading in (("A", shown.a), ("B", shown.b)):
        if reading is not None:
            yield name, _standing(reading, at * 1000)
    label = label_at(shown.truth, at * 1000)
    if label is not None:
        left = label.end_ms / 1000 - at
        yield label.kind, f"{one_line(label.words, 24)} {left:.2f} s before its end".strip()


def _standing(reading: Reading, at_ms: float) -> str:
    """Where a setting stands at a moment."""
    each = stretch_at(reading, at_ms)
    if each is None:
        return "no turn"
    if at_ms < each.speech_ms:
        return "padding"
    if at_ms < each.silent_ms:
        return f"speech for {(at_ms - each.speech_ms) / 1000:.2f} s"
    wait_ms = reading.wait_ms(each.silent_ms)
    return f"silent for {at_ms - each.silent_ms:.0f} of {wait_ms:,} ms"


def stretch_at(reading: Reading, at_ms: float) -> Stretch | None:
    """The predicted turn at a moment; where two overlap, the one that speaks."""
    stretches = reading.stretches
    last = bisect_right(stretches, at_ms, key=lambda each: each.start_ms) - 1
    holding = [each for each in stretches[max(0, last - 1) : last + 1] if at_ms <= each.end_ms]
    speaking = [each for each in holding if each.speech_ms <= at_ms]
    found = speaking or holding
    return found[-1] if found else None


def label_at(truth: Truth | None, at_ms: float) -> Label | None:
    """The label at a moment: a turn's before a noise's; None where there is none."""
    if truth is None:
        return None
    held = (each for each in truth.labels if each.begin_ms <= at_ms <= each.end_ms)
    return min(held, key=lambda each: each.kind != "turn", default=None)


def legend_line(palette: Palette, width: int) -> Text:
    """Every sign and its name, as many as there is room for."""
    line = Text(" " * LABEL_CELLS, no_wrap=True, end="")
    told = (
        ("░", palette.user, "padding"),
        ("━", palette.user, "speech"),
        ("╌", palette.user, "waited"),
        (_END, palette.user, "its end"),
        (_CUT, palette.error, "cut off"),
        ("─", palette.foreground, "threshold"),
        ("┄", palette.muted, "silence below"),
        ("├┤", palette.good, "true turn"),
        ("├┤", palette.warning, "noise"),
    )
    for sign, style, name in told:
        if line.cell_len + len(sign) + len(name) + 3 > width:
            break
        line.append(sign, style)
        line.append(f" {name}  ", palette.muted)
    return line
