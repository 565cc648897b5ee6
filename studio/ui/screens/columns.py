"""The inspector's columns, to choose and to size, while one sees what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from studio.ui.present.columns import COLUMNS, Chosen, help_of
from studio.ui.present.palette import palette_from
from studio.ui.screens.overlays import Over
from studio.ui.widgets.bindings import bindings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.app import ComposeResult

_HINT = "space on or off   ← → size   u as usual   esc done"


class _Rows(Widget):
    """A line for each column."""

    class Clicked(Message):
        """A line was clicked."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self) -> None:
        super().__init__(id="columns-rows")
        self.lines: list[Text] = []

    @override
    def render(self) -> Text:
        return Text("\n").join(self.lines)

    def on_click(self, event: events.Click) -> None:
        """Say which."""
        self.post_message(self.Clicked(min(max(event.y, 0), len(self.lines) - 1)))


class ColumnsScreen(Over[None]):
    """A short list of columns; every change is told at once.

    Args:
        chosen: what was chosen so far.
        width: cells of the inspector.
        on_change: told of every other choice.
    """

    DEFAULT_CSS = """
    #columns-sheet { width: 60; }
    #columns-rows { height: 8; }
    #columns-hint { color: $muted; padding: 1 0 0 0; }
    """
    BINDINGS = bindings_of("columns")

    def __init__(self, chosen: Chosen, width: int, on_change: Callable[[Chosen], None]) -> None:
        super().__init__()
        self._chosen, self._cells, self._on_change = chosen, width, on_change
        self._at = 0
        self._rows = _Rows()

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet", id="columns-sheet"):
            yield Static(Text("Columns"), classes="sheet-title")
            yield self._rows
            yield Static(Text(_HINT), id="columns-hint")

    def on_mount(self) -> None:
        """The first picture."""
        self._draw()

    def _draw(self) -> None:
        palette = palette_from(self.app.theme_variables)
        widths = self._chosen.widths(self._cells)
        self._rows.lines = []
        for number, column in enumerate(COLUMNS):
            is_shown = column in widths
            line = Text(" ● " if is_shown else " ○ ", palette.accent if is_shown else palette.faint)
            line.append(f"{column:<8}", palette.foreground if is_shown else palette.muted)
            line.append(f"{widths.get(column, 0) or '':>4}  ", palette.accent)
            line.append(help_of(column), palette.muted)
            line.pad_right(max(0, 54 - line.cell_len))
            if number == self._at:
                line.stylize(f"on {palette.selection}")
            self._rows.lines.append(line)
        self._rows.refresh()

    def _change(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._on_change(chosen)
        self._draw()

    def action_move(self, steps: int) -> None:
        """Go through the columns."""
        self._at = min(max(self._at + steps, 0), len(COLUMNS) - 1)
        self._draw()

    def action_switch(self) -> None:
        """Let the column stand there, or not."""
        self._change(self._chosen.toggled(COLUMNS[self._at], self._cells))

    def action_resize(self, steps: int) -> None:
        """Make the column wider or narrower."""
        self._change(self._chosen.resized(COLUMNS[self._at], steps, self._cells))

    def action_usual(self) -> None:
        """Go by the width again."""
        self._change(Chosen())

    @on(_Rows.Clicked)
    def _take(self, event: _Rows.Clicked) -> None:
        """A click on a column lets it stand there, or not."""
        self._at = event.at
        self.action_switch()
