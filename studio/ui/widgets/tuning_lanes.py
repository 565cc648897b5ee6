"""The lanes of a take: a window on them, a cursor, and edges of labels that can be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from typing_extensions import override

from studio.ui.labelling import grip_at
from studio.ui.present.palette import palette_from
from studio.ui.present.time_sheet import Kept
from studio.ui.present.tuning_lanes import tuning_lines
from studio.ui.present.tuning_picture import TuningPicture
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.time_view import TimeView

if TYPE_CHECKING:
    from rich.text import Text
    from textual import events

    from studio.ui.labelling import Grip

LABELS_LINE = 1
"""Where the labels stand, under the axis."""


class TuningLanes(TimeView):
    """Draws a take and what two settings make of it."""

    BINDINGS = bindings_of("tuning")

    class Dragged(Message):
        """An edge of a label was dragged to a moment."""

        def __init__(self, grip: Grip, at_ms: float, *, is_done: bool) -> None:
            super().__init__()
            self.grip, self.at_ms, self.is_done = grip, at_ms, is_done

    def __init__(self) -> None:
        super().__init__("tuning")
        self.picture = TuningPicture()
        self._kept = Kept()
        self._grip: Grip | None = None
        self._dragged_ms: float | None = None

    def show(self, picture: TuningPicture, *, follows: bool = False) -> None:
        """Draw this; the window stays, or goes with the end of what may go on."""
        self.picture = picture
        if not follows:
            self.following = False
        self.reach(picture.end_ms / 1000)

    @override
    def drawn_lines(self, width: int, height: int) -> list[Text]:
        palette = palette_from(self.app.theme_variables)
        return tuning_lines(self.picture, self.window, self.cursor, height, palette, self._kept)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of an edge that is near."""
        place, column = event.get_content_offset(self), self.column_of(event)
        if place is None or place.y != LABELS_LINE or column < 0:
            return
        reach_ms = 1.5 * self.window.cell_s * 1000
        self._grip = grip_at(self.picture.truth, self.window.at(column) * 1000, reach_ms)
        self._dragged_ms = None
        if self._grip is not None:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag it."""
        column = self.column_of(event)
        if self._grip is not None and column >= 0:
            self._dragged_ms = self.window.at(column) * 1000
            self.post_message(self.Dragged(self._grip, self._dragged_ms, is_done=False))

    def on_mouse_up(self) -> None:
        """Leave it where it is."""
        if self._grip is None:
            return
        self.release_mouse()
        if self._dragged_ms is not None:
            self.post_message(self.Dragged(self._grip, self._dragged_ms, is_done=True))
        self._grip = None
