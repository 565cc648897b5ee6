"""A scroll bar beside lines, whose few signs are drawn once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from typing_extensions import override

from studio.ui.widgets.paper import finished

if TYPE_CHECKING:
    from textual.geometry import Region


class LineBar(ScrollBar):
    """A vertical bar: as many rows as it is high, of a handful of kinds."""

    def __init__(self, thickness: int) -> None:
        super().__init__(vertical=True, name="vertical", thickness=thickness)
        self._rows: list[Strip] = []
        self._drawn_for: object = None

    @override
    def render_lines(self, crop: Region) -> list[Strip]:
        bar, (width, height) = self.render(), self.outer_size
        assert isinstance(bar, ScrollBarRender)
        place = (bar.virtual_size, bar.window_size, bar.position)
        wanted = (width, height, place, bar.style, self.rich_style, self.get_line_filters())
        if wanted != self._drawn_for:
            self._drawn_for, self._rows = wanted, self._drawn(bar, width, height)
        begin, end = crop.column_span
        rows = self._rows[crop.y : crop.bottom]
        return rows if (begin, end) == (0, width) else [each.crop(begin, end) for each in rows]

    def _drawn(self, bar: ScrollBarRender, width: int, height: int) -> list[Strip]:
        style, ground, filters = (
            self.app.console.get_style(bar.style),
            self.rich_style,
            self.get_line_filters(),
        )
        assert style.color is not None
        assert style.bgcolor is not None
        signs = bar.render_bar(
            height, *(bar.virtual_size, bar.window_size, bar.position), width,
            back_color=style.bgcolor, bar_color=style.color,
        ).segments  # fmt: skip
        strips: dict[int, Strip] = {}
        for sign in signs:
            if id(sign) not in strips:
                look = finished(ground + sign.style, filters, ground)
                strips[id(sign)] = Strip([Segment(sign.text, look)], width)
        return [strips[id(sign)] for sign in signs]
