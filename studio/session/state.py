"""What is known of a session: frozen slices that share what did not change.

Widgets compare slices with `is`. Times are session seconds (`Envelope.at`) unless a name ends in
`_ms`, which then counts audio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from studio.protocol.dialect import Dialect
from studio.protocol.settings import SessionSettings
from studio.protocol.values import RateLimit, Usage
from studio.session.local import Severity


@dataclass(frozen=True, slots=True)
class Connection:
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


@dataclass(frozen=True, slots=True)
class PendingUpdate:
    """A `session.update` that the server has not answered."""

    event_id: str
    fields: tuple[str, ...]
    sent_at: float


@dataclass(frozen=True, slots=True)
class RefusedUpdate:
    """A `session.update` that the server refused, in its words."""

    fields: tuple[str, ...]
    message: str
    code: str
    at: float


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked and what the server echoed; what it does is seen by `session.observed`."""

    asked: SessionSettings = field(default_factory=SessionSettings)
    echoed: SessionSettings | None = None
    detecting_since: float = 0.0
    """Session seconds since when the echoed turn detection is as it is."""
    pending: tuple[PendingUpdate, ...] = ()
    refused: RefusedUpdate | None = None
    locked: frozenset[str] = frozenset()
    """Fields that this session cannot change any more, such as `model`, `voice`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an item's content. `text` is its text or its transcript."""

    type: str
    text: str = ""
    done: bool = False
    audio_bytes: int = 0
    image_url: str = ""


Transcription = Literal["none", "pending", "streaming", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class Item:
    """A conversation item as far as it has come."""

    id: str
    type: str = "message"
    role: str = ""
    status: str = ""
    parts: tuple[Part, ...] = ()
    previous_id: str | None = None
    response_id: str = ""
    added_at: float = 0.0
    done_at: float | None = None
    transcription: Transcription = "none"
    transcription_error: str = ""
    truncated_ms: int | None = None
    deleted: bool = False
    name: str = ""
    call_id: str = ""
    arguments: str = ""
    output: str = ""

    @property
    def text(self) -> str:
        """All words of the item."""
        return " ".join(part.text for part in self.parts if part.text)


@dataclass(frozen=True, slots=True)
class Items:
    """The conversation: items by id, and their order by `previous_item_id`."""

    order: tuple[str, ...] = ()
    """Ids in conversation order; items of out-of-band responses stand in `by_id` alone."""
    by_id: Mapping[str, Item] = field(default_factory=dict)
    root_wanted: int = 0
    """Items that we asked to be put first and that the server has not added."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response as far as it has come; times are those at which its events arrived."""

    id: str
    status: str = "in_progress"
    reason: str = ""
    error: str = ""
    asked_at: float | None = None
    """When we sent the `response.create` that made it; None for one that the server began."""
    created_at: float = 0.0
    first_delta_at: float | None = None
    first_audio_at: float | None = None
    done_at: float | None = None
    item_ids: tuple[str, ...] = ()
    usage: Usage | None = None
    in_conversation: bool = True
    muted: bool = False
    """Its late audio is not played: it was interrupted."""


@dataclass(frozen=True, slots=True)
class Responses:
    """All responses in the order in which they began."""

    order: tuple[str, ...] = ()
    by_id: Mapping[str, Response] = field(default_factory=dict)
    active: str = ""
    """The in-progress response of the default conversation."""
    create_queued: bool = False
    """A `response.create` waits for the active response to end."""
    awaited_since: float | None = None
    """When the `response.create` was sent whose response has not begun."""
    awaited_id: str = ""
    """The event id of that `response.create`, once it is known."""

    @property
    def busy(self) -> bool:
        """Whether a `response.create` sent now would be refused."""
        return bool(self.active) or self.awaited_since is not None


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch of user speech, in ms of audio sent and in session seconds.

    The server's spans carry the seconds at which its news arrived. A local span's `stopped_at` is
    when its last sample of speech was sent, which no detector knows before some silence has passed.
    """

    start_ms: int
    started_at: float
    end_ms: int | None = None
    stopped_at: float | None = None
    item_id: str = ""
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Speech:
    """The user's speech as the server reported it and as the local VAD heard it.

    The microphone is live while the talk key is held, and else wherever the server takes turns by
    itself and the person has not muted it; silence is sent in its place otherwise.
    """

    server: tuple[SpeechSpan, ...] = ()
    local: tuple[SpeechSpan, ...] = ()
    sent_bytes: int = 0
    muted: bool = False
    talk_key: bool = False
    held_from_bytes: int = 0
    """`sent_bytes` when the talk key went down."""
    input_device: str = ""
    input_is_virtual: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What was received and heard of one audio part."""

    item_id: str
    content_index: int
    response_id: str = ""
    received_bytes: int = 0
    all_received: bool = False
    heard_at: float | None = None
    """Session second at which its first sample was heard."""
    ended_at: float | None = None
    played_ms: float | None = None
    """What was heard in all, known once playback finished or was cut."""
    cut: str = ""
    """Why it was cut, empty where it was not."""


@dataclass(frozen=True, slots=True)
class Playback:
    """Audio parts in the order in which they arrived."""

    heads: tuple[Head, ...] = ()
    output_device: str = ""
    output_is_virtual: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function call and its answer."""

    call_id: str
    item_id: str
    response_id: str
    name: str
    arguments: str
    asked_at: float
    output: str | None = None
    answered_at: float | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """Calls in the order in which they were made."""

    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
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


@dataclass(frozen=True, slots=True)
class Problem:
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


@dataclass(frozen=True, slots=True)
class SessionState:
    """Everything that is known of one session."""

    connection: Connection = field(default_factory=Connection)
    settings: Settings = field(default_factory=Settings)
    items: Items = field(default_factory=Items)
    responses: Responses = field(default_factory=Responses)
    speech: Speech = field(default_factory=Speech)
    playback: Playback = field(default_factory=Playback)
    tools: Tools = field(default_factory=Tools)
    totals: Totals = field(default_factory=Totals)
    rate_limits: Mapping[str, RateLimit] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    last_seq: int = 0
    last_at: float = 0.0
    ended: bool = False
