"""Listening on the lab's screen: to what would be committed of a turn, or from the cursor on."""

from __future__ import annotations

from studio.core.errors import StudioError
from studio.session.speech import input_format
from studio.ui.lab_sound import Source
from studio.ui.present.take_words import stretch_at
from studio.ui.screens.tuning_labels import TuningLabels


class TuningHearing(TuningLabels):
    """The keys that let a take or the session be heard."""

    def action_play(self) -> None:
        """Hear what would be committed of the turn at the cursor, or stop."""
        reading = self._tuning.reading(self._tuning.pair.edits) or self._tuning.reading()
        found = stretch_at(reading, self._at_ms) if reading is not None else None
        if self._stop():
            return
        if found is None:
            self._say("No turn is at the cursor with this setting: nothing would be committed.")
            return
        self._sound(found.start_ms, found.end_ms)

    def action_listen(self) -> None:
        """Hear all from the cursor on, or stop."""
        subject = self._subject
        if not self._stop() and subject is not None:
            self._sound(self._at_ms, subject.duration_ms)

    def _sound(self, begin_ms: float, end_ms: float) -> None:
        live, sound, subject = self._studio.live, self._studio.lab_sound, self._subject
        try:
            source = self._source()
        except StudioError as error:  # the take is gone from under the screen
            self._complain(error)
            return
        if live is None or sound is None or subject is None or source is None:
            return
        if end_ms - begin_ms < 1 or not self._studio.may_sound():
            return
        sound.play(source, begin_ms, min(end_ms, subject.duration_ms), live.draft.plan.speaker)

    def _source(self) -> Source | None:
        subject, takes, live = self._subject, self._takes, self._live
        if subject is None or live is None:
            return None
        if subject.name:
            return Source(takes.file_of(subject.name), is_file=True) if takes is not None else None
        return Source(live.path, is_file=False, audio_format=input_format(live.whole))

    def _stop(self) -> bool:
        """Be silent; whether something sounded."""
        sound = self._studio.lab_sound
        if sound is None or not sound.is_playing:
            return False
        sound.stop()
        return True
