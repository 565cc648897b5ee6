"""What of an audition sounds: one reading at a time, equally loud, and the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.runtime.messages import PlayRecording

if TYPE_CHECKING:
    from studio.lab.sheet import Row, Sheet
    from studio.runtime.link import Feed
    from studio.runtime.messages import RecordingHeard
    from studio.ui.auditions import Auditions

_FIRST_NUMBER = 1_000_000
"""Recordings and takes have numbers of their own, far from these."""


class AuditionPlayer:
    """Has readings sound.

    Attributes:
        key: of the reading that sounds, or sounded last; empty before any did.
        before: of the one before it.
        at_ms: where the ear is in it.
        is_playing: whether it sounds now.
        is_virtual: whether nobody hears it, since there is no sound card.
    """

    def __init__(self, feed: Feed, auditions: Auditions) -> None:
        self.key = self.before = ""
        self.at_ms = 0.0
        self.is_playing = False
        self.is_virtual = False
        self._feed = feed
        self._auditions = auditions
        self._number = _FIRST_NUMBER

    def play(self, path: str, sheet: Sheet, row: Row, speaker: str, at_ms: float = 0.0) -> bool:
        """Let a reading sound from there on; whether there is sound of it."""
        file = self._auditions.sound(path, row)
        if not file:
            return False
        if row.key != self.key:
            self.key, self.before = row.key, self.key
        self._number += 1
        self.at_ms, self.is_playing = at_ms, True
        self._feed.play_recording(
            PlayRecording(
                number=self._number,
                path=file,
                from_s=at_ms / 1000,
                speaker=speaker,
                is_centred=True,
                is_file=True,
                gain_db=sheet.gain_db(row),
            )
        )
        return True

    def stop(self) -> None:
        """Be silent; the place is kept."""
        if self.is_playing:
            self.is_playing = False
            self._feed.stop_recording()

    def heard(self, heard: RecordingHeard) -> bool:
        """The ear is there, as far as that is of what was played last; whether it is."""
        if heard.number != self._number:
            return False
        self.is_virtual = heard.is_virtual
        if heard.is_over:
            self.is_playing, self.at_ms = False, 0.0
        else:
            self.at_ms = heard.at * 1000
        return True

    def forget(self) -> None:
        """Another sheet is shown: its readings are others."""
        self.stop()
        self.key = self.before = ""
        self.at_ms = 0.0
