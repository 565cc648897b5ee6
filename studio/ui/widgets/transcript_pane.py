"""The transcript: turns of both sides as they grow, followed until somebody scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from typing_extensions import override

from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.lines import RELATED, Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from studio.ui.present.transcript import Ending, TurnView

LIVE_HINT = (
    " What both sides say stands here.",
    "",
    " c  connect     t  hold the microphone open",
    " i  type        s  have a voice speak for you",
)

RECORDED_HINT = (" Nothing has been said yet.",)


class TranscriptPane(Lines):
    """Turns as lines; a turn that has not changed keeps its lines."""

    BINDINGS = bindings_of("transcript")

    class EventsWanted(Message):
        """The person wants to see the events that brought a character of an item's words."""

        def __init__(self, item_id: str, character: int = 0) -> None:
            super().__init__()
            self.item_id, self.character = item_id, character

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self.following = True
        self._turn = 0  # the number of the turn that was gone to, 0 for none
        self._views: Sequence[TurnView] = ()
        self._ending: Ending | None = None
        self._hint: Sequence[str] = LIVE_HINT
        self._drawn: list[tuple[TurnView, list[Text]]] = []
        self._kept: list[tuple[TurnView, list[Text]]] = []
        """The lines of every turn that was drawn, also of those that are shown no more."""
        self._drawn_for: object = None
        self._lines: list[Text] = []

    def show(
        self, views: Sequence[TurnView], ending: Ending | None, hint: Sequence[str] = LIVE_HINT
    ) -> None:
        """Draw these turns; `hint` stands where there are none."""
        self._views, self._ending, self._hint = views, ending, hint
        self._draw()

    def _draw(self) -> None:
        if not self._views and not self._ending:
            self._lines = []
            self.changed()
            return
        from studio.ui.present.transcript import ending_lines, turn_lines

        width, palette = self.columns, self.palette
        if self._drawn_for != (width, palette):
            self._kept, self._drawn_for = [], (width, palette)
        drawn = []
        for at, view in enumerate(self._views):
            kept = self._kept[at] if at < len(self._kept) else None
            if kept is None or not _same(kept[0], view):
                kept = (view, turn_lines(view, width, palette))
            drawn.append(kept)
        self._drawn, self._kept = drawn, drawn + self._kept[len(drawn) :]
        self._lines = [line for _, lines in drawn for line in lines]
        if self._ending:
            self._lines += ending_lines(self._ending, width, palette)
        self.changed()
        if self.following:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)

    @override
    def line_count(self) -> int:
        return len(self._lines) or len(self._hint)

    @override
    def line(self, index: int, width: int) -> Text:
        if not self._lines:
            return Text(self._hint[index], self.palette.muted, no_wrap=True, end="")
        return self._lines[index]

    @override
    def ground(self, index: int) -> str:
        return RELATED if self._turn and self._turn_at(index) == self._turn else ""

    def _turn_at(self, line: int) -> int:
        """The number of the turn that a line belongs to, 0 for none."""
        for view, lines in self._drawn:
            if line < len(lines) - 1:
                return view.turn.index
            line -= len(lines)
            if line < 0:
                break
        return 0

    def go_to_turn(self, number: int) -> None:
        """Show a turn, and let it stand out."""
        self._turn, self.following = number, False
        before = 0
        for view, lines in self._drawn:
            if view.turn.index == number:
                break
            before += len(lines)
        self.scroll_to(y=max(0, before - 1), animate=False, immediate=True, force=True)
        self.refresh()

    def action_events(self) -> None:
        """Show the events of the turn that stands out, or else of the newest."""
        turns = [view.turn for view in self._views]
        turn = next((each for each in turns if each.index == self._turn), None)
        turn = turn or (turns[-1] if turns else None)
        if turn is None:
            return
        items = [turn.user_item_id or "", *(said.item.id for said in turn.said)]
        item_id = next((each for each in items if each), "")
        if item_id:
            self.post_message(self.EventsWanted(item_id))

    def on_click(self, event: events.Click) -> None:
        """A word goes to its events; elsewhere a turn stands out, and a second click opens it."""
        origin = event.style.meta
        turn = self._turn_at(event.y + self.scroll_offset.y)
        if "item" in origin:
            self._turn = turn
            self.post_message(self.EventsWanted(origin["item"], origin["character"]))
        elif turn and turn == self._turn:
            self.action_events()
        else:
            self._turn = turn
        self.refresh()

    def on_resize(self) -> None:
        """Lines are as wide as the pane."""
        self._draw()

    def on_focus(self) -> None:
        """The keys now scroll here."""
        self.refresh()

    def action_follow(self) -> None:
        """Go to the end and follow."""
        self.following, self._turn = True, 0
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
