"""The area of the four panes, which places them by `ui.layout`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from typing_extensions import override

from studio.ui.layout import Mode, Wishes, arrange, placed
from studio.ui.widgets.pane import PaneBox

if TYPE_CHECKING:
    from textual.widget import Widget


class _ByWishes(Layout):
    name = "by-wishes"

    def __init__(self) -> None:
        self.mode = Mode.MIDDLE
        self.wishes = Wishes()

    @override
    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        rects = arrange(self.mode, size.width, size.height, self.wishes)
        return [
            WidgetPlacement(
                Region(rect.x, rect.y, rect.width, rect.height), NULL_OFFSET, Spacing(), child
            )
            for child in children
            if isinstance(child, PaneBox) and (rect := rects.get(child.pane))
        ]


class Panes(Container):
    """Four panes, placed by the wishes of the person and the size of the terminal."""

    def __init__(self, *boxes: PaneBox) -> None:
        super().__init__(*boxes, id="panes")
        self._placing = _ByWishes()
        self.boxes = {box.pane: box for box in boxes}

    @property
    @override
    def layout(self) -> Layout:
        return self._placing

    def place(self, mode: Mode, wishes: Wishes) -> None:
        """Show the panes so."""
        self._placing.mode, self._placing.wishes = mode, wishes
        with_a_place = placed(mode, wishes)
        for pane, box in self.boxes.items():
            box.display = pane in with_a_place
            box.head.zoom(is_zoomed=wishes.zoomed)
            box.refresh(layout=True)
