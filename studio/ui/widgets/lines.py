"""A scrolling view that draws only the lines one can see, each made when it is asked for."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import Palette, palette_from
from studio.ui.widgets.line_bar import LineBar
from studio.ui.widgets.paper import Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text
    from textual.scrollbar import ScrollBar
    from textual.strip import Strip


CURSOR, RELATED = "lines--cursor", "lines--related"
"""The grounds of the line at the cursor, and of lines that belong to it."""


class Lines(ScrollView):
    """Lines of styled text; a subclass says how many there are and makes each.

    A line that is given as the same object again is not drawn again.
    """

    COMPONENT_CLASSES = {CURSOR, RELATED}  # noqa: RUF012 Textual reads it so

    DEFAULT_CSS = """
    Lines { scrollbar-size-vertical: 1; overflow-x: hidden; }
    Lines > .lines--related { background: $selection 45%; }
    """

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 as Textual has it
        classes: str | None = None,
        can_focus: bool | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes, can_focus=can_focus)
        self._styles_cache = self._paper = Paper(self.drawn_rows)

    @property
    @override
    def vertical_scrollbar(self) -> ScrollBar:
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = LineBar(self.scrollbar_size_vertical)
            bar.display = False
            self.app._start_widget(self, bar)  # noqa: SLF001 as Textual starts its own
        return self._vertical_scrollbar

    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def line(self, index: int, width: int) -> Text:
        """The line at `index`, `width` cells at most."""
        raise NotImplementedError

    def highlighted(self) -> int:
        """The line that the cursor is on; -1 for none."""
        return -1

    def ground(self, index: int) -> str:
        """The component class that a line's ground has; empty for the pane's own."""
        return CURSOR if index == self.highlighted() else ""

    @property
    def palette(self) -> Palette:
        """The colours of the theme."""
        return palette_from(self.app.theme_variables)

    @property
    def columns(self) -> int:
        """Cells of a line."""
        return self.scrollable_content_region.width

    def changed(self) -> None:
        """Lines came, went or look otherwise."""
        count = self.line_count()
        if count != self.virtual_size.height:
            self._reach(Size(0, count))
        self.refresh()

    def _reach(self, size: Size) -> None:
        """So much can be scrolled; the screen is laid out anew only where that makes room."""
        if self.styles.is_auto_height or not self.container_size:
            self.virtual_size = size
        else:
            self.set_reactive(Lines.virtual_size, size)
            self._scroll_update(size)

    def show_line(self, index: int) -> None:
        """Scroll just as far as is needed to see a line."""
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=index, animate=False, immediate=True, force=True)
        elif height and index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False, immediate=True, force=True)

    def drawn_rows(self, rows: Sequence[int], width: int) -> list[Strip]:
        """The lines in sight at these places, as the terminal has them."""
        top, count, ground = self.scroll_offset.y, self.line_count(), self._paper.ground
        if width <= 0:
            return [ground().blank for _ in rows]
        return [
            ground(self.ground(at)).strip(self.line(at, width)) if at < count else ground().blank
            for at in (top + row for row in rows)
        ]


class Drawing(Widget):
    """A few lines that fill the widget; those that became others are painted anew."""

    def drawn_lines(self, width: int, height: int) -> list[Text]:
        """The lines from the top, `width` cells at most."""
        raise NotImplementedError

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._drawn: list[Text] = []
        self._drawn_for: tuple[Size, Palette] | None = None
        self._styles_cache = self._paper = Paper(self.drawn_rows)

    def redraw(self) -> None:
        """What is shown is something else: make the lines again before the next paint."""
        self._is_stale = True
        self.check_idle()

    _is_stale = False

    def on_idle(self) -> None:
        """Paint the lines that became others."""
        if self._is_stale and self.is_attached:
            before = self._drawn
            if not self._draw():
                self.refresh()
                return
            width, pairs = self.content_size.width, enumerate(zip_longest(before, self._drawn))
            changed = [Region(0, y, width, 1) for y, (old, new) in pairs if not _alike(old, new)]
            if changed:
                self.refresh(*changed)

    def _draw(self) -> bool:
        """Make the lines; whether they stand where the ones before them stood."""
        size, self._is_stale = self.content_size, False
        known, self._drawn_for = self._drawn_for, (size, palette_from(self.app.theme_variables))
        self._drawn = self.drawn_lines(size.width, size.height)
        return known == self._drawn_for

    @property
    def plain(self) -> str:
        """What is drawn, without its colours."""
        lines = self.drawn_lines(self.content_size.width, self.content_size.height)
        return "\n".join(line.plain.rstrip() for line in lines)

    def drawn_rows(self, rows: Sequence[int], _width: int) -> list[Strip]:
        """These rows, as the terminal has them.

        New lines wait for the next idle moment, which knows the rows that became others: made here,
        where only some rows are painted, the rest would stand as they were.
        """
        if self._drawn_for is None or self._drawn_for[0] != self.content_size:
            self._draw()
        ground, drawn = self._paper.ground(), self._drawn
        return [ground.strip(drawn[row]) if row < len(drawn) else ground.blank for row in rows]


def _alike(one: Text | None, other: Text | None) -> bool:
    """Whether two lines look the same."""
    if one is other or one is None or other is None:
        return one is other
    return one == other and one.style == other.style
