"""The sound of a stored session on the screen: what the worker is told to play, and what it hears.

It compares what ought to sound with what it has told, so that no key has to think of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.audio.stretch import FASTEST_VOICE, SLOWEST_VOICE
from studio.export.placed import Placed
from studio.protocol.values import StoredAudio
from studio.runtime.messages import PlayRecording

if TYPE_CHECKING:
    from studio.runtime.link import Feed
    from studio.runtime.messages import RecordingHeard
    from studio.session.envelope import Envelope
    from studio.ui.replayed import Replayed

FASTEST = 4.0
"""The speed beyond which nobody could follow what is said."""


_AHEAD_S, _WORTH_S = 0.5, 1.0
"""How soon before what was told ends more is told, where that is at least so long."""


def play_event(feed: Feed, path: str, envelope: Envelope, speaker: str) -> None:
    """Have the audio of one event of a session's folder sound once."""
    event = envelope.event
    for name in ("audio", "delta"):
        kept = getattr(event, name, None)
        if isinstance(kept, StoredAudio):
            span = kept.span
            placed = (Placed(span.offset, span.bytes, 0.0),)
            is_input = span.track == "input"
            feed.play_recording(
                PlayRecording(
                    number=0,
                    path=path,
                    input=placed if is_input else (),
                    output=() if is_input else placed,
                    speaker=speaker,
                    is_centred=True,
                )
            )


class ReplaySound:
    """Has a stored session sound.

    Attributes:
        is_on: whether the person wants to hear it.
    """

    def __init__(self, feed: Feed) -> None:
        self.is_on = True
        self._feed = feed
        self._number = 0
        self._told: tuple[object, ...] | None = None
        self._is_virtual = False
        self._until = 0.0
        self._parts = 0

    def follow(self, replayed: Replayed | None, speaker: str) -> None:
        """Tell the worker what ought to sound now, where that is not what it was told."""
        wanted = self._wanted(replayed, speaker)
        if wanted == self._told:
            return
        if wanted is not None and replayed is not None:
            placed = replayed.placement()
            self._number += 1
            self._until = replayed.end
            self._feed.play_recording(
                PlayRecording(
                    number=self._number,
                    path=replayed.path,
                    input=placed.input,
                    output=placed.output,
                    from_s=replayed.head.at,
                    speed=replayed.head.speed,
                    speaker=speaker,
                )
            )
            replayed.head.wait()
        elif self._told is not None:
            self._feed.stop_recording()
        self._told = wanted

    def heard(self, heard: RecordingHeard, replayed: Replayed) -> None:
        """The ear is there, as far as that is of what was told last."""
        if heard.number == self._number and self._told is not None:
            self._is_virtual = heard.is_virtual
            replayed.heard(heard)

    def _wanted(self, replayed: Replayed | None, speaker: str) -> tuple[object, ...] | None:
        """What ought to sound: another value for each leap of the play-head, and for more of it."""
        if replayed is None:
            return None
        silence = self._silence(replayed)
        replayed.sound = silence or self._remark(replayed.head.speed)
        if silence or not replayed.head.is_playing:
            return None
        if self._told is not None and self._is_more(replayed):
            self._parts += 1
        return replayed, replayed.head.leaps, self._parts, speaker

    def _is_more(self, replayed: Replayed) -> bool:
        """Whether what was told is all but heard, and more was written since."""
        head = replayed.head
        left_s = (self._until - head.at) / head.speed
        is_due = left_s <= _AHEAD_S and replayed.is_ready
        return is_due and replayed.end >= head.at + _WORTH_S

    def _silence(self, replayed: Replayed) -> str:
        """Why nothing is to sound; empty where something is."""
        if not self.is_on:
            return "without sound"
        if replayed.head.speed > FASTEST:
            return f"silent beyond {FASTEST:g}×"
        sounds = (
            self._told is not None and self._told[0] is replayed
        )  # and goes on: it grew a little
        return "" if replayed.is_ready or sounds else "silent while it is read"

    def _remark(self, speed: float) -> str:
        """What there is to know of what sounds."""
        if self._is_virtual:
            return "silent: no sound card"
        keeps_pitch = SLOWEST_VOICE <= speed <= FASTEST_VOICE
        return "" if keeps_pitch else "the pitch follows the speed"
