"""The lanes of the session over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from studio.ui.present.palette import palette_from
from studio.ui.present.timeline import Timeline, timeline_lines
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.time_view import TimeView

if TYPE_CHECKING:
    from rich.text import Text


class Lanes(TimeView):
    """Draws a timeline."""

    BINDINGS = bindings_of("turns")

    def __init__(self) -> None:
        super().__init__("turns")
        self._timeline = Timeline()

    def show(self, timeline: Timeline) -> None:
        """Draw this; the window stays, or goes with the end."""
        self._timeline = timeline
        self.reach(timeline.end, timeline.now)

    @override
    def drawn_lines(self, width: int, height: int) -> list[Text]:
        palette = palette_from(self.app.theme_variables)
        return timeline_lines(self._timeline, self.window, self.cursor, height, palette)
