"""The presets: named settings, what the one at the cursor would change, and where it comes from."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from typing_extensions import override

from studio.config.presets import ENDING, Provenance
from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.settings import SessionSettings
from studio.ui.choice import Choice
from studio.ui.present.presets import fault_lines, preset_lines, told_lines
from studio.ui.screens.overlays import Chooser, Prompt
from studio.ui.screens.view import ViewScreen
from studio.ui.talking import Talking
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.preset_list import PresetList
from studio.ui.widgets.waterfall import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from textual.widget import Widget

    from studio.ui.presets import Presets
    from studio.ui.shown import Shown

_EMPTY = (
    "No preset is kept yet.",
    "",
    "A preset is settings under a name, with where they come from: s keeps those of the moment, "
    "the lab's sweeps keep what they recommend, I takes in a file of a colleague or a provider's "
    "session as JSON.",
)
_NO_DESK = ("There are no presets here.",)

_KINDS: Mapping[str, tuple[str, ...]] = {
    "turn detection": ("turn_detection",),
    "voice": ("voice", "speed"),
    "turn detection and voice": ("turn_detection", "voice", "speed"),
    "every setting": (),
}
"""What of the settings a preset can be made of; nothing stands for all of them."""


class PresetsScreen(ViewScreen):
    """A list of presets over a sheet about one of them."""

    scope: ClassVar[str] = "presets"
    title_words: ClassVar[str] = "presets"
    plays: ClassVar[bool] = False
    left_out: ClassVar[tuple[str, ...]] = (
        "view.presets", "view.zoom", "session.mute", "session.talk", "session.text",
        "session.speak", "session.connect", "session.interrupt",
    )  # fmt: skip
    AUTO_FOCUS: ClassVar[str | None] = "#presets"
    BINDINGS = bindings_of("presets")

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._list = PresetList()
        self._sheet = Words("preset-sheet")
        self._told: object = None

    @override
    def body(self) -> Iterable[Widget]:
        return (Vertical(self._list, self._sheet, id="presets-body"),)

    @override
    def on_screen_resume(self) -> None:
        if self._presets is not None:
            self._presets.look()
        super().on_screen_resume()

    @property
    def _studio(self) -> Talking:
        assert isinstance(self.app, Talking)
        return self.app

    @property
    def _presets(self) -> Presets | None:
        desk = self._studio.desk
        return desk.presets() if desk is not None else None

    @property
    def _settings(self) -> SessionSettings:
        """The settings under edit."""
        live = self._studio.live
        return live.draft.settings if live is not None else SessionSettings()

    # What is drawn

    @override
    def seen(self, live: Shown) -> tuple[object, ...]:
        presets = self._presets
        return (presets and presets.entries, presets and presets.faults, self._settings)

    @override
    def facts(self, live: Shown) -> str:
        count = len(self._presets.entries) if self._presets is not None else 0
        return f"{count} preset{'' if count == 1 else 's'}" if count else ""

    @override
    def fill(self, live: Shown) -> None:
        presets, settings = self._presets, self._settings
        entries = presets.entries if presets is not None else ()
        holding = {each.name for each in entries if each.over(settings) == settings}
        self._list.show(entries, holding)
        self._list.set_class(not entries, "-empty")
        self._fill_sheet()

    @on(PresetList.Moved)
    def _fill_sheet(self) -> None:
        palette, width = self.palette, self._sheet.columns
        presets, preset = self._presets, self._list.preset
        if preset is not None:
            lines = preset_lines(preset, self._settings, palette, width)
        else:
            lines = told_lines(_NO_DESK if presets is None else _EMPTY, palette, width)
        faults = tuple(presets.faults) if presets is not None else ()
        lines += fault_lines(faults, palette, width)
        key = preset.name if preset is not None else None
        self._sheet.say(lines, from_top=key != self._told)
        self._told = key

    # What is done

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._list.move(rows)

    def action_read(self, pages: int) -> None:
        """Scroll the words about the preset."""
        self._sheet.scroll_relative(y=pages * (self._sheet.size.height - 1), animate=False)

    def action_apply(self) -> None:
        """Lay the preset at the cursor over the settings of the live session."""
        if (preset := self._list.preset) is not None:
            self._studio.use_settings(preset.settings, f"The settings of {preset.name}")
            self.again()

    def action_keep(self) -> None:
        """Keep the settings of the moment, or a part of them, as a preset."""
        choices = [Choice(name, name) for name in _KINDS]
        self._studio.choose(Chooser("Keep as a preset", choices), self._name_it)

    def _name_it(self, kind: str | None) -> None:
        if kind is None:
            return
        settings = _part(self._settings, _KINDS[kind])
        if not settings.model_fields_set:
            self.notify(f"Nothing is set of {kind}.", severity="warning", markup=False)
            return
        provenance = Provenance("hand", f"The {kind} of the config pane.")

        def keep(name: str) -> None:
            self._do(lambda presets: self._go_to(presets.save(name, settings, provenance).name))

        self._studio.ask("name", "The preset's name.", "", keep)

    def action_rename(self) -> None:
        """Give the preset at the cursor another name."""
        if (preset := self._list.preset) is not None:

            def rename(name: str) -> None:
                self._do(lambda presets: presets.rename(preset.name, name))
                self._go_to(name)

            self._studio.ask("name", "", preset.name, rename)

    def action_note(self) -> None:
        """Note something about the preset at the cursor."""
        if (preset := self._list.preset) is None:
            return

        def note(text: str | None) -> None:
            if text is not None:
                self._do(lambda presets: presets.note(preset.name, text))

        _ = self.app.push_screen(Prompt("note", "", preset.note), note)

    def action_delete(self) -> None:
        """Take the preset at the cursor away."""
        if (preset := self._list.preset) is not None:
            self._do(lambda presets: presets.delete(preset.name))
            back = self._studio.key_of("presets.undo")
            self.notify(f"{preset.name} is deleted. {back} brings it back.", markup=False)

    def action_undo(self) -> None:
        """Take the last deed back."""

        def undo(presets: Presets) -> None:
            words = presets.undo()
            self.notify(f"Taken back: {words}." if words else "Nothing to take back.", markup=False)

        self._do(undo)

    def action_export(self) -> None:
        """Write the preset at the cursor to a file."""
        if (preset := self._list.preset) is not None:

            def export(file: str) -> None:
                self._do(lambda presets: self._written(presets.export(preset.name, file)))

            hint = "A file, or the folder that it goes into."
            self._studio.ask("write to", hint, f"{preset.name}{ENDING}", export)

    def _written(self, file: str) -> None:
        self.notify(f"Written: {file}", markup=False)

    def action_take_in(self) -> None:
        """Keep the preset, or the provider's session, that a file holds."""

        def take_in(file: str) -> None:
            self._do(lambda presets: self._go_to(presets.take_in(file).name))

        hint = "A preset, or a provider's session or turn_detection as JSON."
        self._studio.ask("file", hint, str(PurePath("~")), take_in)

    def action_copy(self) -> None:
        """Copy the preset as the `session` object of the provider's dialect."""
        import json

        live = self._studio.live
        if (preset := self._list.preset) is None:
            return
        dialect = live.draft.plan.dialect if live is not None else Dialect.GA
        self.app.copy_to_clipboard(json.dumps(preset.settings.to_wire(dialect), indent=2))
        self.notify(f"Copied as the session of a {dialect.value} client.", markup=False)

    def _go_to(self, name: str) -> None:
        self._list.go_to(" ".join(name.split()))

    def _do(self, deed: Callable[[Presets], None]) -> None:
        """Do something to the presets, and say so where it cannot be done."""
        if (presets := self._presets) is None:
            return
        try:
            deed(presets)
        except StudioError as error:
            words = error.message + (f"\n→ {error.hint}" if error.hint else "")
            self.notify(words, title=error.title, severity="error", markup=False)
        self.again()


def _part(settings: SessionSettings, names: tuple[str, ...]) -> SessionSettings:
    """What the settings state of these fields; of all but their kind where none is named."""
    stated = settings.model_fields_set - {"kind"}
    kept = stated & set(names) if names else stated
    fields = {name: getattr(settings, name) for name in kept}
    return SessionSettings.model_construct(_fields_set=set(kept), **fields)
