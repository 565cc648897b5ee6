"""The names of the pages beside a sweep's map; a click goes to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import palette_from

if TYPE_CHECKING:
    from textual import events

Page = Literal["why", "cell", "front", "listen"]
PAGES: tuple[Page, ...] = ("why", "cell", "front", "listen")


class SweepPages(Widget):
    """A line of tabs."""

    class Chosen(Message):
        """A page was clicked."""

        def __init__(self, page: int) -> None:
            super().__init__()
            self.page = page

    def __init__(self) -> None:
        super().__init__(id="sweep-pages")
        self._page = 0

    def show(self, page: int) -> None:
        """Mark this one."""
        self._page = page
        self.refresh()

    @override
    def render(self) -> Text:
        palette = palette_from(self.app.theme_variables)
        line = Text(no_wrap=True, end="")
        for at, name in enumerate(PAGES):
            style = f"bold {palette.accent} underline" if at == self._page else palette.muted
            line.append(" ").append(name, style).append(" ")
        return line

    def on_click(self, event: events.Click) -> None:
        """A click on a name shows its page."""
        begin = 0
        for at, name in enumerate(PAGES):
            end = begin + len(name) + 2
            if begin <= event.x < end:
                self.post_message(self.Chosen(at))
            begin = end
