"""What every part of the screen has at hand: the session shown, the worker, the desk, overlays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import App
from textual.notifications import SeverityLevel

from studio.core.text import one_line, printable
from studio.ui.actions import action_named, first_key

if TYPE_CHECKING:
    from studio.core.clock import Clock
    from studio.runtime.link import Feed
    from studio.session.state import Problem
    from studio.ui.desk import Desk
    from studio.ui.live import Live
    from studio.ui.opening import Opening
    from studio.ui.replayed import Replayed
    from studio.ui.screens.overlays import Chooser
    from studio.ui.shown import Shown


class Desktop(App[None]):
    """What the keys of the screen act on.

    Attributes:
        live: the session of the worker, None before the feed is open.
        replayed: the stored session that is shown instead, if one is.
    """

    def __init__(self, clock: Clock, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._clock = clock
        self._keymap_given = dict(keymap)
        self._opening: Opening | None = None
        self.live: Live | None = None
        self.replayed: Replayed | None = None

    @property
    def shown(self) -> Shown | None:
        """The session that the screens draw; the live one goes on underneath a stored one."""
        return self.replayed or self.live

    @property
    def desk(self) -> Desk | None:
        """The files; None where there are none, or before the feed is open."""
        return self._opening.desk if self._opening else None

    @property
    def feed(self) -> Feed | None:
        """The worker; None before it is there."""
        return self._opening.feed if self._opening else None

    def key_of(self, action: str) -> str:
        """The first key of an action, as people read it."""
        return first_key(action_named(action), self._keymap_given)

    def look(self) -> None:
        """Send what is due and draw what changed."""
        raise NotImplementedError

    def show_event(self, seq: int) -> None:
        """Bring the panes up, and put the inspector's cursor on the event of this number."""
        raise NotImplementedError

    def leave_view(self) -> None:
        """Leave the view on the screen for the one that it was opened from, or the panes."""
        raise NotImplementedError

    def toast(self, problem: Problem) -> None:
        """Tell what went wrong, for a moment."""
        severities: Mapping[str, SeverityLevel] = {
            "error": "error",
            "warning": "warning",
            "info": "information",
        }
        words = printable(problem.message)
        if problem.hint:
            words += f"\n→ {printable(problem.hint)}"
        self.notify(
            words, title=one_line(problem.title), severity=severities[problem.severity],
            markup=False,
        )  # fmt: skip

    def ask(self, label: str, hint: str, value: str, then: Callable[[str], None]) -> None:
        """Have a line typed; nothing happens where it is empty or left."""
        from studio.ui.screens.overlays import Prompt

        def done(text: str | None) -> None:
            if text is not None and text.strip():
                then(text)

        _ = self.push_screen(Prompt(label, hint, value), done)

    def choose(self, chooser: Chooser, then: Callable[[str | None], None]) -> None:
        """Have an entry of a list chosen; None where it is left."""
        _ = self.push_screen(chooser, then)
