"""A pane: one quiet line of title, and its body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import palette_from

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from studio.ui.layout import Pane


class Head(Widget):
    """The title line: the number key, the name, and a few facts on the right."""

    DEFAULT_CSS = """
    Head { height: 1; width: 1fr; padding: 0 1; }
    """

    def __init__(self, number: int, title: str) -> None:
        super().__init__()
        self._number = number
        self._title = title
        self.facts = ""
        self._is_urgent = False
        self._is_zoomed = False

    def zoom(self, *, is_zoomed: bool) -> None:
        """Say whether this pane stands for all."""
        if is_zoomed != self._is_zoomed:
            self._is_zoomed = is_zoomed
            self.refresh()

    def say(self, facts: str, *, is_urgent: bool = False) -> None:
        """Show facts on the right."""
        if (facts, is_urgent) != (self.facts, self._is_urgent):
            self.facts, self._is_urgent = facts, is_urgent
            self.refresh()

    @override
    def render(self) -> Text:
        colors = palette_from(self.app.theme_variables)
        focused = self.parent is not None and self.parent.has_pseudo_class("focus-within")
        line = Text(no_wrap=True)
        line.append(f"{self._number} ", colors.accent if focused else colors.faint)
        line.append(
            self._title, f"bold {colors.accent}" if focused else f"bold {colors.foreground}"
        )
        if self._is_zoomed:
            line.append("  zoomed", colors.muted)
        facts = Text(self.facts, colors.warning if self._is_urgent else colors.muted)
        room = self.size.width - line.cell_len
        facts.truncate(max(0, room - 2), overflow="ellipsis")
        line.append(" " * (room - facts.cell_len))
        return line.append_text(facts)


class PaneBox(Vertical):
    """A titled body at a place that the layout gives it."""

    def __init__(
        self, pane: Pane, number: int, title: str, body: Widget, *below: Widget,
        above: Widget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id=f"pane-{pane}", classes="pane")
        self.pane = pane
        self.head = Head(number, title)
        self.body = body
        self._above, self._below = above, below

    @override
    def compose(self) -> ComposeResult:
        yield self.head
        if self._above is not None:
            yield self._above
        yield self.body
        yield from self._below

    def on_descendant_focus(self) -> None:
        """The title takes the accent."""
        self.head.refresh()

    def on_descendant_blur(self) -> None:
        """The title gives it back."""
        self.head.refresh()
