"""Effects performed: the one place where what the fold asks for becomes real.

Nothing here waits: frames are handed over, samples are queued, and what cannot be done at once
(closing, synthesising words) is asked of the task that owns it. What an effect makes happen comes
back as happenings for the loop to fold next.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, assert_never

from studio.protocol.codec import decode_client, encode_client
from studio.protocol.events import ClientEvent
from studio.runtime.inbox import Happening
from studio.session.effects import (
    CleanMicrophone,
    CloseConnection,
    Effect,
    EndAudio,
    FlushPlayback,
    OpenSound,
    PlayAudio,
    SendEvent,
    SendRaw,
    SetMicrophone,
    Speak,
)
from studio.session.envelope import Origin
from studio.session.local import PlaybackFlushed, ProblemSeen

if TYPE_CHECKING:
    from studio.audio.playout import Heard
    from studio.core.ids import IdSource
    from studio.protocol.values import AudioPayload
    from studio.runtime.line import Line
    from studio.runtime.mouth import Mouth
    from studio.runtime.plan import ConnectPlan


class Player(Protocol):
    """What plays audio parts: `runtime.output.Output`, or a bare speaker."""

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Queue a piece of a part, in the wire's format."""
        ...

    def end(self, item_id: str, content_index: int) -> None:
        """No more will come for this part."""
        ...

    def flush(self) -> list[Heard]:
        """Be silent now; tells every part that was not wholly heard."""
        ...


@dataclass(slots=True)
class Performer:
    """What effects act on.

    Attributes:
        plan: whose dialect and provider words are sent in.
        ids: where event ids come from.
        speaker: what plays.
        line: what frames are handed to.
        mouth: what speaks into the microphone.
        change_sound: is asked for other devices, or another cleaning.
        is_microphone_live: whether the microphone's sound is sent, or silence in its place.
    """

    plan: ConnectPlan
    ids: IdSource
    speaker: Player
    line: Line
    mouth: Mouth
    change_sound: Callable[[OpenSound | CleanMicrophone], None] = lambda _effect: None
    is_microphone_live: bool = True

    def perform(self, effect: Effect) -> tuple[Happening, ...]:
        """Do it; returns what happened by it."""
        match effect:
            case SendEvent(event):
                return self.send(event)
            case SendRaw(payload):
                return self._hand_over(payload)
            case PlayAudio(item_id, content_index, payload):
                self.speaker.play(item_id, content_index, audio_bytes(payload))
            case EndAudio(item_id, content_index):
                self.speaker.end(item_id, content_index)
            case FlushPlayback():
                return self._flushed(effect)
            case SetMicrophone(live):
                self.is_microphone_live = live
            case OpenSound() | CleanMicrophone():
                self.change_sound(effect)
            case Speak(text, voice):
                self.mouth.say(text, voice)
            case CloseConnection():
                self.line.hang_up()
            case _:
                assert_never(effect)
        return ()

    def send(self, event: ClientEvent) -> tuple[Happening, ...]:
        """Hand an event over, with an id where it has none; it has happened then."""
        if event.event_id is None:
            event = event.model_copy(update={"event_id": self.ids.new("event")})
        return self._hand_over(encode_client(event, self.plan.dialect))

    def _hand_over(self, text: str) -> tuple[Happening, ...]:
        connection = self.line.connection
        if connection is None:
            problem = ProblemSeen(
                severity="warning",
                title="Not sent",
                message="There is no open connection.",
                hint="Connect first.",
            )
            return (Happening(Origin.LOCAL, problem),)
        connection.send(text)
        # Read back as the log will read it, so that live and replay fold the same value.
        return (Happening(Origin.CLIENT, decode_client(text, self.plan.dialect), text),)

    def _flushed(self, effect: FlushPlayback) -> tuple[Happening, ...]:
        return tuple(
            Happening(
                Origin.LOCAL,
                PlaybackFlushed(
                    item_id=part.item_id,
                    content_index=part.content_index,
                    played_ms=part.played_ms,
                    received_ms=part.received_ms,
                    reason=effect.reason,
                ),
            )
            for part in self.speaker.flush()
        )


def audio_bytes(payload: AudioPayload) -> bytes:
    """The sound in a payload; nothing where it is not base64, or kept in a track."""
    if not isinstance(payload, str):
        return b""
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        return b""
