"""The health of the sound path as a strip of figures: quiet while all is well.

Each figure has a sentence that explains it, for the help page and for a click on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.runtime.cells import Cells
    from studio.ui.present.palette import Palette

SLOW_LOOP_MS = 10.0
SLOW_LINK_MS = 400.0
"""Beyond these a figure is coloured: a block of the microphone waits for its socket, people notice
the link."""

_GAP = "   "
_PATHS = {"learning": "listening for it", "absent": "none"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the strip.

    Attributes:
        name: its word on the strip.
        short: its word where the strip is narrow.
        help: one sentence: what it counts, and what to do where it grows.
        read: its value in words; empty where it has none.
        is_fault: whether it tells that something is wrong.
    """

    name: str
    short: str
    help: str
    read: Callable[[Cells], str]
    is_fault: Callable[[Cells], bool] = lambda _cells: False


def _ms(value: float) -> str:
    return f"{value:.0f} ms"


def _short_ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 10 else _ms(value)


def _echo(cells: Cells) -> str:
    told = [_PATHS[cells.echo_path]] if cells.echo_path in _PATHS else []
    if cells.echo_removed_db is not None:
        told.append(f"−{abs(cells.echo_removed_db):.0f} dB")
    if cells.echo_delay_ms is not None:
        told.append(f"at {cells.echo_delay_ms:.0f} ms")
    return " ".join(told)


FIGURES: tuple[Figure, ...] = (
    Figure("buffer", "buffer", "Sound that must have arrived before a reply is begun; it "
           "grows where the link delivers unevenly.", lambda c: _ms(c.start_buffer_ms)),
    Figure("late", "late", "Silence heard within replies, because their next piece came "
           "late.", lambda c: _ms(c.late_audio_ms), lambda c: c.late_audio_ms >= 1),
    Figure("underruns", "under", "How often a reply broke off, because the link or the card ran "
           "dry.", lambda c: str(c.underruns), lambda c: c.underruns > 0),
    Figure("overruns", "over", "How often the card's own buffer overflowed, because the machine "
           "was too busy to take its sound.", lambda c: str(c.overruns), lambda c: c.overruns > 0),
    Figure("dropped", "drop", "Blocks of 20 ms that were never sent, because the socket was stuck.",
           lambda c: str(c.dropped), lambda c: c.dropped > 0),
    Figure("loop", "loop", "How late the worker's loop woke: all sound waits as long.",
           lambda c: _short_ms(c.loop_lag_ms), lambda c: c.loop_lag_ms >= SLOW_LOOP_MS),
    Figure("rtt", "rtt", "The way to the provider and back, by a WebSocket ping.",
           lambda c: "" if c.rtt_ms is None else _short_ms(c.rtt_ms),
           lambda c: c.rtt_ms is not None and c.rtt_ms >= SLOW_LINK_MS),
    Figure("echo", "echo", "How much of the assistant's voice was taken out of the microphone, and "
           "how much later it was there than at the ear.", _echo),
)  # fmt: skip
"""Every figure, in the order of the strip."""


def health_lines(cells: Cells, width: int, palette: Palette, *, lines: int = 1) -> list[Text]:
    """The strip in `lines` lines at most: whole words where they fit, else short ones.

    What still does not fit is left away from the right, faults last.
    """
    shown = [figure for figure in FIGURES if figure.read(cells)]
    for short in (False, True):
        rows = _filled(cells, shown, width, palette, short=short)
        if len(rows) <= lines:
            return rows
    faults_first = sorted(shown, key=lambda figure: not figure.is_fault(cells))
    return _filled(cells, faults_first, width, palette, short=True)[:lines]


def _filled(
    cells: Cells, figures: Sequence[Figure], width: int, palette: Palette, *, short: bool
) -> list[Text]:
    rows = [Text(no_wrap=True, end="")]
    for figure in figures:
        piece = _piece(figure, cells, palette, short=short)
        used = rows[-1].cell_len
        if used and used + len(_GAP) + piece.cell_len > width:
            rows.append(Text(no_wrap=True, end=""))
            used = 0
        if used:
            rows[-1].append(_GAP)
        rows[-1].append_text(piece)
    return rows


def _piece(figure: Figure, cells: Cells, palette: Palette, *, short: bool) -> Text:
    is_fault = figure.is_fault(cells)
    piece = Text(end="")
    piece.append(
        figure.short if short else figure.name, palette.warning if is_fault else palette.faint
    )
    piece.append(f" {figure.read(cells)}", f"bold {palette.warning}" if is_fault else palette.muted)
    piece.stylize(Style.from_meta({"do": f"app.explain('{figure.name}')"}))
    return piece


def figure_named(name: str) -> Figure:
    """The figure of a name."""
    return next(figure for figure in FIGURES if figure.name == name)
