"""The latency screen: why each turn took as long as it did, and which part to mend first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from typing_extensions import override

from studio.ui.present.waterfall import sheet_lines
from studio.ui.screens.view import ViewScreen
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.waterfall import Waterfall, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from studio.ui.shown import Shown


_FAR = 1_000_000
"""Turns beyond either end of any session."""


class LatencyScreen(ViewScreen):
    """Turns as bars on one axis, the session's figures, and the turn at the cursor in words."""

    scope: ClassVar[str] = "latency"
    title_words: ClassVar[str] = "latency"
    left_out: ClassVar[tuple[str, ...]] = ("view.latency", "view.zoom")
    AUTO_FOCUS: ClassVar[str | None] = "#latency"
    BINDINGS = bindings_of("latency")

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._told: int | None = None
        self._waterfall = Waterfall()
        self._summary = Words("latency-summary")
        self._turn = Words("latency-turn", can_focus=True)

    @override
    def body(self) -> Iterable[Widget]:
        return (self._waterfall.head, self._waterfall, self._summary, self._turn)

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

    @override
    def seen(self, live: Shown) -> tuple[object, ...]:
        from studio.session.turns import turns

        state = live.state
        return (turns(state), state.interruptions, state.sound.echoes, live.is_connected)

    @override
    def facts(self, live: Shown) -> str:
        from studio.session.turns import turns

        count = len(turns(live.state))
        return f"{count} turn" + ("" if count == 1 else "s")

    @override
    def fill(self, live: Shown) -> None:
        from studio.ui.latency_view import rows, summary_of

        self._waterfall.show(rows(live))
        self._summary.say(summary_of(live, self.palette, self.size.width))
        self._fill_turn()

    @on(Waterfall.Moved)
    def _fill_turn(self) -> None:
        from studio.ui.latency_view import sheet_of

        cursor, width = self._waterfall.cursor, self._turn.columns
        sheet = None
        if self._live is not None and cursor is not None:
            sheet = sheet_of(self._live, cursor, self.palette, width)
        lines = [] if sheet is None else sheet_lines(sheet, self.palette, width)
        self._turn.say(lines, from_top=cursor != self._told)
        self._told = cursor
