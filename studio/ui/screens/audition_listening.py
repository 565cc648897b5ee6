"""Listening to the readings of an audition: one at a time, equally loud, and two in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from studio.core.errors import StudioError
from studio.ui.audition_player import AuditionPlayer
from studio.ui.audition_table import Arrangement
from studio.ui.screens.view import ViewScreen
from studio.ui.widgets.audition_list import AuditionList

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from studio.lab.sheet import Row, Sheet
    from studio.runtime.messages import RecordingHeard
    from studio.ui.app import StudioApp
    from studio.ui.auditions import Auditions, Step


class AuditionListening(ViewScreen):
    """A sheet, and the keys that let its readings be heard."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._list = AuditionList(self._sound_of)
        self._sheet: Sheet | None = None
        self._path = ""
        self._arranged = Arrangement()
        self._step: Step | None = None
        self._player: AuditionPlayer | None = None

    @property
    def _studio(self) -> StudioApp:
        from studio.ui.app import StudioApp

        assert isinstance(self.app, StudioApp)
        return self.app

    @property
    def _auditions(self) -> Auditions | None:
        desk = self._studio.desk
        return desk.auditions() if desk is not None else None

    def _sound_of(self, row: Row) -> str:
        """What the ear has to do with a reading."""
        player = self._player
        if player is None:
            return ""
        if row.key == player.key:
            return "plays" if player.is_playing else "last"
        return "before" if row.key == player.before else ""

    @override
    def heard(self, heard: RecordingHeard) -> None:
        """The ear is somewhere in a recording, perhaps one of these."""
        player = self._player
        if player is not None:
            before = (player.is_playing, player.is_virtual)
            if player.heard(heard) and (player.is_playing, player.is_virtual) != before:
                self.again()

    def action_number(self, number: int) -> None:
        """Play the reading of a number key."""
        if (row := self._list.row_of_key(number)) is not None:
            self._list.go_to(row.key)
            self._play(row)

    def action_play(self) -> None:
        """Play the reading at the cursor."""
        if self._list.row is not None:
            self._play(self._list.row)

    def action_again(self) -> None:
        """Stop what plays, or play it once more."""
        player = self._player
        if player is not None and player.is_playing:
            player.stop()
            self.again()
            return
        last = self._sheet.row(player.key) if player is not None and self._sheet else None
        row = last or self._list.row
        if row is not None:
            self._play(row)

    def action_swap(self) -> None:
        """Change to the reading that was played before, at the same words."""
        player, sheet = self._player, self._sheet
        now = sheet.row(player.key) if player is not None and sheet is not None else None
        before = sheet.row(player.before) if player is not None and sheet is not None else None
        if player is None or now is None or before is None:
            self.notify("Play two voices first.", markup=False)
            return
        at_ms = before.ms_at(now.place_at(player.at_ms)) if player.is_playing else 0.0
        self._list.go_to(before.key)
        self._play(before, at_ms)

    def _play(self, row: Row, at_ms: float = 0.0) -> None:
        studio, sheet, auditions = self._studio, self._sheet, self._auditions
        feed, live = studio.feed, studio.live
        if sheet is None or auditions is None or feed is None or live is None:
            return
        if not studio.may_sound():
            return
        if self._player is None:
            self._player = AuditionPlayer(feed, auditions)
        if not self._player.play(self._path, sheet, row, live.draft.plan.speaker, at_ms):
            self.notify("There is no sound of it.", severity="warning", markup=False)
        self.again()

    def on_screen_suspend(self) -> None:
        """Nobody listens any more."""
        if self._player is not None and not self.app.screen.is_modal:
            self._player.stop()

    def _do(self, deed: Callable[[], None]) -> None:
        """Do something, and say so where it cannot be done."""
        try:
            deed()
        except StudioError as error:
            self._say(error)
        self.again()

    def _say(self, error: StudioError) -> None:
        words = error.message + (f"\n→ {error.hint}" if error.hint else "")
        self.notify(words, title=error.title, severity="error", markup=False)
