"""Where a widget keeps small things between runs: the desk of the app that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

    from studio.ui.desk import Desk


def desk_of(app: App[object]) -> Desk | None:
    """The desk of an app; None before the feed is open, and where nothing is kept."""
    from studio.ui.desktop import Desktop

    return app.desk if isinstance(app, Desktop) else None
