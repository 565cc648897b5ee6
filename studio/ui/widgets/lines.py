"""A scrolling view that draws only the lines one can see, each made when it is asked for."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import Palette, palette_from

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


CURSOR, RELATED = "lines--cursor", "lines--related"
"""The grounds of the line at the cursor, and of lines that belong to it."""

_GROUNDS = (CURSOR, RELATED)
_KEPT_STRIPS = 160


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
        self._strips: dict[tuple[int, int], tuple[Text, Style, Strip]] = {}
        self._grounds: dict[str, Style] = {}

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
            self.virtual_size = Size(0, count)
        self.refresh()

    def show_line(self, index: int) -> None:
        """Scroll just as far as is needed to see a line."""
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=index, animate=False, immediate=True, force=True)
        elif height and index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False, immediate=True, force=True)

    @override
    def render_lines(self, crop: Region) -> list[Strip]:
        self._grounds = {
            "": self.rich_style,
            **{name: self.rich_style + self.get_component_rich_style(name) for name in _GROUNDS},
        }
        return super().render_lines(crop)

    @override
    def render_line(self, y: int) -> Strip:
        width = self.columns
        index = y + self.scroll_offset.y
        if index >= self.line_count() or width <= 0:
            return Strip.blank(width, self._grounds[""])
        return self._strip(self.line(index, width), width, self._grounds[self.ground(index)])

    def _strip(self, text: Text, width: int, ground: Style) -> Strip:
        """A line as the terminal has it, on its ground."""
        key = (id(text), width)
        kept = self._strips.get(key)
        if kept is not None and kept[0] is text and kept[1] == ground:
            return kept[2]
        if len(self._strips) > _KEPT_STRIPS:
            self._strips.clear()
        strip = strip_of(text, width, ground, self.app.console)
        self._strips[key] = (text, ground, strip)
        return strip


def strip_of(text: Text, width: int, ground: Style, console: Console) -> Strip:
    """A line as the terminal has it, on its ground and exactly so wide."""
    own = _style(text.style, ground, console)
    segments = _segments(text, own, console)
    cells = sum(piece.cell_length for piece in segments)
    if cells < width:
        segments.append(Segment(" " * (width - cells), own))
    return Strip(segments, max(cells, width)).crop(0, width)


class Drawing(Widget):
    """A few lines that fill the widget; those that became others are painted anew."""

    def drawn_lines(self, width: int, height: int) -> list[Text]:
        """The lines from the top, `width` cells at most."""
        raise NotImplementedError

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._drawn: list[Text] = []
        self._drawn_for: tuple[Size, Palette] | None = None
        self._ground = Style()

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

    @override
    def render_lines(self, crop: Region) -> list[Strip]:
        if self._is_stale or self._drawn_for is None or self._drawn_for[0] != self.content_size:
            self._draw()
        self._ground = self.rich_style
        return super().render_lines(crop)

    @override
    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        if y >= len(self._drawn):
            return Strip.blank(width, self._ground)
        return strip_of(self._drawn[y], width, self._ground, self.app.console)


def _alike(one: Text | None, other: Text | None) -> bool:
    """Whether two lines look the same."""
    if one is other or one is None or other is None:
        return one is other
    return one == other and one.style == other.style


def _segments(text: Text, ground: Style, console: Console) -> list[Segment]:
    """A line's pieces on their ground; one whose styles do not overlap needs no sorting out."""
    plain, at, pieces = text.plain, 0, []
    for start, end, style in text.spans:
        if start < at:
            return list(Segment.apply_style(text.render(console), ground))
        if start > at:
            pieces.append(Segment(plain[at:start], ground))
        pieces.append(Segment(plain[start:end], _style(style, ground, console)))
        at = end
    if at < len(plain):
        pieces.append(Segment(plain[at:], ground))
    return pieces


def _style(style: str | Style, ground: Style, console: Console) -> Style:
    """A style on its ground; the few there are come again and again."""
    key = (style, ground)
    if key not in _STYLES:
        if len(_STYLES) > _MOST_STYLES:
            _STYLES.clear()
        _STYLES[key] = ground + console.get_style(style)
    return _STYLES[key]


_STYLES: dict[tuple[str | Style, Style], Style] = {}
_MOST_STYLES = 1_000
