"""The payload of the event at the inspector's cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from typing_extensions import override

from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from studio.session.envelope import Envelope


class Detail(Lines):
    """Coloured JSON, scrolled on its own."""

    def __init__(self) -> None:
        super().__init__(id="detail")
        self._shown: object = None
        self._lines: list[Text] = []

    def show(self, envelope: Envelope | None, bytes_per_ms: float) -> None:
        """Draw this event; None for nothing."""
        key = (envelope, self.palette)
        if key == self._shown:
            return
        from studio.ui.present.payload import payload_lines

        self._shown = key
        self._lines = payload_lines(envelope, self.palette, bytes_per_ms) if envelope else []
        self.changed()
        self.scroll_to(y=0, animate=False, immediate=True, force=True)

    @override
    def line_count(self) -> int:
        return len(self._lines)

    @override
    def line(self, index: int, width: int) -> Text:
        line = Text(" ", no_wrap=True, end="")
        line.append_text(self._lines[index])
        line.end = ""
        line.truncate(width, overflow="ellipsis")
        return line
