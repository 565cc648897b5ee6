"""Keys that move over time and look closer, on every screen with a view of time."""

from __future__ import annotations

from studio.ui.screens.view import ViewScreen
from studio.ui.widgets.time_view import TimeView


class OverTime(ViewScreen):
    """A screen whose lanes are a window on time."""

    @property
    def _time(self) -> TimeView:
        return self.query_one(TimeView)

    def action_page(self, quarters: int) -> None:
        """Move it by quarters of the window."""
        self._time.page(quarters / 4)

    def action_closer(self) -> None:
        """See less, and more of it."""
        self._time.zoom(0.5)

    def action_farther(self) -> None:
        """See more, and less of it."""
        self._time.zoom(2.0)
