"""The stored sessions as rows of a table, and the one at the cursor in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from studio.core.units import clock
from studio.ui.present.words import size
from studio.ui.present.wrapping import fitted, wrapped
from studio.ui.shelf import COLUMNS, Column

if TYPE_CHECKING:
    from studio.session.digest import Digest, TurnWords
    from studio.ui.present.palette import Palette
    from studio.ui.shelf import Entry

_EDGE_CELLS = 4
_TITLE_CELLS = 24
_CELLS: Mapping[Column, int] = {
    "date": 16, "title": _TITLE_CELLS, "provider": 9, "model": 18, "voice": 8, "turns": 5,
    "length": 7, "cost": 10, "problems": 8, "tags": 18,
}  # fmt: skip
_RIGHT: frozenset[Column] = frozenset({"turns", "length", "cost", "problems"})
_DISPENSABLE: tuple[Column, ...] = (
    "voice", "tags", "provider", "model", "problems", "length", "cost", "turns", "date",
)  # fmt: skip
"""What gives way where the screen is narrow, the first first."""
_GAP = 2
_LABEL_CELLS = 10
_MOST_TURNS = 200


@dataclass(frozen=True, slots=True)
class Table:
    """The columns that have room, and how wide each is."""

    columns: tuple[tuple[Column, int], ...]

    @classmethod
    def over(cls, width: int) -> Table:
        """As many columns as fit; the title has what the others leave."""
        columns = list(COLUMNS)
        for column in _DISPENSABLE:
            if _cells(columns) <= width:
                break
            columns.remove(column)
        spare = max(0, width - _cells(columns))
        for_tags = min(spare // 3, 24) if "tags" in columns else 0
        grown = {"title": spare - for_tags, "tags": for_tags}
        return cls(tuple((each, _CELLS[each] + grown.get(each, 0)) for each in columns))

    def column_at(self, cell: int) -> Column | None:
        """The column that stands at a cell of the line."""
        start = _EDGE_CELLS
        for column, cells in self.columns:
            if start <= cell < start + cells + _GAP:
                return column
            start += cells + _GAP
        return None


def _cells(columns: Sequence[Column]) -> int:
    return _EDGE_CELLS + sum(_CELLS[column] + _GAP for column in columns)


def head_line(table: Table, column: Column, palette: Palette, *, descending: bool) -> Text:
    """The columns' names; the one that is sorted by has an arrow."""
    line = Text(" " * _EDGE_CELLS, no_wrap=True, end="")
    for each, cells in table.columns:
        arrow = ("↓" if descending else "↑") if each == column else ""
        words = f"{each}{arrow}"
        color = palette.accent if each == column else palette.faint
        line.append(f"{words:>{cells}}" if each in _RIGHT else f"{words:<{cells}}", color)
        line.append(" " * _GAP)
    return line


def row_line(entry: Entry, table: Table, palette: Palette, *, is_at: bool, is_marked: bool) -> Text:
    """A session: whether it is selected or being written, then its columns."""
    line = Text("▌" if is_at else " ", palette.accent, no_wrap=True, end="")
    line.append("✓" if is_marked else " ", f"bold {palette.accent}")
    line.append("●" if entry.is_written else "!" if entry.fault else " ", _edge(entry, palette))
    line.append(" ")
    for column, cells in table.columns:
        words, color = _cell(entry, column, palette, is_at=is_at)
        shown = fitted(words, cells)
        if column in _RIGHT:
            shown = shown.rstrip().rjust(cells)
        line.append(shown + " " * _GAP, color)
    return line


def _edge(entry: Entry, palette: Palette) -> str:
    return palette.good if entry.is_written else palette.error


def _cell(entry: Entry, column: Column, palette: Palette, *, is_at: bool) -> tuple[str, str]:
    digest = entry.digest
    match column:
        case "date":
            words = f"{entry.started_at:%Y-%m-%d %H:%M}" if entry.started_at else ""
            return words, palette.foreground if is_at else palette.muted
        case "title":
            return _title(entry, palette)
        case "provider":
            return entry.provider, palette.muted
        case "model":
            return entry.model, palette.muted
        case "tags":
            return " ".join(f"#{tag}" for tag in entry.tags), palette.user
        case "cost":
            return _cost(entry, palette)
        case _:
            if digest is None:
                return ("" if entry.fault else "…"), palette.faint
            return _figure(digest, column, palette)


def _title(entry: Entry, palette: Palette) -> tuple[str, str]:
    if not entry.title:
        return ("(no words)" if entry.digest else entry.fault or entry.name), palette.muted
    color = palette.muted if entry.notes.archived else palette.foreground
    return entry.title, f"bold {color}" if entry.notes.title else color


def _cost(entry: Entry, palette: Palette) -> tuple[str, str]:
    if entry.cost is None:
        return ("" if entry.fault else "…"), palette.faint
    return entry.cost.short, palette.foreground if entry.money else palette.muted


def _figure(digest: Digest, column: Column, palette: Palette) -> tuple[str, str]:
    match column:
        case "voice":
            return digest.voice, palette.muted
        case "turns":
            return str(len(digest.turns)), palette.foreground if digest.turns else palette.faint
        case "length":
            return clock(digest.duration_s), palette.foreground
        case _:
            count = digest.problem_count
            return (str(count), palette.warning) if count else ("–", palette.faint)


# The session at the cursor


def preview_lines(entry: Entry, words: Sequence[str], palette: Palette, width: int) -> list[Text]:
    """Who, when and what it cost; what was noted; what went wrong; and what was said.

    Turns that hold one of `words` come first, with the words marked.
    """
    lines = [_line(entry.title or "(no words)", f"bold {palette.accent}", width)]
    about = _Sheet(palette, width, words)
    about.say("", _when(entry), palette.muted)
    about.say("", _who(entry), palette.muted)
    about.say("note", entry.notes.note, palette.foreground)
    about.say("tags", " ".join(f"#{tag}" for tag in entry.notes.tags), palette.user)
    about.say("fault", entry.fault, palette.error)
    digest = entry.digest
    if digest is not None:
        about.say("settings", digest.settings, palette.muted)
        for each in digest.disputed:
            about.say(each.verdict, f"{each.path}: {each.told}", palette.warning)
        about.say("latency", _latency(digest), palette.foreground)
        about.say("in turns", _tags(digest), palette.warning)
        more = digest.problem_count - len(digest.problems)
        problems = dict.fromkeys(digest.problems)
        for title in problems:
            about.say("problem", _times(title, digest.problems.count(title)), palette.warning)
        about.say("", f"and {more:,} more" if more > 0 else "", palette.muted)
        for at, explained in enumerate(entry.cost.explain() if entry.cost else ()):
            about.say("" if at else "cost", explained, palette.muted)
    lines += about.lines
    if digest is None:
        told = "" if entry.fault else " Not read yet."
        return [*lines, Text(told, palette.faint, end="")]
    return [*lines, Text("", end=""), *_turns(digest, words, palette, width)]


def _line(words: str, style: str, width: int) -> Text:
    return Text(f" {fitted(words, width - 2)}", style, no_wrap=True, end="")


def _when(entry: Entry) -> str:
    started = f"{entry.started_at:%a %d %b %Y, %H:%M:%S} · " if entry.started_at else ""
    state = " · being written now" if entry.is_written else ""
    archived = " · archived" if entry.notes.archived else ""
    return f"{started}{entry.name} · {size(entry.size_bytes)}{state}{archived}"


def _who(entry: Entry) -> str:
    voice = entry.digest.voice if entry.digest else ""
    return " · ".join(each for each in (entry.provider, entry.model, voice) if each)


def _latency(digest: Digest) -> str:
    if digest.p50_ms is None or digest.p95_ms is None:
        return ""
    return f"p50 {digest.p50_ms / 1000:.2f} s, p95 {digest.p95_ms / 1000:.2f} s"


def _tags(digest: Digest) -> str:
    return ", ".join(_times(tag, count) for tag, count in digest.tags.items())


def _times(what: str, count: int) -> str:
    return what if count == 1 else f"{what} ×{count}"


class _Sheet:
    """Lines with a label each; what is empty is left out."""

    def __init__(self, palette: Palette, width: int, words: Sequence[str] = ()) -> None:
        self._palette, self._width, self._words = palette, width, words
        self._labelled = False
        self.lines: list[Text] = []

    def say(self, label: str, words: str, color: str) -> None:
        """Put words down, wrapped beside their label."""
        if not words:
            return
        self._labelled = self._labelled or bool(label)
        indent = 1 + (_LABEL_CELLS if self._labelled else 0)
        for at, piece in enumerate(wrapped(words, self._width - indent - 1)):
            line = Text(" ", no_wrap=True, end="")
            if indent > 1:
                line.append(f"{'' if at else label:<{_LABEL_CELLS}}", self._palette.faint)
            line.append_text(marked(piece, self._words, color, self._palette))
            self.lines.append(line)


def marked(text: str, words: Sequence[str], color: str, palette: Palette) -> Text:
    """Text in which each of `words`, in folded case, is marked."""
    line = Text(text, color, no_wrap=True, end="")
    folded = text.casefold()
    if len(folded) == len(text):
        for word in words:
            start = folded.find(word) if word else -1
            while start >= 0:
                mark = Style.parse(f"bold underline {palette.accent}")
                line.stylize(mark, start, start + len(word))
                start = folded.find(word, start + len(word))
    return line


def _turns(digest: Digest, words: Sequence[str], palette: Palette, width: int) -> Iterator[Text]:
    turns = list(digest.turns)
    if words:
        turns.sort(key=lambda turn: not _says(turn, words))
    for turn in turns[:_MOST_TURNS]:
        head = Text(f" {turn.index:>3} ", palette.muted, no_wrap=True, end="")
        head.append(clock(turn.at), palette.faint)
        head.append("".join(f"  {tag}" for tag in turn.tags), palette.warning)
        yield head
        for text, color in ((turn.user, palette.user), (turn.assistant, palette.foreground)):
            for piece in wrapped(text, width - 6) if text else ():
                yield Text("     ", no_wrap=True, end="").append_text(
                    marked(piece, words, color, palette)
                )
    if len(turns) > _MOST_TURNS:
        more = f" and {len(turns) - _MOST_TURNS:,} more turns; enter opens the session"
        yield Text(more, palette.faint, end="")


def _says(turn: TurnWords, words: Sequence[str]) -> bool:
    said = f"{turn.user}\n{turn.assistant}".casefold()
    return any(word in said for word in words)
