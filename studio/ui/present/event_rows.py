"""A row of the inspector as one line of styled text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from studio.session.envelope import Origin
from studio.ui.present.pieces import Pieces
from studio.ui.present.summary import PCM16_BYTES_PER_MS
from studio.ui.present.words import gap, size, stamp

if TYPE_CHECKING:
    from studio.ui.present.columns import Column
    from studio.ui.present.lanes import LaneMark
    from studio.ui.present.palette import Palette

_ARROWS = {Origin.SERVER: "←", Origin.CLIENT: "→", Origin.LOCAL: "·"}
_WORD_START = re.compile("[._]")
_PAUSE_S = 0.1
_LOUD = {"error", "local.connection.failed", "local.device.failed", "local.audio.dropped"}
_SPARE = 16
"""Letters that may take no room of their own, as accents do."""
_MARK, _MATCH, _HERE = "◆", "•", "▶"


@dataclass(frozen=True, slots=True)
class RowView:
    """A row, or one event of a row that is open.

    Attributes:
        at: session seconds of its first event.
        type: the wire's word, empty for a frame that is no event.
        origin: who said it.
        gap_s: seconds since the row above it began in the list of all events, or since the event
            before it in its run; None for the first of all.
        anchor_s: seconds since its turn's anchor; None where it has none.
        turn: the number of its turn, 0 for none.
        count: how many events it stands for.
        size_bytes: what they took on the wire.
        audio_bytes: the audio in them, decoded.
        took_s: seconds from its first event to its latest.
        first: where its first event stands.
        lanes: the responses and items under way, a cell each.
        is_open: whether its events stand below it.
        is_member: whether it is an event of an open row.
        is_marked: whether the person marked an event of it.
        is_match: whether the search found an event of it.
        is_here: whether the recording has come to it and no further.
        is_ahead: whether the recording has not come to it.
    """

    at: float
    type: str
    origin: Origin
    gap_s: float | None = None
    anchor_s: float | None = None
    turn: int = 0
    count: int = 1
    size_bytes: int = 0
    audio_bytes: int = 0
    took_s: float = 0.0
    first: int = 0
    lanes: tuple[LaneMark, ...] = ()
    is_open: bool = False
    is_member: bool = False
    is_marked: bool = False
    is_match: bool = False
    is_here: bool = False
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How all rows of a view are drawn.

    Attributes:
        widths: the columns that stand there, and their cells.
        palette: colours.
        bytes_per_ms: how much audio a millisecond takes on this wire.
        wanted: what was searched for, in small letters.
    """

    widths: Mapping[Column, int]
    palette: Palette
    bytes_per_ms: float = PCM16_BYTES_PER_MS
    wanted: str = ""


def row_line(row: RowView, words: str, look: Look) -> Text:
    """A row as the columns have it.

    Args:
        row: what it stands for.
        words: what it says.
        look: how it is drawn.
    """
    palette = look.palette
    line = Pieces()
    line.add(*_gutter(row, palette))
    for column, cells in look.widths.items():
        if column == "type":
            _add_type(line, row, cells, palette)
        elif column == "lanes":
            line.add(" ")
            for mark in row.lanes:
                line.add(*mark)
            line.add(" " * (cells - 1 - len(row.lanes)))
        elif column != "words":
            text, style = _figure(column, row, palette)
            line.add(text[:cells].rstrip(".").rjust(cells), style)  # 383:10.17: no minute is lost
    cells = look.widths["words"]
    line.add(_shortened(words, cells), _tone(row, palette))
    if row.is_ahead:
        return Text("".join(line.pieces), palette.faint, no_wrap=True, end="")
    made = line.text()
    if look.wanted:
        _mark_found(made, look)
    return made


def _shortened(words: str, cells: int) -> str:
    """As many words as there is room for; what is far beyond that is not even measured."""
    head = words[: cells + _SPARE]
    if cell_len(head) <= cells and (len(head) == len(words) or cell_len(words) <= cells):
        return words
    long = head if cell_len(head) > cells else words
    return f"{set_cell_size(long, cells - 1)}…" if cells > 0 else ""


def _gutter(row: RowView, palette: Palette) -> tuple[str, str]:
    if row.is_here:
        return _HERE, palette.good
    if row.is_marked:
        return _MARK, palette.warning
    return (_MATCH, palette.warning) if row.is_match else (" ", "")


def _figure(column: Column, row: RowView, palette: Palette) -> tuple[str, str]:
    """The text and colour of a column that holds a figure; nothing where it is not known."""
    match column:
        case "time":
            return stamp(row.at), palette.muted
        case "gap" if row.gap_s is not None:
            return gap(row.gap_s), palette.muted if row.gap_s >= _PAUSE_S else palette.faint
        case "anchor" if row.anchor_s is not None:
            return _signed(row.anchor_s), palette.faint
        case "turn" if row.turn:
            return str(row.turn), palette.faint
        case "size":
            return size(row.size_bytes), palette.faint
        case _:
            return "", ""


def _signed(seconds: float) -> str:
    return gap(seconds) if seconds >= 0 else f"−{gap(-seconds)[1:]}"


def _add_type(line: Pieces, row: RowView, cells: int, palette: Palette) -> None:
    """Direction and type, its last word bright: the eye reads that one."""
    if row.is_member:
        line.add("   ")
        line.add("╵".ljust(cells), palette.faint)
        return
    line.add(f" {_ARROWS[row.origin]} ", _side(row.origin, palette))
    count = f" ×{row.count:,}"[:cells] if row.count > 1 else ""
    kind = _fitted(row.type or "malformed", cells - len(count) - 1)
    family, dot, last = kind.rpartition(".")
    line.add(family + dot, palette.muted)
    line.add(last, palette.error if _is_loud(row) else palette.foreground)
    line.add(count, palette.accent if row.is_open else palette.muted)
    line.add(" " * (cells - len(kind) - len(count)))


def _tone(row: RowView, palette: Palette) -> str:
    if _is_loud(row):
        return palette.error
    is_quiet = row.audio_bytes or row.is_member or row.origin is Origin.LOCAL
    return palette.muted if is_quiet else palette.foreground


def _fitted(kind: str, cells: int) -> str:
    """A type that is too long loses words at its beginning: its end tells it apart."""
    if len(kind) <= cells:
        return kind
    if cells < 1:
        return ""
    cut = len(kind) - cells + 1
    start = _WORD_START.search(kind, cut - 1)
    return f"…{kind[start.end() if start else cut :]}"


def _mark_found(text: Text, look: Look) -> None:
    """What was searched for stands out where the row says it."""
    plain = text.plain.casefold()
    start = len(plain) if len(plain) != len(text.plain) else 0
    while (at := plain.find(look.wanted, start)) >= 0:
        start = at + len(look.wanted)
        text.stylize(f"{look.palette.surface} on {look.palette.warning}", at, start)


def _side(origin: Origin, palette: Palette) -> str:
    sides = {Origin.SERVER: palette.accent, Origin.CLIENT: palette.user}
    return sides.get(origin, palette.faint)


def _is_loud(row: RowView) -> bool:
    return not row.type or row.type in _LOUD or row.type.endswith(".failed")
