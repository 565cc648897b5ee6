"""A dialog over the library: into which format, what is withheld, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.widgets import OptionList, ProgressBar, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from studio.core.errors import StudioError
from studio.core.text import one_line, printable
from studio.ui.desk import ExportOptions
from studio.ui.screens.overlays import Over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from studio.ui.desk import Desk

FORMATS: Mapping[str, str] = {
    "md": "a transcript in Markdown",
    "html": "a report in one file, with sound",
    "vtt": "WebVTT subtitles",
    "srt": "SRT subtitles",
    "wav": "stereo sound, user left, assistant right, with labels",
    "csv": "a table of turns",
    "jsonl": "every frame as JSON, audio and all",
    "jsonl-wire": "every frame as its exact text",
    "parquet": "a table of events",
}
"""What can be written, and what that is."""

WITHHELD: Mapping[str, str] = {
    "audio": "without sound",
    "text": "without words",
    "ids": "without ids",
}
"""What can be left out of what is shared."""

_HINT = "enter writes it; tab goes to what is withheld; esc leaves"


class ExportDialog(Over[None]):
    """Writes sessions while one watches; leaving it early ends the writing."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "close", "Close")]

    def __init__(self, desk: Desk, paths: Sequence[str]) -> None:
        super().__init__()
        self._desk, self._paths = desk, tuple(paths)
        self._formats = OptionList(
            *(
                Option(Text.assemble(f"{name:<11}", (words, "dim")), id=name)
                for name, words in FORMATS.items()
            ),
            compact=True,
        )
        self._without: set[str] = set()
        choices = (self._choice(what) for what in WITHHELD)
        self._withheld = OptionList(*choices, compact=True, id="export-without")
        self._bar = ProgressBar(total=1.0, show_eta=False)
        self._said = Static(_HINT, id="export-said")
        self._is_writing = False

    @override
    def compose(self) -> ComposeResult:
        count = len(self._paths)
        title = "Export a session" if count == 1 else f"Export {count} sessions"
        with Vertical(classes="sheet", id="export-dialog"):
            yield Static(title, classes="sheet-title")
            yield self._formats
            yield self._withheld
            yield self._bar
            yield self._said

    def on_mount(self) -> None:
        """The cursor begins at the first format; nothing is withheld."""
        self._bar.display = False
        self._formats.focus()

    def _choice(self, what: str) -> Option:
        return Option(f"{'☑' if what in self._without else '☐'} {WITHHELD[what]}", id=what)

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        if event.option.id is None or self._is_writing:
            return
        if event.option_list is self._withheld:
            self._without ^= {event.option.id}
            prompt = self._choice(event.option.id).prompt
            self._withheld.replace_option_prompt(event.option.id, prompt)
            return
        self._is_writing = True
        self._bar.display = True
        self.run_worker(self._write(event.option.id), exclusive=True)

    async def _write(self, to: str) -> None:
        options = ExportOptions(without=frozenset(self._without))
        try:
            words = await self._desk.export(self._paths, to, options, self._progress)
        except StudioError as error:
            told = error.message + (f"\n→ {error.hint}" if error.hint else "")
            self._said.update(Text(printable(f"{error.title}: {told}")))
        else:
            self._bar.update(progress=1.0)
            self._said.update(Text(printable(words)))
        self._is_writing = False

    def _progress(self, part: float, what: str) -> None:
        self._bar.update(progress=part)
        self._said.update(Text(one_line(what, 60)))

    @override
    def on_click(self, event: events.Click) -> None:
        """A click beside it leaves it, but for what is being written."""
        if not self._is_writing:
            super().on_click(event)

    @override
    def action_close(self) -> None:
        """Leave; what is being written is given up."""
        self.workers.cancel_node(self)
        _ = self.dismiss(None)
