"""A take is recorded: the level and what is heard of it, the time, a key to begin and to end."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Static
from typing_extensions import override

from studio.core.errors import StudioError
from studio.core.text import printable
from studio.ui.present.palette import palette_from
from studio.ui.present.recording import recording_lines
from studio.ui.screens.overlays import Over
from studio.ui.take_recording import RecordingStep

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from studio.ui.take_recording import TakeRecording

_WAITS = "enter records, esc leaves"
_RECORDS = "enter ends and keeps it"
_KEEPS = "Keeping it …"


class RecordDialog(Over[RecordingStep | None]):
    """Gives back the last step of a recording; None where nothing was recorded.

    Args:
        recording: begins with the dialog, and ends with it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "close", "Close"),
        ("enter,space", "switch", "Record"),
    ]

    def __init__(self, recording: TakeRecording) -> None:
        super().__init__()
        self._recording = recording
        self._step = RecordingStep()
        self._has_begun = self._is_ending = False
        self._shown = Static("", id="record-shown")
        self._hint = Static(_WAITS, id="record-hint")

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet", id="record"):
            yield Static("Record a take", classes="sheet-title")
            yield self._shown
            yield self._hint

    def on_mount(self) -> None:
        """Listen at once."""
        self._draw()
        self.run_worker(self._follow())

    def on_resize(self) -> None:
        """The bar is as wide as there is room."""
        self._draw()

    def action_switch(self) -> None:
        """Begin to record; then, end it."""
        if self._has_begun:
            self._end()
        elif self._step.card:
            self._has_begun = True
            self._recording.begin()
            self._hint.update(_RECORDS)

    @override
    def action_close(self) -> None:
        """Leave; what was recorded is kept first."""
        if self._has_begun and not self._is_ending:
            self._end()
        else:
            _ = self.dismiss(None)

    def _end(self) -> None:
        self._is_ending = True
        self._recording.end()
        self._hint.update(_KEEPS)

    async def _follow(self) -> None:
        try:
            async with aclosing(self._recording.steps()) as steps:
                async for step in steps:
                    self._step = step
                    self._draw()
        except StudioError as error:
            self._complain(error)
        else:
            _ = self.dismiss(self._step if self._step.kept else None)

    def _complain(self, error: StudioError) -> None:
        self._has_begun, self._step = False, RecordingStep()
        palette = palette_from(self.app.theme_variables)
        told = Text(printable(error.message), palette.error)
        if error.hint:
            told.append(f"\n{printable(error.hint)}", palette.foreground)
        self._shown.update(told)
        self._hint.update("esc leaves")

    def _draw(self) -> None:
        width = self._shown.size.width or 40
        palette = palette_from(self.app.theme_variables)
        self._shown.update(recording_lines(self._step, width, palette))
