"""What a person does with a sweep: choose what is tried, run it, and use what it found."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from studio.config.presets import Provenance
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.augment import variants_of
from studio.lab.by_words import eagernesses_of
from studio.lab.grid import grid_of
from studio.lab.weighing import percent
from studio.protocol.dialect import Dialect
from studio.ui.choice import Choice
from studio.ui.present.sweep_plan import grid_words
from studio.ui.screens.overlays import Chooser, Prompt
from studio.ui.screens.view import ViewScreen
from studio.ui.sweep_cursor import at_cursor
from studio.ui.sweeps import SweepWish
from studio.ui.talking import Talking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from studio.lab.verdicts import Found, Lost
    from studio.ui.sweep_cursor import AtCursor
    from studio.ui.sweeps import SweepFile, Sweeps, TakeSet
    from studio.vad.segmenter import SegmenterSettings

_FILES: Mapping[SweepFile, str] = {
    "html": "a page for colleagues",
    "json": "all figures as JSON",
    "csv": "every setting as a row",
}
_CHANGES = (
    "noise:10dB pink:10dB babble:10dB gain:-12dB g711 room:0.4s, apart by spaces; + does both"
)
_GRID = (
    "threshold / silence / prefix, each a list such as 200,300 or 200:1000:100; then, if wanted, "
    "/ low,medium,high of semantic_vad"
)


class SweepDeeds(ViewScreen):
    """The keys of the sweep that do something."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._wish = SweepWish()
        self._sets: Sequence[TakeSet] = ()
        self._found: Found | None = None
        self._progress: tuple[float, str] | None = None
        self._fault: tuple[str, ...] = ()
        self._lost: tuple[int, Sequence[Lost]] | None = None
        self._page = self._doubt = 0
        self._eagerness: int | None = None

    @property
    def _studio(self) -> Talking:
        assert isinstance(self.app, Talking)
        return self.app

    @property
    def _sweeps(self) -> Sweeps | None:
        desk = self._studio.desk
        return desk.sweeps() if desk is not None else None

    @property
    def _index(self) -> int:
        """The place of the setting at the cursor."""
        raise NotImplementedError

    @property
    def _is_doubting(self) -> bool:
        """Whether the page of doubtful places is shown."""
        raise NotImplementedError

    @property
    def _at_cursor(self) -> AtCursor | None:
        """The setting at the cursor."""
        found = self._found
        return None if found is None else at_cursor(found, self._index, self._eagerness)

    @property
    def _takes_words(self) -> str:
        known = next((each for each in self._sets if each.takes == self._wish.takes), None)
        if known is not None:
            return f"{known.label} ({known.aside})"
        return one_line(" ".join(self._wish.takes), 60) or "none yet"

    @override
    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if (sweeps := self._sweeps) is not None:
            self.run_worker(self._read_sets(sweeps), group="sets", exclusive=True)

    async def _read_sets(self, sweeps: Sweeps) -> None:
        self._sets = await sweeps.sets()

    # What is tried

    def action_takes(self) -> None:
        """Choose the takes."""
        choices = [Choice(str(at), each.label, each.aside) for at, each in enumerate(self._sets)]
        choices.append(Choice("", "others…", "type names, patterns or tags"))

        def done(value: str | None) -> None:
            if value:
                self._wish = replace(self._wish, takes=self._sets[int(value)].takes)
            elif value is not None:
                held = " ".join(self._wish.takes)
                self._ask("takes", "Names, patterns such as shipped/*, tag:TAG.", held, named)

        def named(text: str) -> None:
            self._wish = replace(self._wish, takes=tuple(text.split()))

        held = [at for at, each in enumerate(self._sets) if each.takes == self._wish.takes]
        self._studio.choose(Chooser("Which takes", choices, str(held[0]) if held else ""), done)

    def action_grid(self) -> None:
        """Choose the settings that are tried."""

        def done(text: str) -> None:
            lists = [each.strip() for each in text.split("/")]
            if len(lists) > 4:
                raise StudioError("There are four lists.", title="Not taken", hint=_GRID)
            threshold, silence, prefix, eagerness = (*lists, "", "", "", "")[:4]
            _ = grid_of(threshold, silence, prefix)
            by_words = ",".join(eagernesses_of(eagerness))
            self._wish = replace(
                self._wish,
                threshold=threshold,
                silence=silence,
                prefix=prefix,
                eagerness=by_words,
            )

        held = (*grid_words(self._wish), self._wish.eagerness)
        self._ask("settings", _GRID, " / ".join(each for each in held if each), done)

    def action_changes(self) -> None:
        """Choose what is done to the takes."""

        def done(text: str) -> None:
            words = text.replace(",", " ").split()
            variants = variants_of(words)
            self._wish = replace(self._wish, changes=tuple(map(str, variants[1:])))

        self._ask("changes", _CHANGES, " ".join(self._wish.changes), done)

    def action_budget(self) -> None:
        """Choose how many turns may be lost."""

        def done(text: str) -> None:
            try:
                share = float(text.replace("%", " ")) / 100
            except ValueError:
                share = -1.0
            if not 0 <= share <= 1:
                raise StudioError("That is not from 0 to 100 %.", title="Not taken")
            self._wish = replace(self._wish, budget=share)

        held = percent(self._wish.budget)
        self._ask("may lose", "Percent of the turns, cut off, missed or merged.", held, done)

    def _ask(self, label: str, hint: str, value: str, then: Callable[[str], None]) -> None:
        """Have a line typed, which may be empty; a mistake is told."""

        def done(text: str | None) -> None:
            if text is None:
                return
            try:
                then(text)
            except StudioError as mistake:
                self._complain(mistake)

        _ = self.app.push_screen(Prompt(label, hint, value), done)

    # Running it

    def action_run(self) -> None:
        """Try the settings on the takes."""
        self._begin(self._wish)

    def action_search(self) -> None:
        """Look for the best around what these settings find."""
        self._begin(replace(self._wish, searches=True))

    def _begin(self, wish: SweepWish) -> None:
        sweeps = self._sweeps
        if sweeps is None:
            self._fault = ("There are no takes here.",)
        elif self._progress is None:
            self._progress, self._fault = (0.0, "listening"), ()
            self.run_worker(self._run(sweeps, wish), group="sweep", exclusive=True)

    async def _run(self, sweeps: Sweeps, wish: SweepWish) -> None:
        def progress(share: float, words: str) -> None:
            self._progress = (share, words)

        try:
            found = await sweeps.run(wish, progress)
        except StudioError as fault:
            self._fault = (f"{fault.title}: {fault.message}", "", fault.hint)
            self._found = None
        else:
            if found is None:
                key = self._studio.key_of("sweep.run")
                self.notify(f"Stopped. {key} goes on from there.", markup=False)
            else:
                self._found, self._lost = found, None
                self._page = self._doubt = 0
                self._eagerness = found.by_words.best if found.by_words is not None else None
        finally:
            self._progress = None

    @override
    def action_leave(self) -> None:
        """Stop the sweep that runs; else go back."""
        if self._progress is not None and self._sweeps is not None:
            self._sweeps.stop()
        else:
            super().action_leave()

    def _look_up(self, index: int) -> None:
        """Find out which turns a setting loses, once the cursor rests on it."""
        sweeps, found = self._sweeps, self._found
        if sweeps is None or found is None or (self._lost is not None and self._lost[0] == index):
            return
        look = self._read_lost(sweeps, found, index)
        self.run_worker(look, group="lost", exclusive=True)

    async def _read_lost(self, sweeps: Sweeps, found: Found, index: int) -> None:
        lost = await sweeps.lost(found.weighed.grid.at(index))
        if self._index == index and self._found is found:
            self._lost = index, lost

    # Using it

    def action_apply(self) -> None:
        """Ask the live session for the setting at the cursor."""
        if (chosen := self._at_cursor) is None:
            self._say_nothing_tried()
            return
        words = f"{chosen.words[:1].upper()}{chosen.words[1:]}:"
        self._studio.use_settings(chosen.session, words)

    def action_save(self) -> None:
        """Keep the setting at the cursor as a preset."""
        chosen, found, desk = self._at_cursor, self._found, self._studio.desk
        if chosen is None or found is None:
            self._say_nothing_tried()
            return
        if desk is None:
            return
        provenance = Provenance("sweep", chosen.origin, found.takes)

        def save(name: str) -> None:
            kept = desk.presets().save(name, chosen.session, provenance)
            self.notify(f"Kept as {kept.name}.", markup=False)

        self._ask("name", "The preset's name.", chosen.name, save)

    def action_copy_json(self) -> None:
        """Copy the setting at the cursor as the provider's `session`."""
        if (chosen := self._at_cursor) is None:
            self._say_nothing_tried()
            return
        live = self._studio.live
        dialect = live.draft.plan.dialect if live is not None else Dialect.GA
        wire = chosen.session.to_wire(dialect)
        self.app.copy_to_clipboard(json.dumps(wire, indent=2))
        self.notify(f"Copied as the session of a {dialect.value} client.", markup=False)

    def action_export(self) -> None:
        """Write the sweep to a file."""
        sweeps = self._sweeps
        if self._found is None:
            self._say_nothing_tried()
            return
        if sweeps is None:
            return
        choices = [Choice(name, name, words) for name, words in _FILES.items()]

        def chosen(value: str | None) -> None:
            for name in _FILES:
                if name == value:
                    self._ask_file(sweeps, name)

        self._studio.choose(Chooser("Write the sweep as", choices), chosen)

    def _ask_file(self, sweeps: Sweeps, to: SweepFile) -> None:
        hint = "A file; one that is there is replaced."
        self._ask("write to", hint, f"sweep.{to}", lambda file: self._write(sweeps, to, file))

    def _write(self, sweeps: Sweeps, to: SweepFile, file: str) -> None:
        async def write() -> None:
            try:
                self.notify(await sweeps.write(to, file), markup=False)
            except StudioError as fault:
                self._complain(fault)

        self.run_worker(write(), group="write")

    async def action_listen(self) -> None:
        """Open the place that is doubtful, or that the setting at the cursor loses, in the lab."""
        found = self._found
        if found is None:
            self._say_nothing_tried()
            return
        place, settings = self._place_to_hear(found)
        if place is None:
            self.notify("No take is named here.", severity="warning", markup=False)
            return
        await self._open_take(place, settings)

    def _place_to_hear(
        self, found: Found
    ) -> tuple[Lost | None, tuple[SegmenterSettings, SegmenterSettings | None]]:
        """Where to listen, and the settings that are of two minds there, or lose the turn."""
        chosen, here = found.weighed.settings, found.weighed.grid.at(self._index)
        if not self._is_doubting and self._lost is not None and self._lost[0] == self._index:
            _, places = self._lost
            if places:
                return places[0], (here, chosen if here != chosen else None)
        if not found.doubts:
            return None, (here, None)
        doubt = found.doubts[self._doubt]
        return doubt.here, (chosen, doubt.settings)

    async def _open_take(
        self, place: Lost, settings: tuple[SegmenterSettings, SegmenterSettings | None]
    ) -> None:
        from studio.ui.screens.tuning import TuningScreen

        _ = await self.app.run_action("view('lab')")
        if isinstance(self.app.screen, TuningScreen):
            self.app.screen.show_take(place.take, place.at_ms / 1000, *settings)

    def _say_nothing_tried(self) -> None:
        key = self._studio.key_of("sweep.run")
        self.notify(f"Nothing was tried yet: {key} begins.", markup=False)

    def _complain(self, fault: StudioError) -> None:
        words = fault.message + (f"\n→ {fault.hint}" if fault.hint else "")
        self.notify(words, title=fault.title, severity="error", markup=False)
