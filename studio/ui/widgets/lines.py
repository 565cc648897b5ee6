"""A scrolling view that draws only the lines one can see, each made when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from typing_extensions import override

from studio.ui.present.palette import Palette, palette_from

if TYPE_CHECKING:
    from rich.text import Text


class Lines(ScrollView):
    """Lines of styled text; a subclass says how many there are and makes each."""

    DEFAULT_CSS = """
    Lines { scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def line(self, index: int, width: int) -> Text:
        """The line at `index`, `width` cells at most."""
        raise NotImplementedError

    def highlighted(self) -> int:
        """The line that the cursor is on; -1 for none."""
        return -1

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
    def render_line(self, y: int) -> Strip:
        width = self.columns
        index = y + self.scroll_offset.y
        ground = self.rich_style
        if index >= self.line_count() or width <= 0:
            return Strip.blank(width, ground)
        text = self.line(index, width)
        console = self.app.console
        strip = Strip(text.render(console)).apply_style(console.get_style(text.style))
        if index == self.highlighted():
            ground += self.get_component_rich_style("lines--cursor")
        return strip.adjust_cell_length(width).apply_style(ground)

    COMPONENT_CLASSES = {"lines--cursor"}  # noqa: RUF012 Textual reads it so
