"""The transcript: turns of both sides as they grow, followed until somebody scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from typing_extensions import override

from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from studio.ui.present.transcript import Ending, TurnView

_EMPTY = (
    " What both sides say stands here.",
    "",
    " c  connect     t  hold the microphone open",
    " i  type        s  have a voice speak for you",
)


class TranscriptPane(Lines):
    """Turns as lines; a turn that has not changed keeps its lines."""

    BINDINGS = bindings_of("transcript")

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self.following = True
        self._views: Sequence[TurnView] = ()
        self._ending: Ending | None = None
        self._drawn: list[tuple[TurnView, list[Text]]] = []
        self._drawn_for: object = None
        self._lines: list[Text] = []

    def show(self, views: Sequence[TurnView], ending: Ending | None) -> None:
        """Draw these turns."""
        self._views, self._ending = views, ending
        self._draw()

    def _draw(self) -> None:
        if not self._views and not self._ending:
            self._lines = []
            self.changed()
            return
        from studio.ui.present.transcript import ending_lines, turn_lines

        width, palette = self.columns, self.palette
        if self._drawn_for != (width, palette):
            self._drawn, self._drawn_for = [], (width, palette)
        drawn = []
        for at, view in enumerate(self._views):
            kept = self._drawn[at] if at < len(self._drawn) else None
            if kept is None or not _same(kept[0], view):
                kept = (view, turn_lines(view, width, palette))
            drawn.append(kept)
        self._drawn = drawn
        self._lines = [line for _, lines in drawn for line in lines]
        if self._ending:
            self._lines += ending_lines(self._ending, width, palette)
        self.changed()
        if self.following:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)

    @override
    def line_count(self) -> int:
        return len(self._lines) or len(_EMPTY)

    @override
    def line(self, index: int, width: int) -> Text:
        if not self._lines:
            return Text(_EMPTY[index], self.palette.muted, no_wrap=True, end="")
        return self._lines[index]

    def on_resize(self) -> None:
        """Lines are as wide as the pane."""
        self._draw()

    def on_focus(self) -> None:
        """The keys now scroll here."""
        self.refresh()

    def action_follow(self) -> None:
        """Go to the end and follow."""
        self.following = True
        self._draw()

    @override
    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value:
            self.following = new_value >= self.max_scroll_y
        elif new_value >= self.max_scroll_y:
            self.following = True

    @override
    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_relative(y=-3, animate=False)


def _same(one: TurnView, other: TurnView) -> bool:
    """Whether two views draw the same, without comparing what a turn holds."""
    return one.turn is other.turn and (one.playing_item, one.playing_ms, one.script) == (
        other.playing_item,
        other.playing_ms,
        other.script,
    )
