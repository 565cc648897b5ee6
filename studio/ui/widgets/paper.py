"""What lines lie on: styled text as the terminal gets it, made anew only where it is another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.strip import Strip
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console
    from rich.text import Text
    from textual.filter import LineFilter
    from textual.geometry import Region
    from textual.widget import Widget

_MOST_STYLES, _MOST_STRIPS = 1_000, 400


class Look(NamedTuple):
    """How the lines of a widget lie.

    Attributes:
        style: of its ground.
        filters: what the terminal cannot show is turned into something else by these.
        left: blank cells before a line.
        width: cells of a line.
        right: blank cells after it.
    """

    style: Style
    filters: tuple[LineFilter, ...]
    left: int
    width: int
    right: int


def finished(style: Style, filters: Iterable[LineFilter], ground: Style) -> Style:
    """A style as the terminal gets it, on the ground of its widget."""
    back = ground.bgcolor
    color = Color.from_rich_color(back) if back is not None else Color(0, 0, 0, 0)
    for each in filters:
        style = each.apply([Segment(" ", style)], color)[0].style or Style.null()
    return style


class Ground:
    """One ground, and the lines that lie on it.

    Attributes:
        style: of its blanks, as it is before the terminal gets it.
        blank: a row on which nothing stands.
    """

    def __init__(self, look: Look, style: Style, console: Console) -> None:
        self.style = style
        self._look, self._console = look, console
        self._styles: dict[tuple[str | Style, str | Style], Style] = {}
        self._strips: dict[int, tuple[Text, Strip]] = {}
        edge = finished(look.style, look.filters, look.style)
        self.blank = Strip.blank(look.left + look.width + look.right, edge)
        self._left = [Segment(" " * look.left, edge)] if look.left else []
        self._right = [Segment(" " * look.right, edge)] if look.right else []

    def strip(self, text: Text) -> Strip:
        """A line as the terminal has it; the same object is not drawn again."""
        kept = self._strips.get(id(text))
        if kept is not None and kept[0] is text:
            return kept[1]
        if len(self._strips) >= _MOST_STRIPS:
            self._strips.clear()
        strip = self._drawn(text)
        self._strips[id(text)] = text, strip
        return strip

    def _drawn(self, text: Text) -> Strip:
        look = self._look
        pieces = self._pieces(text)
        cells = sum(map(_cells, pieces))
        if cells < look.width:
            pieces.append(Segment(" " * (look.width - cells), self._style(text.style, "")))
        elif cells > look.width:
            pieces = list(Strip(pieces, cells).crop(0, look.width))
        return Strip([*self._left, *pieces, *self._right], self.blank.cell_length)

    def _pieces(self, text: Text) -> list[Segment]:
        """A line's pieces; one whose styles do not overlap needs no sorting out."""
        plain, own, at = text.plain, text.style, 0
        pieces: list[Segment] = []
        for start, end, style in text.spans:
            if start < at:
                return [
                    Segment(each.text, self._style(each.style or "", ""))
                    for each in text.render(self._console)
                ]
            if start > at:
                pieces.append(Segment(plain[at:start], self._style(own, "")))
            pieces.append(Segment(plain[start:end], self._style(own, style)))
            at = end
        if at < len(plain):
            pieces.append(Segment(plain[at:], self._style(own, "")))
        return pieces

    def _style(self, own: str | Style, over: str | Style) -> Style:
        """A line's own style on the ground, another one over it; the few come again and again."""
        known = self._styles.get((own, over))
        if known is None:
            if len(self._styles) >= _MOST_STYLES:
                self._styles.clear()
            read = self._console.get_style
            style, look = self.style + read(own) + read(over), self._look
            known = finished(style, look.filters, look.style)
            self._styles[own, over] = known
        return known


def _cells(piece: Segment) -> int:
    text = piece.text
    return len(text) if text.isascii() and text.isprintable() else cell_len(text)


class Paper(StylesCache):
    """The rows of a widget around whose lines there is padding and nothing else.

    Textual tells it which rows are others now; only these are asked for.
    """

    def __init__(self, make: Callable[[Sequence[int], int], list[Strip]]) -> None:
        """Take what makes rows of a width, given their places from the top of the content."""
        super().__init__()
        self._make = make
        self._look: Look | None = None
        self._grounds: dict[str, Ground] = {}
        self._styles: dict[str, Style] = {}
        self._widget: Widget | None = None

    def ground(self, name: str = "") -> Ground:
        """The widget's own ground, or that of one of its component classes."""
        assert self._look is not None
        assert self._widget is not None
        if name not in self._styles:
            over = self._widget.get_component_rich_style(name)
            self._styles[name] = self._look.style + over
        style, found = self._styles[name], self._grounds.get(name)
        if found is None or found.style != style:
            console = self._widget.app.console
            found = self._grounds[name] = Ground(self._look, style, console)
        return found

    @override
    def render_widget(self, widget: Widget, crop: Region) -> list[Strip]:
        size = widget.outer_size
        if size.width != self._width:
            self.clear()
            self._width = size.width
        kept, rows = self._cache, crop.line_range
        stale = [y for y in rows if y in self._dirty_lines or y not in kept]
        if stale:
            self._lay(widget)
            kept.update(self._drawn(stale, widget))
            self._dirty_lines.difference_update(rows)
        strips = [kept[y] for y in rows]
        begin, end = crop.column_span
        if (begin, end) != (0, size.width):
            strips = [strip.crop(begin, end) for strip in strips]
        return strips

    def _lay(self, widget: Widget) -> None:
        """Take in how the widget looks now."""
        left, width = widget.gutter.left, widget.scrollable_content_region.width
        filters = tuple(widget.get_line_filters())
        right = max(0, widget.outer_size.width - left - width)
        look = Look(widget.rich_style, filters, left, width, right)
        if look != self._look:
            self._grounds = {}
        self._widget, self._look, self._styles = widget, look, {"": look.style}

    def _drawn(self, stale: Sequence[int], widget: Widget) -> dict[int, Strip]:
        """The rows that are others now; above and below the content there is nothing."""
        assert self._look is not None
        top, end = widget.gutter.top, widget.outer_size.height - widget.gutter.bottom
        inside = [y for y in stale if top <= y < end]
        drawn = dict.fromkeys(stale, self.ground().blank)
        made = self._make([y - top for y in inside], self._look.width) if inside else []
        drawn.update(zip(inside, made, strict=True))
        return drawn
