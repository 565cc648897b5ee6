"""The turn view: the session as turns, what was found in them, and lanes of all that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal
from typing_extensions import override

from studio.ui.desktop import Desktop
from studio.ui.present.turn_rows import FindingRow, TurnRow, note_lines, sheet_lines
from studio.ui.screens.over_time import OverTime
from studio.ui.spending import TurnCosts
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.timeline import Lanes
from studio.ui.widgets.turn_list import TurnList
from studio.ui.widgets.waterfall import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from studio.session.turns import Turn
    from studio.ui.desk import Desk
    from studio.ui.present.turn_rows import ListRow
    from studio.ui.shown import Shown

_NO_TURN = (
    "The lanes below fill as soon as sound flows: what the microphone hears, how much of it is "
    "speech, what the server makes of it, and what is heard of the answer."
)


class TurnsScreen(OverTime):
    """A list of turns, a sheet about the one at the cursor, and the lanes under both."""

    scope: ClassVar[str] = "turns"
    title_words: ClassVar[str] = "turns"
    left_out: ClassVar[tuple[str, ...]] = ("view.turns", "view.zoom")
    AUTO_FOCUS: ClassVar[str | None] = "#turns"
    BINDINGS = bindings_of("turns")

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._list = TurnList()
        self._sheet = Words("turn-sheet")
        self._lanes = Lanes()
        self._told: object = None
        self._costs = TurnCosts()
        self._cell = 0
        self._reading: Shown | None = None
        self._session: tuple[object, ...] = ()
        self._has_begun = False
        self._began_at: float | None = None  # until the session moves on, or the hand does

    @override
    def body(self) -> Iterable[Widget]:
        return (Horizontal(self._list, self._sheet, id="turns-top"), self._lanes)

    def on_screen_suspend(self) -> None:
        """Nobody looks: no track is read for it."""
        self._reading = None
        self.workers.cancel_group(self, "curves")

    @property
    def _desktop(self) -> Desktop:
        assert isinstance(self.app, Desktop)
        return self.app

    # What is drawn

    @override
    def seen(self, live: Shown) -> tuple[object, ...]:
        from studio.session.turns import turns

        self._read_curves(live)
        state = live.whole
        return (
            live, turns(state), live.curves, state.settings.refusals, state.speech.server,
            state.speech.local, state.responses, state.playback, state.sound.echoes,
            live.is_connected, self._cell_of_now(live),
        )  # fmt: skip

    def _cell_of_now(self, live: Shown) -> int:
        """The same number while nothing moves that is as wide as a cell."""
        moves = live.is_connected or live.is_recording
        cell = int(live.now / self._lanes.window.cell_s) if moves else 0
        if cell != self._cell:
            self._cell = cell
        return self._cell

    def _read_curves(self, live: Shown) -> None:
        """Have the tracks read of a session that nobody reads yet: a recording reads its own."""
        desk = self._desktop.desk
        if desk is None or live is self._reading or live.is_recording:
            return
        self._reading = live
        self.run_worker(self._follow_curves(desk, live), group="curves", exclusive=True)

    async def _follow_curves(self, desk: Desk, live: Shown) -> None:
        from studio.ui.curves import follow_curves

        async for curves in follow_curves(desk, live):
            live.curves = curves

    @override
    def facts(self, live: Shown) -> str:
        findings = sum(isinstance(row, FindingRow) for row in self._list.rows)
        count = len(self._list.rows) - findings
        return ", ".join((_count(count, "turn"), _count(findings, "finding")))

    @override
    def fill(self, live: Shown) -> None:
        from studio.ui.turns_view import list_rows, timeline

        session = (live, live.sessions)
        if session != self._session:
            self._session = session
            self._list.forget()
            self._lanes.forget()
            self._has_begun = False
        recording = live.recording
        self._list.show(list_rows(live), is_reading=recording is not None and recording.ready < 1)
        self._lanes.show(timeline(live))
        if recording is not None and recording.ready >= 1 and not self._has_begun:
            self._begin(live.now)
        elif self._began_at is not None and self._began_at != live.now:
            self._began_at = None
            self._lanes.follow()
        if live.is_recording and self._lanes.following:
            self._list.select(live.now)
        self._fill_sheet()

    def _begin(self, now: float) -> None:
        """A session that is whole is looked at from what was found first."""
        self._has_begun = True
        self._list.begin()
        if isinstance(self._list.row, FindingRow):
            self._lanes.go(self._list.row.at)
            self._began_at = now

    def _fill_sheet(self) -> None:
        from studio.ui.turns_view import sheet_of, turn_of

        row, width = self._list.row, self._sheet.columns
        sheet = None
        if self._live is not None and row is not None:
            turn = turn_of(self._live, row)
            cost = self._costs.of(self._live, turn) if turn is not None else None
            if turn is not None and self._costs.is_due(self._live, turn):
                self._ask_cost(self._live, turn)
            sheet = sheet_of(self._live, row, cost)
        lines = note_lines(_NO_TURN, self.palette, width)
        if sheet is not None:
            lines = sheet_lines(sheet, self.palette, width)
        key = row.key if isinstance(row, FindingRow) else row.number if row else None
        self._sheet.say(lines, from_top=key != self._told)
        self._told = key

    def _ask_cost(self, live: Shown, turn: Turn) -> None:
        """What the turn at the cursor cost is told as soon as it is known."""
        desk = self._desktop.desk
        if desk is not None:
            self._take_cost(desk, live, turn)

    @work(group="cost", exclusive=True)
    async def _take_cost(self, desk: Desk, live: Shown, turn: Turn) -> None:
        await self._costs.ask(desk.shelf(), live, turn)
        self._fill_sheet()

    # Moving

    @on(TurnList.Moved)
    def _row_moved(self) -> None:
        self._began_at = None
        row = self._list.row
        if isinstance(row, FindingRow):
            self._lanes.close_in(row.at)
        elif row is not None:
            self._lanes.go(row.at)
        self._fill_sheet()

    @on(Lanes.Moved)
    def _cursor_moved(self, event: Lanes.Moved) -> None:
        self._began_at = None
        self._list.select(event.at)
        self._fill_sheet()

    def action_move(self, rows: int) -> None:
        """Move to another row of the list."""
        self._list.move(rows)

    def action_find(self, step: int) -> None:
        """Go to the next finding, or the one before."""
        if not self._list.find(step):
            self.notify("Nothing was found that one would mend.", markup=False)

    def action_step(self, cells: int) -> None:
        """Move the cursor over time."""
        self._lanes.step(cells)

    def action_fit_turn(self) -> None:
        """Show the turn at the cursor whole."""
        number = self._list.row.number if self._list.row is not None else None
        turns = [row for row in self._list.rows if isinstance(row, TurnRow)]
        own = next((at for at, row in enumerate(turns) if row.number == number), None)
        if own is None:
            return
        is_last = own + 1 == len(turns)
        end = self._end_of(turns[own]) if is_last else turns[own + 1].at
        self._lanes.fit(turns[own].at, max(end, turns[own].at))

    def _end_of(self, row: TurnRow) -> float:
        from studio.ui.turns_view import end_of

        return end_of(self._live, row) if self._live is not None else row.at

    def action_fit_all(self) -> None:
        """Show the whole session."""
        self._lanes.fit_all()

    def action_first(self) -> None:
        """Go to the first row and the beginning."""
        self._list.select(0.0)
        self._lanes.go(0.0)
        self._fill_sheet()

    def action_follow(self) -> None:
        """Go to the end and follow."""
        self._list.follow()
        self._lanes.follow()
        self._fill_sheet()

    def action_read(self, pages: int) -> None:
        """Scroll the sheet."""
        self._sheet.scroll_relative(y=pages * (self._sheet.size.height - 1), animate=False)

    def action_events(self) -> None:
        """Show the event that the row at the cursor begins with."""
        from studio.ui.turns_view import first_seq

        row: ListRow | None = self._list.row
        seq = first_seq(self._live, row) if self._live is not None and row is not None else 0
        if seq:
            self.action_prove(seq)
        else:
            self.notify("No event is known of it.", markup=False)

    def action_prove(self, seq: int) -> None:
        """Show an event that proves something."""
        self._desktop.show_event(seq)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
