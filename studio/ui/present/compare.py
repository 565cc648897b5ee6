"""Two sessions beside each other as lines; below each other where the screen is narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.core.units import clock
from studio.ui.present.parts import PARTS, part_color
from studio.ui.present.wrapping import fitted, wrapped

if TYPE_CHECKING:
    from studio.session.compare import Comparison, Edges, Side, SpreadPair, TurnPair
    from studio.session.cost import Charge
    from studio.session.standing import Standing
    from studio.session.turns import Turn
    from studio.session.word_diff import Words
    from studio.ui.present.palette import Palette

BESIDE_CELLS = 110
"""The width from which on turns stand beside each other."""
_LABEL_CELLS = 24
_FIGURE_CELLS = 9
_NAME_CELLS = 12
_MOST_LINES = 6
"""Lines of a setting that are shown; instructions can be long."""
_MOST_EVIDENCE_LINES = 24
_ALIKE_MS = 0.5


class ComparisonLines:
    """The whole comparison, and where its headings stand.

    Attributes:
        lines: from top to bottom.
        headings: the numbers of the lines that begin a part.
    """

    def __init__(self, compared: Comparison, palette: Palette, width: int) -> None:
        self._compared, self._palette, self._width = compared, palette, width
        self.lines: list[Text] = []
        self.headings: list[int] = []
        for heading, lines in (
            ("", self._sides()),
            ("Settings", self._settings()),
            ("Asked and done", self._standings()),
            ("Cost", self._cost()),
            ("Latency", self._latency()),
            ("Edges of speech", self._edges()),
            ("Tags and problems", self._counts()),
            ("Turns", self._turns()),
        ):
            if heading:
                self.lines.append(_blank())
            self.headings.append(len(self.lines))
            if heading:
                self.lines.append(self._text(f" {heading}", f"bold {palette.accent}"))
            self.lines += lines
        for line in self.lines:
            line.truncate(width)

    def _text(self, words: str, style: str) -> Text:
        return Text(words, style, no_wrap=True, end="")

    def _muted(self, words: str) -> Text:
        return self._text(f"   {words}", self._palette.muted)

    # Tables

    @property
    def _room(self) -> int:
        """Cells for what a session has in a table."""
        return max(8, (self._width - _LABEL_CELLS - 5) // 2)

    def _row(
        self,
        label: str,
        one: str,
        other: str,
        *,
        is_marked: bool = False,
        most: int = _MOST_LINES,
    ) -> list[Text]:
        """A label and two wrapped cells; a mark stands where they differ and should not."""
        palette, room = self._palette, self._room
        here, there = wrapped(one, room), wrapped(other, room)
        differs = one != other
        plain = palette.foreground if differs else palette.muted
        rows = []
        for at in range(min(most, max(len(here), len(there)))):
            line = Text(" ", no_wrap=True, end="")
            line.append("≠ " if differs and is_marked and not at else "  ", palette.warning)
            line.append(_label("" if at else label) + " ", palette.muted)
            for cell in (here, there):
                line.append(fitted(cell[at] if at < len(cell) else "", room) + " ", plain)
            rows.append(line)
        if max(len(here), len(there)) > most:
            rows.append(Text(" " * (3 + _LABEL_CELLS) + "…", palette.faint, end=""))
        return rows

    def _sides(self) -> Iterator[Text]:
        one, other = self._compared.one, self._compared.other
        head = Text(" " * (3 + _LABEL_CELLS), no_wrap=True, end="")
        for letter, side in (("A", one), ("B", other)):
            words = fitted(f"{letter} {side.title or side.name}", self._room)
            head.append(f"{words} ", f"bold {self._palette.accent}")
        yield head
        for label, here, there in zip(_FACTS, _facts(one), _facts(other), strict=True):
            if here or there:
                yield from self._row(label, here, there, is_marked=label in _MARKED)

    def _settings(self) -> Iterator[Text]:
        if not self._compared.settings:
            yield self._muted("All the same.")
        for pair in self._compared.settings:
            yield from self._row(pair.path, pair.one, pair.other, is_marked=True)

    def _standings(self) -> Iterator[Text]:
        if not self._compared.standings:
            yield self._muted("Nothing shows that a setting is not obeyed.")
        for pair in self._compared.standings:
            cells = (_standing(each) for each in (pair.one, pair.other))
            yield from self._row(pair.path, *cells, is_marked=True, most=_MOST_EVIDENCE_LINES)

    def _cost(self) -> Iterator[Text]:
        one, other = self._compared.one.cost, self._compared.other.cost
        here = {charge.what: charge for charge in one.charges}
        there = {charge.what: charge for charge in other.charges}
        yield from self._row("in all", one.short, other.short)
        for what in dict.fromkeys((*here, *there)):
            yield from self._row(what, _charge(here.get(what)), _charge(there.get(what)))
        missing = [*one.missing], [*other.missing]
        for at in range(max(map(len, missing))):
            cells = (words[at] if at < len(words) else "" for words in missing)
            yield from self._row("" if at else "not known", *cells)

    def _latency(self) -> Iterator[Text]:
        pairs = [pair for pair in self._compared.latency if pair.one or pair.other]
        if not pairs:
            yield self._muted("No turn was measured in either.")
            return
        names = ("p50 A", "p50 B", "B−A", "p95 A", "p95 B", "B−A")
        cells = max(1, min(_FIGURE_CELLS, (self._width - 27) // 6))
        head = Text(" " * (3 + _NAME_CELLS), self._palette.faint, no_wrap=True, end="")
        head.append("".join(f"{name:>{cells}}" for name in names) + "   turns A, B")
        yield head
        for pair in pairs:
            yield self._spread(pair, cells)

    def _spread(self, pair: SpreadPair, cells: int) -> Text:
        palette, look = self._palette, PARTS.get(pair.name)
        line = Text("   ", no_wrap=True, end="")
        mark = f"{look.letter}{look.pattern} " if look else ""
        line.append(mark, part_color(pair.name, palette))
        color = palette.muted if look else f"bold {palette.foreground}"
        line.append(f"{pair.name:<{_NAME_CELLS - len(mark)}}", color)
        one, other = pair.one, pair.other
        for here, there, change in (
            (one.p50_ms if one else None, other.p50_ms if other else None, pair.p50_change_ms),
            (one.p95_ms if one else None, other.p95_ms if other else None, pair.p95_change_ms),
        ):
            line.append(f"{_ms(here):>{cells}}{_ms(there):>{cells}}", palette.foreground)
            line.append(f"{_change(change):>{cells}}", self._change_color(change))
        counts = f"   {one.count if one else 0}, {other.count if other else 0}"
        line.append(counts, palette.faint)
        return line

    def _change_color(self, change: float | None) -> str:
        if change is None or abs(change) < _ALIKE_MS:
            return self._palette.faint
        return self._palette.warning if change > 0 else self._palette.good

    def _edges(self) -> Iterator[Text]:
        edges = self._compared.edges
        if not edges:
            yield self._muted("No turn was spoken with the same sound in both.")
            return
        turns = "turn" if len(edges) == 1 else "turns"
        yield self._muted(f"{len(edges)} {turns} with the same sound in both; B against A:")
        for what, values in (
            ("speech begins", [each.start_ms for each in edges]),
            ("speech ends", [each.end_ms for each in edges if each.end_ms is not None]),
        ):
            if values:
                low, middle, high = min(values), sorted(values)[len(values) // 2], max(values)
                line = Text("   ", no_wrap=True, end="").append(f"{what:<16}", self._palette.muted)
                median = "" if low == high else "in the median "
                line.append(f"{median}{_later(middle)}", self._palette.foreground)
                if median:
                    line.append(f", from {_later(low)} to {_later(high)}", self._palette.muted)
                yield line

    def _counts(self) -> Iterator[Text]:
        counts = (*self._compared.tags, *self._compared.problems)
        if not counts:
            yield self._muted("As many of each in both.")
        for count in counts:
            yield from self._row(count.what, _times(count.one), _times(count.other))

    # Turns

    def _turns(self) -> Iterator[Text]:
        if not self._compared.turns:
            yield self._muted("Nobody said anything in either.")
        for pair in self._compared.turns:
            yield _blank()
            if self._width >= BESIDE_CELLS:
                yield from self._beside(pair)
            else:
                yield from self._stacked(pair)

    def _beside(self, pair: TurnPair) -> Iterator[Text]:
        room = (self._width - 3) // 2
        left = [*self._turn(pair, room, is_one=True)]
        right = [*self._turn(pair, room, is_one=False)]
        for at in range(max(len(left), len(right))):
            line = left[at].copy() if at < len(left) else Text("", no_wrap=True, end="")
            line.truncate(room)
            line.append(" " * (room - line.cell_len))
            line.append(" │ ", self._palette.faint)
            if at < len(right):
                line.append_text(right[at])
            yield line

    def _stacked(self, pair: TurnPair) -> Iterator[Text]:
        if pair.one is not None:
            yield from self._turn(pair, self._width, is_one=True, letter="A ")
        if pair.other is not None:
            yield from self._turn(pair, self._width, is_one=False, letter="B ")

    def _turn(self, pair: TurnPair, room: int, *, is_one: bool, letter: str = "") -> Iterator[Text]:
        palette = self._palette
        turn = pair.one if is_one else pair.other
        if turn is None:
            yield Text("   no such turn", palette.faint, no_wrap=True, end="")
            return
        head = Text(f" {letter}", palette.accent, no_wrap=True, end="")
        head.append(f"{turn.index:>3} {clock(turn.started_at)}", palette.muted)
        head.append(_figures(turn), palette.foreground)
        head.append("".join(f"  {tag}" for tag in turn.tags), palette.warning)
        head.append("" if is_one else _edge_words(pair.edges), palette.user)
        head.truncate(room, overflow="ellipsis")
        yield head
        for runs, color in ((pair.user, palette.user), (pair.assistant, palette.foreground)):
            yield from _said(runs, color, palette, room, is_one=is_one)


_FACTS = ("name", "began", "provider", "model", "length", "turns")
_MARKED = frozenset({"provider", "model"})


def _facts(side: Side) -> tuple[str, ...]:
    return (
        side.name if side.title else "",
        f"{side.started_at:%Y-%m-%d %H:%M}" if side.started_at else "",
        side.provider,
        side.model,
        clock(side.state.last_at),
        str(len(side.turns)),
    )


def _standing(standing: Standing | None) -> str:
    return "–" if standing is None else f"{standing.verdict}: {standing.told}"


def _charge(charge: Charge | None) -> str:
    return "–" if charge is None else charge.short


def _label(words: str) -> str:
    """A label in its cells; a path that is too long for them loses its beginning."""
    cells = _LABEL_CELLS - 1
    path, dot, last = words.rpartition(".")
    is_cut = bool(dot) and " " not in path and len(words) > cells
    return fitted(f"…{last}" if is_cut else words, cells)


def _blank() -> Text:
    return Text("", no_wrap=True, end="")


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f} ms"


def _change(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) < _ALIKE_MS:
        return "="
    return f"{value:+,.0f} ms".replace("-", "−")


def _later(ms: float) -> str:
    if abs(ms) < _ALIKE_MS:
        return "the same"
    return f"{abs(ms):,.0f} ms {'later' if ms > 0 else 'earlier'}"


def _times(count: int) -> str:
    return "–" if not count else str(count)


def _figures(turn: Turn) -> str:
    total = turn.latency.total_ms
    return "" if total is None else f"  {total / 1000:.2f} s"


def _edge_words(edges: Edges | None) -> str:
    if edges is None:
        return ""
    ends = (edges.start_ms, edges.end_ms)
    if all(ms is not None and abs(ms) < _ALIKE_MS for ms in ends):
        return "  same edges"
    told = ("?" if ms is None else f"{ms:+,.0f}".replace("-", "−") for ms in ends)
    return f"  edges {', '.join(told)} ms"


def _said(
    runs: Sequence[Words], color: str, palette: Palette, room: int, *, is_one: bool
) -> Iterator[Text]:
    """A side's words, wrapped; marked are those that the other has not, if it has any of them."""
    marks = any(run.same for run in runs)
    line = Text("     ", no_wrap=True, end="")
    for run in runs:
        style = color if run.same or not marks else f"bold underline {palette.warning}"
        for word in one_line(run.one if is_one else run.other).split():
            cells = Text(word).cell_len
            if line.cell_len > 5 and line.cell_len + cells + 1 > room:
                yield line
                line = Text("     ", no_wrap=True, end="")
            if line.cell_len > 5:
                line.append(" ")
            line.append(word, style)
    if line.cell_len > 5:
        yield line
