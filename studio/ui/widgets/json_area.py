"""A text area for JSON: coloured as it is written, with what is odd underlined."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from textual.widgets import TextArea
from typing_extensions import override

from studio.protocol.written import Written, read
from studio.ui.present.palette import Palette, palette_from
from studio.ui.widgets.bindings import bindings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from studio.protocol.written import Sort, Span


class JsonArea(TextArea):
    """Reads its text anew with every change.

    Attributes:
        written: what it says, and where the hand is.
    """

    BINDINGS = bindings_of("composer")

    def __init__(self, name: str, placeholder: str) -> None:
        super().__init__(
            id=name, show_line_numbers=True, soft_wrap=True, compact=True,
            highlight_cursor_line=False, placeholder=placeholder,
        )  # fmt: skip
        self.written = Written()
        self._starts: list[int] = [0]
        self._styles: list[list[tuple[int, int, str]]] = [[]]
        self._marks: tuple[tuple[Span, str], ...] = ()

    @property
    def cursor(self) -> int:
        """Where the cursor is, in characters from the beginning."""
        row, column = self.cursor_location
        return self._starts[min(row, len(self._starts) - 1)] + column

    def _location(self, offset: int) -> tuple[int, int]:
        row = self.line_number(offset) - 1
        return row, offset - self._starts[row]

    def reread(self) -> Written:
        """Read the text as it is now."""
        self._measure()
        self.written = read(self.text, self.cursor)
        self._restyle()
        return self.written

    def mark(self, marks: Sequence[tuple[Span, str]]) -> None:
        """Underline these spans, each in a colour."""
        self._marks = tuple(marks)
        self._restyle()

    def put(self, insert: str, span: Span) -> None:
        """Write in place of a span; the cursor goes where one writes on."""
        self.replace(insert, self._location(span[0]), self._location(span[1]))
        self._measure()
        inside = 1 if insert.endswith(('""', "{}", "[]")) else 0
        at = span[0] + len(insert) - inside
        self.move_cursor(self._location(at))

    def load(self, text: str) -> None:
        """Begin with another text; it can be undone."""
        self.replace(text, (0, 0), self.document.end)
        self.move_cursor((0, 0))

    def line_number(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._starts, offset)

    def _measure(self) -> None:
        """Where each line begins."""
        self._starts = [0]
        for line in self.document.lines[:-1]:
            self._starts.append(self._starts[-1] + len(line) + len(self.document.newline))

    def _restyle(self) -> None:
        """Spread colours and underlines over the lines they are on."""
        self._styles = [[] for _ in self._starts]
        palette = palette_from(self.app.theme_variables)
        for start, end, sort in self.written.tokens:
            self._style(start, end, _color(sort, palette))
        for (start, end), color in self._marks:
            self._style(start, max(end, start + 1), f"underline {color}")
        self.refresh()

    def _style(self, start: int, end: int, style: str) -> None:
        number = bisect_right(self._starts, start) - 1
        while number < len(self._styles) and self._starts[number] < end:
            begin = self._starts[number]
            self._styles[number].append((max(0, start - begin), end - begin, style))
            number += 1

    @override
    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        if line_index < len(self._styles):
            for start, end, style in self._styles[line_index]:
                line.stylize(style, start, end)
        return line


def _color(sort: Sort, palette: Palette) -> str:
    return {
        "key": palette.foreground, "string": palette.good, "number": palette.user,
        "word": palette.warning, "mark": palette.muted,
    }[sort]  # fmt: skip
