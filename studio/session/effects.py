"""What the fold asks of the runtime, as values: nothing happens until they are performed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.audio.cleaning import Cleaning
from studio.protocol.events import ClientEvent
from studio.protocol.values import AudioPayload


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Send this to the server; the runtime adds the event id."""

    event: ClientEvent


@dataclass(frozen=True, slots=True)
class SendRaw:
    """Send this payload as it is, valid or not."""

    payload: str


@dataclass(frozen=True, slots=True)
class PlayAudio:
    """Queue a piece of an item's audio for the ear."""

    item_id: str
    content_index: int
    payload: AudioPayload


@dataclass(frozen=True, slots=True)
class EndAudio:
    """No more audio will come for this part: when what is queued was heard, playback finished."""

    item_id: str
    content_index: int


@dataclass(frozen=True, slots=True)
class FlushPlayback:
    """Be silent now and report what was heard."""

    reason: Literal["barge-in", "interrupt", "talk-key", "closed"]


@dataclass(frozen=True, slots=True)
class SetMicrophone:
    """Send the microphone's sound (`live`) or silence in its place."""

    live: bool


@dataclass(frozen=True, slots=True)
class OpenSound:
    """Let sound flow through other devices; what is None stays."""

    microphone: str | None
    speaker: str | None


@dataclass(frozen=True, slots=True)
class CleanMicrophone:
    """Clean the microphone's sound like this from now on."""

    cleaning: Cleaning


@dataclass(frozen=True, slots=True)
class Speak:
    """Say words into the virtual microphone."""

    text: str
    voice: str


@dataclass(frozen=True, slots=True)
class CloseConnection:
    """Close the socket."""


Effect = (
    SendEvent
    | SendRaw
    | PlayAudio
    | EndAudio
    | FlushPlayback
    | SetMicrophone
    | OpenSound
    | CleanMicrophone
    | Speak
    | CloseConnection
)
