"""What becomes of a setting of the lab: it is asked for, kept as a preset, copied, or swept."""

from __future__ import annotations

import json

from studio.config.presets import Provenance
from studio.protocol.dialect import Dialect
from studio.protocol.settings import SessionSettings
from studio.ui.screens.tuning_hearing import TuningHearing
from studio.ui.tuning import settings_words


class TuningDeeds(TuningHearing):
    """The keys that do something with the setting under edit."""

    @property
    def _detection(self) -> SessionSettings:
        return SessionSettings(turn_detection=self._tuning.pair.edited.wire)

    def action_apply(self) -> None:
        """Ask the live session for this setting."""
        words = settings_words(self._tuning.pair.edited)
        self._studio.use_settings(self._detection, words)
        self.again()

    def action_save(self) -> None:
        """Keep the setting as a preset."""
        desk, subject = self._studio.desk, self._subject
        if desk is None:
            return
        takes = (subject.name,) if subject is not None and subject.name else ()
        provenance = Provenance("hand", "Turned by hand in the lab.", takes)

        def keep(name: str) -> None:
            if self._tried(lambda: _ignore(desk.presets().save(name, self._detection, provenance))):
                self._say(f"Kept as the preset {name}.")

        self._studio.ask("name", "The preset's name.", "", keep)

    def action_copy_json(self) -> None:
        """Copy the setting as the provider takes it."""
        live = self._studio.live
        dialect = live.draft.plan.dialect if live is not None else Dialect.GA
        self.app.copy_to_clipboard(json.dumps(self._detection.to_wire(dialect), indent=2))
        self._say(f"Copied as the session of a {dialect.value} client.")

    async def action_sweep(self) -> None:
        """Try very many settings on the takes."""
        _ = await self.app.run_action("view('sweep')")


def _ignore(_: object) -> None:
    """What came of a deed is not needed."""
