"""The config pane: moves a cursor over the rows and says what the person wants changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import palette_from
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual import events

    from studio.ui.present.config import ConfigLine, ConfigView

_AIRY_FROM = 29
_EMPTY = " The settings stand here in a moment."


class ConfigPane(Lines):
    """Rows of settings. It holds the cursor; values are the app's."""

    BINDINGS = bindings_of("config")

    @dataclass
    class Stepped(Message):
        """The person steps a row's value."""

        path: str
        steps: int

    @dataclass
    class Slid(Message):
        """The person puts a row's slider at a share of its length."""

        path: str
        share: float

    @dataclass
    class Chosen(Message):
        """The person wants to type or choose a row's value."""

        path: str

    class Undone(Message):
        """The person takes the last change back."""

    def __init__(self) -> None:
        super().__init__(id="config")
        self.view: ConfigView | None = None
        self.fault = ""
        self._lines: list[ConfigLine] = []
        self._cursor = "voice"
        self._help = Help()

    @property
    def help(self) -> Help:
        """The lines below that explain the row at the cursor."""
        return self._help

    @property
    def cursor(self) -> str:
        """The path of the row at the cursor."""
        return self._cursor

    def show(self, view: ConfigView, fault: str = "") -> None:
        """Draw this."""
        self.view, self.fault = view, fault
        self._draw()

    def _draw(self) -> None:
        if self.view is None:
            return
        from studio.ui.present.config import config_lines, help_lines

        cursor = self._cursor if self.has_focus else None
        airy = self.size.height >= _AIRY_FROM
        self._lines = config_lines(self.view, self.columns, self.palette, cursor, airy=airy)
        self.changed()
        width = self._help.size.width
        self._help.say(
            help_lines(self.view, cursor, width, self.palette, self.fault) if cursor else []
        )

    @override
    def line_count(self) -> int:
        return len(self._lines) if self.view else 1

    @override
    def line(self, index: int, width: int) -> Text:
        if self.view is None:
            return Text(_EMPTY, self.palette.muted, end="")
        return self._lines[index].text

    @override
    def highlighted(self) -> int:
        if not self.has_focus:
            return -1
        return next(
            (at for at, line in enumerate(self._lines) if line.is_row and line.path == self.cursor),
            -1,
        )

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        paths = [line.path for line in self._lines if line.is_row and line.path]
        if not paths:
            return
        place = paths.index(self._cursor) if self._cursor in paths else 0
        self._go(paths[min(max(place + rows, 0), len(paths) - 1)])

    def _go(self, path: str) -> None:
        self._cursor, self.fault = path, ""
        self._draw()
        self.show_line(max(0, self.highlighted()))

    def action_step(self, steps: int) -> None:
        """Step the value at the cursor."""
        self.post_message(self.Stepped(self._cursor, steps))

    def action_choose(self) -> None:
        """Type or choose the value at the cursor."""
        self.post_message(self.Chosen(self._cursor))

    def action_undo(self) -> None:
        """Take the last change back."""
        self.post_message(self.Undone())

    def on_focus(self) -> None:
        """Show the cursor."""
        self._draw()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self._draw()

    def on_resize(self) -> None:
        """Lines are as wide as the pane."""
        self._draw()

    def _row_under(self, y: int) -> ConfigLine | None:
        index = y + self.scroll_offset.y
        line = self._lines[index] if 0 <= index < len(self._lines) else None
        return line if line and line.path else None

    def on_click(self, event: events.Click) -> None:
        """A click goes to the row; on its slider it sets the value, on a chosen row it opens it."""
        line = self._row_under(event.y)
        if line is None or line.path is None:
            return
        was_there = line.path == self._cursor
        self._go(line.path)
        if not self._slide(event.x, line.path) and was_there:
            self.action_choose()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """A drag along the slider moves its knob."""
        if event.button and (line := self._row_under(event.y)) and line.path == self._cursor:
            self._slide(event.x, self._cursor)

    def _slide(self, x: int, path: str) -> bool:
        from studio.ui.fields import FIELDS
        from studio.ui.present.config import slider_span

        field = next(field for field in FIELDS if field.path == path)
        start, cells = slider_span(self.columns)
        if field.kind != "number" or not start <= x < start + cells:
            return False
        self.post_message(self.Slid(path, (x - start) / max(1, cells - 1)))
        return True

    @override
    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, -1)

    @override
    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, 1)

    def _wheel(self, event: events.MouseScrollDown | events.MouseScrollUp, steps: int) -> None:
        """The wheel over the cursor's row turns its value; elsewhere it scrolls."""
        line = self._row_under(event.y)
        if self.has_focus and line and line.path == self._cursor:
            event.stop()
            self.post_message(self.Stepped(self._cursor, steps))
        elif steps > 0:
            self.scroll_up(animate=False)
        else:
            self.scroll_down(animate=False)


class Help(Widget):
    """A few lines under the rows about the one at the cursor; more where a refusal needs them."""

    def __init__(self) -> None:
        super().__init__(id="config-help")
        self._lines: list[Text] = []

    def say(self, lines: list[Text]) -> None:
        """Show these."""
        is_as_high = len(lines) == len(self._lines)
        self._lines = lines
        self.refresh(layout=not is_as_high)

    @override
    def render(self) -> Text:
        return Text("\n", palette_from(self.app.theme_variables).muted).join(self._lines)
