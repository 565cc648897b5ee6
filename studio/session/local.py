"""What happens on this machine, as values: wishes of the person at the keys, devices, playback.

They stand in the log beside the wire's events, so that a replay knows what the live session knew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from studio.audio.cleaning import Cleaning
from studio.protocol.dialect import Dialect
from studio.protocol.settings import SessionSettings

Direction = Literal["input", "output"]
Severity = Literal["error", "warning", "info"]


class Local(BaseModel):
    """A happening on this machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ConnectWanted(Local):
    """The person wants a session; `settings` are asked of the server once it greets.

    `microphone` and `speaker` are names as in `ConnectPlan`.
    """

    type: Literal["local.connect"] = "local.connect"
    provider: str
    url: str
    model: str
    dialect: Dialect
    settings: SessionSettings
    microphone: str = ""
    speaker: str = ""
    cleaning: Cleaning = Cleaning()


class DisconnectWanted(Local):
    """The person wants the session to end."""

    type: Literal["local.disconnect"] = "local.disconnect"


class ConnectionOpened(Local):
    """The socket is open; the server has not greeted yet."""

    type: Literal["local.connection.opened"] = "local.connection.opened"


class ConnectionFailed(Local):
    """The socket could not be opened."""

    type: Literal["local.connection.failed"] = "local.connection.failed"
    title: str
    message: str
    hint: str = ""
    wait_s: float | None = None


class ConnectionClosed(Local):
    """The socket closed, by whichever side."""

    type: Literal["local.connection.closed"] = "local.connection.closed"
    code: int
    reason: str = ""
    message: str = ""
    expected: bool = False


class SettingsAsked(Local):
    """The person wants these settings, whole; the fold sends the smallest update."""

    type: Literal["local.settings"] = "local.settings"
    settings: SessionSettings


class MuteSet(Local):
    """The microphone is muted or not; muted, silence is sent."""

    type: Literal["local.mute"] = "local.mute"
    muted: bool


class TalkKeySet(Local):
    """The push-to-talk key went down or up; up commits the turn where the server does not."""

    type: Literal["local.talk_key"] = "local.talk_key"
    held: bool


class InterruptWanted(Local):
    """The person wants the assistant to be quiet."""

    type: Literal["local.interrupt"] = "local.interrupt"


class TextWanted(Local):
    """The person typed a user message."""

    type: Literal["local.text"] = "local.text"
    text: str


class SpeakWanted(Local):
    """Words for the virtual microphone, spoken by a local voice."""

    type: Literal["local.speak"] = "local.speak"
    text: str
    voice: str = ""


class ToolAnswered(Local):
    """The output of a function call, from a person or from a program."""

    type: Literal["local.tool_output"] = "local.tool_output"
    call_id: str
    output: str


class SendWanted(Local):
    """The person wrote a client event by hand; a text is sent as it is, whatever it holds."""

    type: Literal["local.send"] = "local.send"
    payload: dict[str, Any] | str


class SoundWanted(Local):
    """The person wants another microphone or speaker, or its sound cleaned otherwise.

    Names are those of `ConnectPlan`; what is None stays as it is. The same name again means that
    the cards are looked for anew.
    """

    type: Literal["local.sound"] = "local.sound"
    microphone: str | None = None
    speaker: str | None = None
    cleaning: Cleaning | None = None


class DeviceOpened(Local):
    """Sound flows through a device or its virtual stand-in."""

    type: Literal["local.device.opened"] = "local.device.opened"
    direction: Direction
    name: str
    virtual: bool
    rate_hz: int
    latency_ms: float = 0.0


class DeviceFailed(Local):
    """A device could not be opened, or went away."""

    type: Literal["local.device.failed"] = "local.device.failed"
    direction: Direction
    name: str
    message: str
    hint: str = ""


class LocalSpeechStarted(Local):
    """The local VAD heard speech begin in the sent audio, `audio_ms` of it into the session."""

    type: Literal["local.speech.started"] = "local.speech.started"
    audio_ms: int


class LocalSpeechStopped(Local):
    """The local VAD heard speech end; `audio_ms` is where the silence began, not the decision."""

    type: Literal["local.speech.stopped"] = "local.speech.stopped"
    audio_ms: int
    stopped_at: float
    """Session seconds at which that sample was at the microphone."""


class CallerSaid(Local):
    """The virtual microphone speaks these words: what a recogniser ought to hear."""

    type: Literal["local.caller.said"] = "local.caller.said"
    text: str
    audio_ms: int


class PlaybackStarted(Local):
    """The first sample of an item's audio reached the ear at session second `heard_at`.

    `device_ms` of the way there were the card's own, after it took the sample.
    """

    type: Literal["local.playback.started"] = "local.playback.started"
    item_id: str
    content_index: int
    heard_at: float
    device_ms: float = 0.0


class PlaybackFinished(Local):
    """All audio of an item that had arrived has been heard, and no more will come."""

    type: Literal["local.playback.finished"] = "local.playback.finished"
    item_id: str
    content_index: int
    played_ms: float


class PlaybackFlushed(Local):
    """Playback of an item was cut: what was heard of it, of what had arrived, in ms."""

    type: Literal["local.playback.flushed"] = "local.playback.flushed"
    item_id: str
    content_index: int
    played_ms: float
    received_ms: float
    reason: Literal["barge-in", "interrupt", "talk-key", "closed"]


class PlaybackSilenced(Local):
    """The card went silent at session second `silent_at`, after playback was cut."""

    type: Literal["local.playback.silenced"] = "local.playback.silenced"
    silent_at: float


class EchoScored(Local):
    """How much of what the server took for speech was the speaker's own sound.

    `score` is the peak of the normalised correlation, 0 to 1, of the audio that was sent with what
    was played, and `lag_ms` how much later it was in the microphone.
    """

    type: Literal["local.echo"] = "local.echo"
    item_id: str
    audio_start_ms: int
    score: float
    lag_ms: float


class LinkMeasured(Local):
    """A WebSocket ping's way there and back is `rtt_ms`, as of lately."""

    type: Literal["local.link"] = "local.link"
    rtt_ms: float


class AudioDropped(Local):
    """Audio was lost before it was sent or heard, and why."""

    type: Literal["local.audio.dropped"] = "local.audio.dropped"
    direction: Direction
    lost_ms: float
    reason: str


class ProblemSeen(Local):
    """Something on this machine that the person ought to know."""

    type: Literal["local.problem"] = "local.problem"
    severity: Severity
    title: str
    message: str
    hint: str = ""


class SessionEnded(Local):
    """The end marker: the log is whole up to here."""

    type: Literal["local.end"] = "local.end"
    reason: str = ""


LocalEvent = Annotated[
    ConnectWanted
    | DisconnectWanted
    | ConnectionOpened
    | ConnectionFailed
    | ConnectionClosed
    | SettingsAsked
    | MuteSet
    | TalkKeySet
    | InterruptWanted
    | TextWanted
    | SpeakWanted
    | ToolAnswered
    | SendWanted
    | SoundWanted
    | DeviceOpened
    | DeviceFailed
    | LocalSpeechStarted
    | LocalSpeechStopped
    | CallerSaid
    | PlaybackStarted
    | PlaybackFinished
    | PlaybackFlushed
    | PlaybackSilenced
    | EchoScored
    | LinkMeasured
    | AudioDropped
    | ProblemSeen
    | SessionEnded,
    Field(discriminator="type"),
]
"""Any happening on this machine."""

LOCAL_EVENTS: Mapping[str, type[Local]] = {
    each.model_fields["type"].default: each for each in get_args(get_args(LocalEvent)[0])
}
"""The classes of local events by their type."""


def read_local(text: str) -> LocalEvent:
    """A local event of its JSON.

    Raises:
        ValueError: it is none that this version knows.
    """
    return cast("LocalEvent", _class_of(from_json(text)).model_validate_json(text))


def local_of(values: object) -> LocalEvent:
    """A local event of its JSON, parsed.

    Raises:
        ValueError: it is none that this version knows.
    """
    return cast("LocalEvent", _class_of(values).model_validate(values))


def _class_of(values: object) -> type[Local]:
    kind = values.get("type") if isinstance(values, dict) else None
    if not isinstance(kind, str) or kind not in LOCAL_EVENTS:
        raise ValueError("not a local event of a known type")
    return LOCAL_EVENTS[kind]
