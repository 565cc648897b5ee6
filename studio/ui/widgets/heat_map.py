"""The heat map of a sweep, with a cursor in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.heat import METRICS, Window, heat_lines
from studio.ui.present.palette import palette_from
from studio.ui.widgets.bindings import bindings_of

if TYPE_CHECKING:
    from textual import events

    from studio.lab.weighing import Weighed


class HeatMap(Widget, can_focus=True):
    """Thresholds upwards, silences to the right; one figure of every setting with one prefix."""

    BINDINGS = bindings_of("sweep")

    class Moved(Message):
        """The cursor is on another setting."""

    def __init__(self) -> None:
        super().__init__(id="sweep")
        self.metric = 0
        self._weighed: Weighed | None = None
        self._row = self._column = self._prefix = 0
        self._window: Window | None = None

    def show(self, weighed: Weighed | None) -> None:
        """Draw this; a new one from what it recommends."""
        if weighed is not self._weighed:
            self._weighed, self._window = weighed, None
            if weighed is not None:
                self._put(weighed.chosen)
        self.refresh()

    @property
    def index(self) -> int:
        """The place in the grid of the setting at the cursor."""
        if self._weighed is None:
            return 0
        thresholds, silences, prefixes = self._weighed.grid.shape
        pair = (thresholds - 1 - self._row) * silences + self._column
        return pair * prefixes + self._prefix

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        if self._weighed is not None:
            thresholds, silences, _ = self._weighed.grid.shape
            self._row = min(max(self._row + rows, 0), thresholds - 1)
            self._column = min(max(self._column + columns, 0), silences - 1)
            self._told()

    def step_prefix(self, steps: int) -> None:
        """Show another prefix."""
        if self._weighed is not None:
            self._prefix = (self._prefix + steps) % self._weighed.grid.shape[2]
            self._told()

    def step_metric(self, steps: int) -> None:
        """Show another figure."""
        self.metric = (self.metric + steps) % len(METRICS)
        self._told()

    def go(self, index: int) -> None:
        """Put the cursor on a setting."""
        self._put(index)
        self._told()

    def _put(self, index: int) -> None:
        assert self._weighed is not None
        thresholds, silences, prefixes = self._weighed.grid.shape
        pair, self._prefix = divmod(index, prefixes)
        row, self._column = divmod(pair, silences)
        self._row = thresholds - 1 - row

    def _told(self) -> None:
        self.refresh()
        self.post_message(self.Moved())

    @override
    def render(self) -> Text:
        weighed = self._weighed
        if weighed is None or not self.size.height:
            return Text()
        palette = palette_from(self.app.theme_variables)
        metric = METRICS[self.metric]
        prefix_ms = weighed.grid.prefixes_ms[self._prefix]
        head = Text(f" {metric.label}", f"bold {palette.foreground}", no_wrap=True, end="")
        head.append(f"   threshold ↑  silence →  prefix {prefix_ms} ms", palette.muted)
        head.truncate(self.size.width, overflow="ellipsis")
        shape = weighed.grid.shape[:2]
        self._window = Window.around(
            self._row, self._column, shape, self.size.width, self.size.height - 1, self._window
        )
        cursor = (self._row, self._column)
        lines = heat_lines(weighed, metric, self._prefix, cursor, self._window, palette)
        return Text("\n", no_wrap=True).join([head, *lines])

    def on_click(self, event: events.Click) -> None:
        """A click goes to the setting."""
        place = event.get_content_offset(self)
        if place is None or self._window is None:
            return
        if place.y == 0:
            self.step_metric(1)
        elif (at := self._window.at(place.x, place.y - 1)) is not None:
            self._row, self._column = at
            self._told()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.move(1, 0)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.move(-1, 0)
