"""What is known of a session: frozen slices that share what did not change.

Widgets compare slices with `is`. Times are session seconds (`Envelope.at`) unless a name ends in
`_ms`, which then counts audio. They are structs of msgspec and not dataclasses, because every event
replaces several: a copy of the state with two fields changed takes 0.5 µs instead of 8.7.
`msgspec.structs.replace` makes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from studio.audio.cleaning import Cleaning
from studio.core.persistent import Register, Series
from studio.protocol.dialect import Dialect
from studio.protocol.settings import SessionSettings
from studio.protocol.values import RateLimit, Usage
from studio.session.local import Severity


class Connection(Struct, frozen=True):
    """The socket and the session behind it."""

    phase: Literal["idle", "connecting", "open", "closed", "failed"] = "idle"
    provider: str = ""
    url: str = ""
    model: str = ""
    dialect: Dialect = Dialect.GA
    session_id: str = ""
    expires_at: int | None = None
    """Unix seconds at which the server ends the session."""
    wanted_at: float | None = None
    opened_at: float | None = None
    greeted_at: float | None = None
    closed_at: float | None = None
    close_code: int | None = None
    close_reason: str = ""


class PendingUpdate(Struct, frozen=True):
    """A `session.update` that the server has not answered."""

    event_id: str
    fields: tuple[str, ...]
    sent_at: float
    seq: int = 0


class RefusedUpdate(Struct, frozen=True):
    """A `session.update` that the server refused, in its words."""

    fields: tuple[str, ...]
    message: str
    code: str
    at: float
    seqs: tuple[int, ...] = ()
    """The update and the error."""


class Epoch(Struct, frozen=True):
    """Settings in force from session second `since`: echoed, or asked where none are echoed."""

    since: float
    settings: SessionSettings


class Settings(Struct, frozen=True):
    """What was asked and what the server echoed; what it does is seen by `session.observed`."""

    asked: SessionSettings = field(default_factory=SessionSettings)
    echoed: SessionSettings | None = None
    epochs: Series[Epoch] = field(default_factory=Series)
    """What was in force one after the other."""
    detecting_since: float = 0.0
    """Session seconds since when the echoed turn detection is as it is."""
    pending: tuple[PendingUpdate, ...] = ()
    refused: RefusedUpdate | None = None
    """The latest of `refusals`."""
    refusals: Series[RefusedUpdate] = field(default_factory=Series)
    locked: frozenset[str] = frozenset()
    """Fields that this session cannot change any more, such as `model`, `voice`."""


class Part(Struct, frozen=True):
    """A part of an item's content. `text` is its text or its transcript."""

    type: str
    text: str = ""
    done: bool = False
    image_url: str = ""


Transcription = Literal["none", "pending", "streaming", "completed", "failed"]


class Item(Struct, frozen=True):
    """A conversation item as far as it has come."""

    id: str
    type: str = "message"
    role: str = ""
    status: str = ""
    parts: tuple[Part, ...] = ()
    previous_id: str | None = None
    response_id: str = ""
    added_at: float = 0.0
    added_seq: int = 0
    done_at: float | None = None
    transcription: Transcription = "none"
    transcription_seq: int = 0
    """The event that completed its transcription, or told that it failed."""
    transcription_error: str = ""
    transcription_usage: Usage | None = None
    """What recognising the words took, which is billed apart from the responses."""
    truncated_ms: int | None = None
    deleted: bool = False
    name: str = ""
    call_id: str = ""
    arguments: str = ""
    output: str = ""
    in_order: bool = False
    """Whether it has its place in `Items.order`: those of out-of-band responses have none."""

    @property
    def text(self) -> str:
        """All words of the item."""
        return " ".join(part.text for part in self.parts if part.text)


class Items(Struct, frozen=True):
    """The conversation: items by id, and their order by `previous_item_id`."""

    order: Series[str] = field(default_factory=Series)
    """Ids in conversation order; items of out-of-band responses stand in `by_id` alone."""
    by_id: Register[str, Item] = field(default_factory=Register)
    followers: Register[str, int] = field(default_factory=Register)
    """How many items name this one as their `previous_id`."""
    root_wanted: int = 0
    """Items that we asked to be put first and that the server has not added."""


class Response(Struct, frozen=True):
    """A response as far as it has come; times are those at which its events arrived."""

    id: str
    status: str = "in_progress"
    reason: str = ""
    error: str = ""
    asked_at: float | None = None
    """When we sent the `response.create` that made it; None for one that the server began."""
    created_at: float = 0.0
    created_seq: int = 0
    first_delta_at: float | None = None
    first_delta_seq: int = 0
    first_audio_at: float | None = None
    first_audio_seq: int = 0
    done_at: float | None = None
    done_seq: int = 0
    item_ids: tuple[str, ...] = ()
    usage: Usage | None = None
    in_conversation: bool = True
    rtt_ms: float | None = None
    """The round trip to the service, as last measured when it began."""
    muted: bool = False
    """Its late audio is not played: it was interrupted."""


class Responses(Struct, frozen=True):
    """All responses in the order in which they began."""

    by_id: Register[str, Response] = field(default_factory=Register)
    by_item: Register[str, str] = field(default_factory=Register)
    """The first of the responses that an item is an output of."""
    active: str = ""
    """The in-progress response of the default conversation."""
    create_queued: bool = False
    """A `response.create` waits for the active response to end."""
    awaited_since: float | None = None
    """When the `response.create` was sent whose response has not begun."""
    awaited_id: str = ""
    """The event id of that `response.create`, once it is known."""
    unwanted: bool = False
    """The person interrupted before the awaited response began: it is cancelled when it does."""

    @property
    def busy(self) -> bool:
        """Whether a `response.create` sent now would be refused."""
        return bool(self.active) or self.awaited_since is not None


class SpeechSpan(Struct, frozen=True):
    """A stretch of user speech, in ms of audio sent and in session seconds.

    The server's spans carry the seconds at which its news arrived. A local span's `stopped_at` is
    when its last sample of speech was at the microphone, which no detector knows before some
    silence has passed.
    """

    start_ms: int
    started_at: float
    end_ms: int | None = None
    stopped_at: float | None = None
    item_id: str = ""
    timed_out: bool = False
    started_seq: int = 0
    stopped_seq: int = 0


class Speech(Struct, frozen=True):
    """The user's speech as the server reported it and as the local VAD heard it.

    The microphone is live while the talk key is held, and else wherever the server takes turns by
    itself and the person has not muted it; silence is sent in its place otherwise.
    """

    server: Series[SpeechSpan] = field(default_factory=Series)
    local: Series[SpeechSpan] = field(default_factory=Series)
    sent_bytes: int = 0
    muted: bool = False
    talk_key: bool = False
    held_from_bytes: int = 0
    """`sent_bytes` when the talk key went down."""
    input_device: str = ""
    input_is_virtual: bool = False


CutReason = Literal["barge-in", "interrupt", "talk-key"]


class Hush(Struct, frozen=True):
    """The user took the floor: by speaking (`item_id` is what they say), or by a key."""

    reason: CutReason
    at: float
    item_id: str = ""


class Mark(Struct, frozen=True):
    """More words of a part came after audio: `characters` and `received_bytes` before them."""

    characters: int
    received_bytes: int


PartId = tuple[str, int]
"""An item's id, and the index of a part of its content."""


class Head(Struct, frozen=True):
    """What was received and heard of one audio part."""

    item_id: str
    content_index: int
    response_id: str = ""
    received_bytes: int = 0
    all_received: bool = False
    heard_at: float | None = None
    """Session second at which its first sample was heard."""
    device_ms: float = 0.0
    """How long that sample was on its way within the card."""
    marks: tuple[Mark, ...] = ()
    pace: float = 1.0
    """How slowly the voice speaks, by what it said before: audio ms per ms of `spoken_words`."""
    ended_at: float | None = None
    played_ms: float | None = None
    """What was heard in all, known once playback finished or was cut."""
    cut: str = ""
    """Why it was cut, empty where it was not."""
    heard_seq: int = 0
    ended_seq: int = 0
    dry_ms: float = 0.0
    """How long the ear waited within it at least, since the next piece came too late."""
    dry_seqs: tuple[int, ...] = ()
    """The pieces that came too late."""

    @property
    def part(self) -> PartId:
        """Which part it is of."""
        return self.item_id, self.content_index


class Playback(Struct, frozen=True):
    """Audio parts in the order in which they arrived."""

    by_part: Register[PartId, Head] = field(default_factory=Register)
    unended: tuple[PartId, ...] = ()
    """Those that were not heard to their end, nor cut."""
    hush: Hush | None = None
    """The latest time that a voice was stopped, or a reply before its first sound."""
    output_device: str = ""
    output_is_virtual: bool = False

    @property
    def heads(self) -> Series[Head]:
        """All heads in their order."""
        return self.by_part.series


class Interruption(Struct, frozen=True):
    """One audio part that was stopped: what there was of it, and what the server made of that.

    Attributes:
        reason: the user spoke, or pressed a key.
        speech_at: `speech_started` arrived, or the key was pressed.
        flushed_at: the queue was emptied.
        silent_at: the card was silent; None until that is known.
        speech_item_id: the item that the user's words become; empty where a key was pressed.
        generated_ms: all the audio of the part that ever arrived, also after the cut.
        received_ms: what had arrived at the cut.
        played_ms: what had been heard at the cut.
        requested_at: `conversation.item.truncate` was sent; None where there was no need for it.
        requested_ms: where it asked to cut.
        request_id: its event id.
        applied_at: the server's `conversation.item.truncated` arrived.
        applied_ms: where the server says that it cut.
        refused: the server's words where it refused.
        benign: whether the refusal is a race that the protocol cannot avoid and harms nothing.
    """

    reason: CutReason
    item_id: str
    content_index: int
    flushed_at: float
    received_ms: float
    played_ms: float
    generated_ms: float
    speech_at: float | None = None
    silent_at: float | None = None
    speech_item_id: str = ""
    requested_at: float | None = None
    requested_ms: int | None = None
    request_id: str = ""
    applied_at: float | None = None
    applied_ms: int | None = None
    refused: str = ""
    benign: bool = False
    flushed_seq: int = 0
    requested_seq: int = 0
    applied_seq: int = 0


class Echo(Struct, frozen=True):
    """How much of what the server took for speech was the speaker's own sound.

    `score` is 0 for another voice and 1 for the speaker's; `lag_ms` is how much later it was in the
    microphone.
    """

    item_id: str
    audio_start_ms: int
    score: float
    lag_ms: float
    at: float
    seq: int = 0


class Sound(Struct, frozen=True):
    """What was chosen of microphone, speaker and cleaning, and what was measured of the path.

    `microphone` and `speaker` are names as in `ConnectPlan`, empty until one is chosen.
    """

    microphone: str = ""
    speaker: str = ""
    cleaning: Cleaning = field(default_factory=Cleaning)
    echoes: Register[str, Echo] = field(default_factory=Register)
    """By the item that the speech became."""
    likely_echo_at: float | None = None
    """When the latest of those was scored that were likely the speaker's own sound."""
    rtt_ms: float | None = None
    """The latest round trip to the service."""


class ToolCall(Struct, frozen=True):
    """A function call and its answer."""

    call_id: str
    item_id: str
    response_id: str
    name: str
    arguments: str
    asked_at: float
    output: str | None = None
    answered_at: float | None = None


class Tools(Struct, frozen=True):
    """Calls by their ids, in the order in which they were made."""

    calls: Register[str, ToolCall] = field(default_factory=Register)
    open: tuple[str, ...] = ()
    """Those that have no answer."""


class Totals(Struct, frozen=True):
    """Tokens so far; cached tokens are a part of the input tokens."""

    input_text: int = 0
    input_audio: int = 0
    input_image: int = 0
    cached_text: int = 0
    cached_audio: int = 0
    cached_image: int = 0
    output_text: int = 0
    output_audio: int = 0
    transcription_seconds: float = 0.0
    transcription_tokens: int = 0
    responses: int = 0


class Problem(Struct, frozen=True):
    """Something that went wrong, in words, with the envelope that told it."""

    seq: int
    at: float
    severity: Severity
    title: str
    message: str
    hint: str = ""
    code: str = ""
    benign: bool = False
    """A harmless race that the protocol cannot avoid."""
    wait_s: float | None = None
    """How long the service asks to wait, where it says so beside the words."""


class SessionState(Struct, frozen=True):
    """Everything that is known of one session."""

    connection: Connection = field(default_factory=Connection)
    settings: Settings = field(default_factory=Settings)
    items: Items = field(default_factory=Items)
    responses: Responses = field(default_factory=Responses)
    speech: Speech = field(default_factory=Speech)
    playback: Playback = field(default_factory=Playback)
    interruptions: Register[PartId, Interruption] = field(default_factory=Register)
    sound: Sound = field(default_factory=Sound)
    tools: Tools = field(default_factory=Tools)
    totals: Totals = field(default_factory=Totals)
    rate_limits: Mapping[str, RateLimit] = field(default_factory=dict)
    problems: Series[Problem] = field(default_factory=Series)
    last_seq: int = 0
    last_at: float = 0.0
    ended: bool = False
