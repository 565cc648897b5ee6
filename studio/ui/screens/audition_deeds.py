"""What a person does at an audition: hold one, judge, send it to colleagues, use a voice."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.lab.sheet import MOST_STARS
from studio.ui.audition_order import Typed
from studio.ui.audition_table import Arrangement
from studio.ui.choice import Choice
from studio.ui.screens.audition_listening import AuditionListening
from studio.ui.screens.overlays import Chooser, Prompt

if TYPE_CHECKING:
    from studio.lab.sheet import Row
    from studio.runtime.plan import ConnectPlan
    from studio.ui.screens.audition_dialog import Asked

_KEPT = "audition"
_GROUP = "audition"
_NEW, _NEXT = "new", "next"


class AuditionDeeds(AuditionListening):
    """The keys of the audition that change something."""

    def action_new(self) -> None:
        """Fill in the form of a new audition."""
        from studio.ui.screens.audition_dialog import AuditionDialog

        auditions, desk, live = self._auditions, self._studio.desk, self._studio.live
        if auditions is None or desk is None or live is None:
            return
        if self._step is not None:
            key = self._studio.key_of("audition.cancel")
            self.notify(f"One is being held: {key} ends it.", severity="warning", markup=False)
            return
        present = live.draft.plan.provider
        plans = {**live.plans, present: self._present_plan(live.draft.plan)}
        form = AuditionDialog(auditions, plans, present, Typed.kept(desk.kept(_KEPT)))
        _ = self.app.push_screen(form, self._begin)

    def _present_plan(self, plan: ConnectPlan) -> ConnectPlan:
        """The plan of the draft; where the studio's own server runs, its address."""
        live = self._studio.live
        if live is None or plan.provider != "local" or plan.url or not live.is_connected:
            return plan
        known = live.state.connection
        return plan.model_copy(update={"url": known.url}) if known.provider == "local" else plan

    def _begin(self, asked: Asked | None) -> None:
        if asked is not None and self._studio.desk is not None:
            self._studio.desk.keep(_KEPT, asked.typed.as_json())
            self.run_worker(self._held(asked), group=_GROUP, exclusive=True)

    async def _held(self, asked: Asked) -> None:
        """Follow an audition that is held elsewhere; each reading shows as it comes."""
        from studio.ui.auditions import Step

        auditions = self._auditions
        if auditions is None:
            return
        self._step = Step()
        self.again()
        try:
            async with aclosing(auditions.hold(asked.order, asked.plan)) as steps:
                async for step in steps:
                    self._step = step
                    self._open(step.path)
        except StudioError as error:
            self._say(error)
        finally:
            path, self._step = self._step.path, None
            if path:
                self._open(path)

    def action_cancel(self) -> None:
        """End the audition that is held; what was read so far stays."""
        if self._step is not None:
            self.workers.cancel_group(self, _GROUP)

    def action_open(self) -> None:
        """Choose an earlier audition."""
        if self._auditions is None or self._step is not None:
            return
        kept = self._auditions.kept()
        if not kept:
            self.notify("No audition is kept yet.", markup=False)
            return
        choices = [Choice(each.path, each.words, each.aside) for each in kept]
        self._studio.choose(
            Chooser("Auditions", choices, self._path), lambda path: self._open(path or "")
        )

    def _open(self, path: str) -> None:
        """Show a sheet as it is now."""
        if self._auditions is None or not path:
            return
        if path != self._path and self._player is not None:
            self._player.forget()
        if path != self._path:
            self._arranged = Arrangement()
        try:
            self._sheet, self._path = self._auditions.open(path), path
        except StudioError as error:
            self._say(error)
        self.again()

    # Judging

    def action_blind(self) -> None:
        """Hide the names and shuffle the readings, or show them again."""
        if self._sheet is not None and self._sheet.rows:
            arranged = self._arranged
            if arranged.is_blind:
                self._arranged = arranged.revealed()
            else:
                self._arranged = arranged.hidden(self._sheet)
                self._list.forget()
                if self._player is not None:
                    self._player.forget()
            self.again()

    def action_star(self) -> None:
        """Give the reading at the cursor one star more; after three, none."""
        if (row := self._list.row) is not None:
            self._judge(row, stars=(row.stars + 1) % (MOST_STARS + 1))

    def action_note(self) -> None:
        """Note something about the reading at the cursor."""
        if (row := self._list.row) is not None:

            def note(text: str | None) -> None:
                if text is not None and text != row.note:
                    self._judge(row, note=text)

            _ = self.app.push_screen(Prompt("note", "Empty: none.", row.note), note)

    def _judge(self, row: Row, *, stars: int | None = None, note: str | None = None) -> None:
        auditions = self._auditions
        if auditions is None:
            return
        if self._step is not None:
            self.notify("Wait until all are read: the sheet is still written.", markup=False)
            return
        try:
            self._sheet = auditions.judge(self._path, row.key, stars=stars, note=note)
        except StudioError as error:
            self._say(error)
        else:
            self._arranged = self._arranged.with_judged(row.key)
        self.again()

    def action_sort(self, columns: int) -> None:
        """Sort by the next column, or the other way round."""
        if self._arranged.is_blind:
            key = self._studio.key_of("audition.blind")
            self.notify(f"Sorted, they would give themselves away: {key} reveals.", markup=False)
        arranged = self._arranged
        self._arranged = (
            arranged.next_column(columns) if columns else arranged.sorted_by(arranged.by)
        )
        self.again()

    # What comes of it

    def action_export(self) -> None:
        """Write a page with the sound, for colleagues."""
        auditions = self._auditions
        if auditions is None or not self._path:
            return

        def export(to: str | None) -> None:
            if to is not None:
                self._do(lambda: self._written(auditions.export(self._path, to.strip())))

        hint = "A file or a folder; empty: beside the sheet."
        _ = self.app.push_screen(Prompt("write the page to", hint, ""), export)

    def _written(self, file: str) -> None:
        self.notify(f"Written: {file}", markup=False)

    def action_use(self) -> None:
        """Take the voice at the cursor for the live session."""
        from studio.protocol.settings import SessionSettings

        row, sheet, live = self._list.row, self._sheet, self._studio.live
        if row is None or sheet is None or live is None:
            return
        if self._arranged.is_blind:
            key = self._studio.key_of("audition.blind")
            self.notify(f"Its name is hidden: {key} reveals it first.", markup=False)
            return
        voice, provider = row.reading.voice, live.draft.plan.provider
        if provider != sheet.provider:
            words = f"{voice} is a voice of {sheet.provider}; your session is with {provider}."
            self.notify(words, severity="warning", markup=False)
            return
        settings = SessionSettings(voice=voice, speed=row.reading.speed)

        def use(way: str | None) -> None:
            if way is not None:
                self._studio.use_settings(settings, f"Voice {voice} and its speed")
            if way == _NEW:
                self._studio.action_new_session()

        if live.is_connected and "voice" in live.state.settings.locked:
            choices = [
                Choice(_NEW, f"Begin a new session with {voice}"),
                Choice(_NEXT, "Keep it for the next session"),
            ]
            title = "A session that has spoken keeps its voice"
            self._studio.choose(Chooser(title, choices), use)
        else:
            use(_NEXT)
