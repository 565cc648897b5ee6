"""The sliders of the lab, under what each of the two settings makes of the take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from typing_extensions import override

from studio.ui.present.palette import palette_from
from studio.ui.present.sliders import slider_line, slider_track
from studio.ui.widgets.lines import Drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text
    from textual import events

    from studio.ui.present.sliders import SliderRow


class SliderPane(Drawing):
    """Lines of words, then a line for each slider."""

    class Slid(Message):
        """A slider is to stand at a share of its length."""

        def __init__(self, path: str, share: float, *, is_drag: bool) -> None:
            super().__init__()
            self.path, self.share, self.is_drag = path, share, is_drag

    class Picked(Message):
        """A slider was clicked beside its track; a second time its value is typed."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class Turned(Message):
        """The wheel turned over a slider."""

        def __init__(self, path: str, steps: int) -> None:
            super().__init__()
            self.path, self.steps = path, steps

    def __init__(self) -> None:
        super().__init__("sliders")
        self._heads: Sequence[Text] = ()
        self._rows: Sequence[SliderRow] = ()
        self._edits = "a"
        self._held = ""

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self._heads) + len(self._rows)

    def show(self, heads: Sequence[Text], rows: Sequence[SliderRow], edits: str) -> None:
        """Draw these."""
        is_as_high = len(heads) + len(rows) == self.lines
        self._heads, self._rows, self._edits = heads, rows, edits
        if not is_as_high:
            self.styles.height = self.lines
        self.redraw()

    @override
    def drawn_lines(self, width: int, height: int) -> list[Text]:
        palette = palette_from(self.app.theme_variables)
        lines = []
        for head in self._heads:
            line = head.copy()
            line.truncate(width, overflow="ellipsis")
            lines.append(line)
        return lines + [slider_line(row, width, palette, self._edits) for row in self._rows]

    def _row_at(self, y: int) -> SliderRow | None:
        at = y - len(self._heads)
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def _share_at(self, x: int, row: SliderRow) -> float:
        start, cells = slider_track(self.size.width, has_b=row.has_b)
        return (x - start) / max(1, cells - 1)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of a knob, or go to a row."""
        place = event.get_content_offset(self)
        row = self._row_at(place.y) if place is not None else None
        if place is None or row is None:
            return
        share = self._share_at(place.x, row)
        if share < 0:
            self.post_message(self.Picked(row.field.path))
            return
        self._held = row.field.path
        self.capture_mouse()
        self.post_message(self.Slid(self._held, share, is_drag=False))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the knob; the pointer may leave the line."""
        row = next((each for each in self._rows if each.field.path == self._held), None)
        if row is not None:
            x = event.x - self.gutter.left
            self.post_message(self.Slid(self._held, self._share_at(x, row), is_drag=True))

    def on_mouse_up(self) -> None:
        """Let go."""
        if self._held:
            self._held = ""
            self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel turns the slider under the pointer."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel turns it back."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, steps: int) -> None:
        place = event.get_content_offset(self)
        row = self._row_at(place.y) if place is not None else None
        if row is not None:
            event.stop()
            self.post_message(self.Turned(row.field.path, steps))
