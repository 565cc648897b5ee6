"""The time line of a stored session: it shows where one is, and takes the pointer there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import palette_from

if TYPE_CHECKING:
    from textual import events

    from studio.ui.present.replay_line import Landmarks
    from studio.ui.recording import Recording
    from studio.ui.shown import Shown


class ReplayBar(Widget):
    """One line that is there while a stored session is shown."""

    DEFAULT_CSS = """
    ReplayBar { height: 1; width: 1fr; background: $panel; display: none; }
    ReplayBar.-shown { display: block; }
    """

    class Sought(Message):
        """The pointer is at session second `at`."""

        def __init__(self, at: float) -> None:
            super().__init__()
            self.at = at

    def __init__(self) -> None:
        super().__init__(classes="replay-bar")
        self._recording: Recording | None = None
        self._marks: Landmarks | None = None

    def show(self, shown: Shown) -> None:
        """Draw where it is; nothing where the session is live."""
        recording, marks = shown.recording, shown.landmarks
        if recording == self._recording and marks is self._marks:
            return
        self._recording, self._marks = recording, marks
        self.set_class(recording is not None, "-shown")
        self.refresh()

    @override
    def render(self) -> Text:
        if self._recording is None or self._marks is None:
            return Text("")
        from studio.ui.present.replay_line import replay_line

        palette = palette_from(self.app.theme_variables)
        return replay_line(self._recording, self._marks, self.size.width, palette)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go where the pointer is."""
        self.capture_mouse()
        self._seek(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """A drag takes the play-head along."""
        if event.button:
            self._seek(event.x)

    def on_mouse_up(self) -> None:
        """Let the play-head go."""
        self.release_mouse()

    def _seek(self, x: int) -> None:
        from studio.ui.present.replay_line import moment_at

        if self._recording is None:
            return
        at = moment_at(x, self.size.width, self._recording.end)
        if at is not None:
            self.post_message(self.Sought(at))
