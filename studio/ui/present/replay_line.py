"""The time line of a stored session in one line: what was played, where turns and problems are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.units import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.ui.present.palette import Palette
    from studio.ui.recording import Recording

_TIME_CELLS = 9
_SPEED_CELLS = 8
_LEFT_CELLS = 2 + _SPEED_CELLS + _TIME_CELLS
_CROWDED = 3
"""Turns are not marked where there would be less than so many cells for each."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """What is marked on the line, in session seconds.

    Attributes:
        turns: where turns began.
        problems: where something went wrong.
    """

    turns: Sequence[float] = ()
    problems: Sequence[float] = ()


def line_span(width: int) -> tuple[int, int]:
    """The first cell of the time line and how many it has, in `width` cells."""
    return _LEFT_CELLS, max(0, width - _LEFT_CELLS - _TIME_CELLS - 1)


def moment_at(cell: int, width: int, end: float) -> float | None:
    """The session second under a cell; None beside the time line."""
    start, cells = line_span(width)
    if not start <= cell < start + cells:
        return None
    return (cell - start) / max(1, cells - 1) * end


def replay_line(recording: Recording, marks: Landmarks, width: int, palette: Palette) -> Text:
    """Sign and speed, time, the line itself, and the time at its end.

    What there is to say of sound and reading takes the place of the line's last cells.
    """
    line = Text(" ", no_wrap=True, end="")
    line.append("▶ " if recording.is_playing else "‖ ", palette.accent)
    line.append(f"{recording.speed:g}×".ljust(_SPEED_CELLS - 1), palette.foreground)
    line.append(clock(recording.at).rjust(_TIME_CELLS - 1) + " ", f"bold {palette.foreground}")
    _, cells = line_span(width)
    aside = f"  {_aside(recording)}".rstrip()
    room = max(0, cells - len(aside))
    line.append_text(_rail(recording, marks, cells, palette)[:room])
    line.append(aside[: cells - room], palette.muted)
    line.append(f"{clock(recording.end).rjust(_TIME_CELLS)} ", palette.muted)
    return line


def _aside(recording: Recording) -> str:
    """What the person ought to know of reading, writing and sound."""
    if recording.ready < 1:
        return f"reading {recording.ready:.0%}"
    if recording.is_written and not recording.is_playing:
        return "being written, followed" if recording.follows else "being written"
    return recording.sound if recording.is_playing else ""


def _rail(recording: Recording, marks: Landmarks, cells: int, palette: Palette) -> Text:
    """The line: played, to be played, and dotted where one cannot go yet."""
    rail = Text(no_wrap=True, end="")
    if not cells:
        return rail
    end = recording.end

    def cell_of(at: float) -> int:
        return round(min(1.0, max(0.0, at / end)) * (cells - 1)) if end > 0 else 0

    turns = {cell_of(at) for at in marks.turns}
    if len(turns) * _CROWDED > cells:
        turns = set()
    problems = {cell_of(at) for at in marks.problems}
    knob, ready = cell_of(recording.at), round(recording.ready * cells)
    for cell in range(cells):
        if cell == knob:
            rail.append("●", palette.accent)
            continue
        color = palette.accent if cell < knob else palette.faint
        mark = "╌" if cell >= ready else "━" if cell < knob else "─"
        if cell in problems:
            mark, color = "┻" if cell < knob else "┴", palette.warning
        elif cell in turns:
            mark = "┷" if cell < knob else "┴"
        rail.append(mark, color)
    return rail
