"""The latency screen: why each turn took as long as it did, and which part to mend first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.screen import Screen
from typing_extensions import override

from studio.ui.present.palette import Palette, palette_from
from studio.ui.present.waterfall import sheet_lines
from studio.ui.widgets.bars import Bar, Keys
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.waterfall import Waterfall, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult

    from studio.ui.live import Live


_FAR = 1_000_000
"""Turns beyond either end of any session."""

_NOT_HERE = ("view.latency", "view.zoom")


class LatencyScreen(Screen[None]):
    """Turns as bars on one axis, the session's figures, and the turn at the cursor in words."""

    AUTO_FOCUS: ClassVar[str | None] = "#latency"
    BINDINGS = bindings_of("latency")

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap
        self._live: Live | None = None
        self._seen: tuple[object, ...] = ()
        self._told: int | None = None
        self._title = Bar("latency-title")
        self._waterfall = Waterfall()
        self._summary = Words("latency-summary")
        self._turn = Words("latency-turn", can_focus=True)
        self._keys = Keys("latency-keys")

    @override
    def compose(self) -> ComposeResult:
        yield self._title
        yield self._waterfall.head
        yield self._waterfall
        yield self._summary
        yield self._turn
        yield self._keys

    def on_mount(self) -> None:
        """Another theme draws all anew."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._again())

    def on_resize(self, _event: events.Resize) -> None:
        """Lines are made for the width there is."""
        self.call_after_refresh(self._again)

    def on_screen_resume(self) -> None:
        """The first picture."""
        self.call_after_refresh(self._again)

    def action_leave(self) -> None:
        """Go back to the live screen."""
        _ = self.app.pop_screen()

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._waterfall.move(rows)

    def action_first(self) -> None:
        """Go to the first turn."""
        self._waterfall.move(-_FAR)

    def action_follow(self) -> None:
        """Go to the newest turn and follow."""
        self._waterfall.move(_FAR)

    def action_read(self, pages: int) -> None:
        """Scroll the words about the turn at the cursor."""
        self._turn.scroll_relative(y=pages * (self._turn.size.height - 1), animate=False)

    def action_slowest(self) -> None:
        """Go to the turn that took longest."""
        self._waterfall.go_to_slowest()

    def _again(self) -> None:
        self._seen = ()
        if self._live is not None:
            self.show(self._live)

    @property
    def _palette(self) -> Palette:
        return palette_from(self.app.theme_variables)

    def show(self, live: Live) -> None:
        """Draw what changed since the last look."""
        from studio.session.turns import turns

        self._live = live
        if not self.is_mounted:
            return
        state = live.state
        seen = (turns(state), state.interruptions, state.sound.echoes, live.is_connected)
        if len(seen) == len(self._seen) and all(map(_is, seen, self._seen)):
            return
        self._seen = seen
        self._fill(live)

    def _fill(self, live: Live) -> None:
        from studio.ui.latency_view import rows, summary_of

        palette, width = self._palette, self.size.width
        shown = rows(live)
        self._waterfall.show(shown)
        self._summary.say(summary_of(live, palette, width))
        self._fill_turn()
        title = Text(" latency", f"bold {palette.accent}", no_wrap=True)
        count = f"{len(shown)} turn" + ("" if len(shown) == 1 else "s")
        words = f"{count}   esc goes back "
        title.append(" " * max(1, width - title.cell_len - len(words)))
        self._title.show(title.append(words, palette.muted))
        labels = {"session.connect": "disconnect"} if live.is_connected else {}
        self._keys.mark("latency", self._keymap, labels, left_out=_NOT_HERE)

    @on(Waterfall.Moved)
    def _fill_turn(self) -> None:
        from studio.ui.latency_view import sheet_of

        cursor, width = self._waterfall.cursor, self._turn.columns
        sheet = None
        if self._live is not None and cursor is not None:
            sheet = sheet_of(self._live, cursor, self._palette, width)
        lines = [] if sheet is None else sheet_lines(sheet, self._palette, width)
        self._turn.say(lines, from_top=cursor != self._told)
        self._told = cursor


def _is(one: object, other: object) -> bool:
    return one is other
