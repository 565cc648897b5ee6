"""Turns and their findings as lines of a list, and what stands about one of them as a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.style import Style
from rich.text import Text

from studio.core.text import one_line
from studio.core.units import clock
from studio.ui.present.words import stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.session.cost import Cost
    from studio.ui.present.palette import Palette

_NUMBER_CELLS = 4
_CLOCK_CELLS = 8
_TOTAL_CELLS = 8
_NAME_CELLS = 17
_NOTES_FROM_CELLS = 24
"""In less room the user's words say more of a turn than what it is."""
_TOLD_FROM_CELLS = 30
"""Fewer words than fit here say nothing."""


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn in the list.

    Attributes:
        number: 1 for the first.
        at: session seconds of its first news.
        words: what the user said, or what the turn is.
        total_ms: from the user's last sound to the first that was heard; None where not known.
        notes: what the turn is, in single words.
    """

    number: int
    at: float
    words: str
    total_ms: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in the list, under the turn that it is about.

    Attributes:
        key: tells it from all others of the session.
        seqs: the events that prove it.
        is_mild: whether it is drawn quietly, and a session does not begin with it.
    """

    key: tuple[str, float]
    number: int | None
    at: float
    name: str
    words: str
    hint: str
    seqs: tuple[int, ...] = ()
    is_mild: bool = False


ListRow = TurnRow | FindingRow


class Moment(NamedTuple):
    """Something that happened in a turn; `since_ms` from the user's last sound, where known."""

    at: float
    words: str
    since_ms: float | None


class Proof(NamedTuple):
    """An event that proves a finding."""

    seq: int
    at: float
    type: str


@dataclass(frozen=True, slots=True)
class TurnSheet:
    """What is known of a turn: who said what, what happened when, what its notes mean."""

    row: TurnRow
    user: str
    assistant: str
    moments: Sequence[Moment]
    notes: Sequence[tuple[str, str]]
    cost: Cost | None = None
    """Its bill; None where nothing was used, or it is not known yet."""


@dataclass(frozen=True, slots=True)
class FindingSheet:
    """A finding, explained, and the events that prove it."""

    row: FindingRow
    proofs: Sequence[Proof]


def list_line(row: ListRow, palette: Palette, width: int, *, is_at: bool) -> Text:
    """A line of the list."""
    line = Text("▌" if is_at else " ", palette.accent, no_wrap=True, end="")
    if isinstance(row, FindingRow):
        _finding_line(line, row, palette, width)
    else:
        _turn_line(line, row, palette, width, is_at=is_at)
    line.truncate(width, overflow="ellipsis")
    return line


def _turn_line(line: Text, row: TurnRow, palette: Palette, width: int, *, is_at: bool) -> None:
    line.append(f"{row.number:>{_NUMBER_CELLS - 1}} ", palette.muted)
    line.append(f"{clock(row.at):>{_CLOCK_CELLS - 2}}  ", palette.faint)
    notes = " ".join(row.notes)
    total = "" if row.total_ms is None else f"{row.total_ms / 1000:.2f} s"
    room = max(8, width - line.cell_len - _TOTAL_CELLS - 1)
    kept = min(len(notes), room // 2) if room >= _NOTES_FROM_CELLS else 0
    words = Text(one_line(row.words), palette.foreground if is_at else palette.muted, end="")
    words.truncate(max(4, room - kept - bool(kept)), overflow="ellipsis", pad=True)
    line.append_text(words)
    if kept:
        told = Text(f" {notes}", palette.faint, end="")
        told.truncate(kept + 1, overflow="ellipsis", pad=True)
        line.append_text(told)
    line.append(f"{total:>{_TOTAL_CELLS}}", palette.muted)


def _finding_line(line: Text, row: FindingRow, palette: Palette, width: int) -> None:
    color = _color_of(row, palette)
    line.append(" " * (_NUMBER_CELLS - 2) + "▲ ", color)
    line.append(f"{clock(row.at):>{_CLOCK_CELLS - 2}}  ", palette.faint)
    room = width - line.cell_len
    line.append(f"{row.name:<{_NAME_CELLS}}", color)
    if room > _NAME_CELLS + _TOLD_FROM_CELLS:
        line.append(f" {row.words}", palette.muted)


def _color_of(row: FindingRow, palette: Palette) -> str:
    return palette.muted if row.is_mild else palette.warning


def sheet_lines(sheet: TurnSheet | FindingSheet, palette: Palette, width: int) -> list[Text]:
    """The sheet in lines of at most `width` cells."""
    if isinstance(sheet, FindingSheet):
        return _finding_sheet(sheet, palette, width)
    return _turn_sheet(sheet, palette, width)


def note_lines(words: str, palette: Palette, width: int) -> list[Text]:
    """Words where there is no sheet."""
    return _wrapped(words, width, palette.muted, " ")


def _finding_sheet(sheet: FindingSheet, palette: Palette, width: int) -> list[Text]:
    row = sheet.row
    color = _color_of(row, palette)
    head = Text(" ▲ ", color, no_wrap=True, end="")
    head.append(row.name, f"bold {color}")
    where = "before the first turn" if row.number is None else f"turn {row.number}"
    head.append(f" · {where} · {stamp(row.at)}", palette.muted)
    if sheet.proofs:
        head.append(f"   enter shows #{sheet.proofs[0].seq:,}", palette.faint)
    lines = [head, *_wrapped(row.words, width, palette.foreground, " ")]
    if row.hint:
        lines += _wrapped(row.hint, width, palette.good, " → ")
    for at, proof in enumerate(sheet.proofs):
        line = Text(f" #{proof.seq:<7,}", palette.accent if not at else palette.muted, end="")
        line.append(f"{stamp(proof.at):>10}  ", palette.faint)
        line.append(one_line(proof.type), palette.foreground if not at else palette.muted)
        line.stylize(Style.from_meta({"do": f"screen.prove({proof.seq})"}))
        lines.append(line)
    return [_fitted(line, width) for line in lines]


def _turn_sheet(sheet: TurnSheet, palette: Palette, width: int) -> list[Text]:
    row = sheet.row
    head = Text(f" turn {row.number}", f"bold {palette.accent}", no_wrap=True, end="")
    head.append(f" · {stamp(row.at)}", palette.muted)
    if row.total_ms is not None:
        head.append(f" · answered after {row.total_ms / 1000:.2f} s", palette.muted)
    lines = [head]
    lines += _wrapped(sheet.user or row.words, width, palette.user, " ")
    if sheet.assistant:
        lines += _wrapped(sheet.assistant, width, palette.accent, " ")
    for moment in sheet.moments:
        line = Text(f" {stamp(moment.at):>10}  ", palette.faint, no_wrap=True, end="")
        line.append(moment.words, palette.muted)
        if moment.since_ms is not None:
            line.append(f"  {moment.since_ms:+,.0f} ms".replace("-", "−"), palette.foreground)
        lines.append(line)
    for name, words in sheet.notes:
        lines += _wrapped(words, width, palette.muted, f" {name}: ")
    if sheet.cost is not None:
        lines += _cost_lines(sheet.cost, palette, width)
    return [_fitted(line, width) for line in lines]


def _cost_lines(cost: Cost, palette: Palette, width: int) -> list[Text]:
    """The sum and its parts; what has no price says so itself."""
    if cost.money is None:
        return _wrapped(" ".join(cost.missing), width, palette.muted, " cost: ")
    parts = ", ".join(f"{charge.what} {charge.short}" for charge in cost.charges)
    told = (f"{cost.short}: {parts}." if parts else f"{cost.short}.", *cost.missing)
    return _wrapped(" ".join(told), width, palette.muted, " cost: ")


def _fitted(line: Text, width: int) -> Text:
    line.truncate(width, overflow="ellipsis")
    return line


def _wrapped(words: str, width: int, style: str, lead: str) -> list[Text]:
    """Words in lines under each other, the first behind `lead`."""
    indent = " " * len(lead) if len(lead) < 6 else "   "
    line = Text(lead, style, no_wrap=True, end="")
    lines, is_empty = [line], True
    for word in one_line(words).split():
        if not is_empty and lines[-1].cell_len + Text(word).cell_len + 1 > width:
            lines.append(Text(indent, style, no_wrap=True, end=""))
            is_empty = True
        lines[-1].append(word if is_empty else f" {word}")
        is_empty = False
    return lines
