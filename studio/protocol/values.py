"""The nested values of the wire: items, parts, responses, usage, errors; lenient by design."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_EXACT = 2**53


def _whole(value: object) -> object:
    return round(value) if isinstance(value, float) and abs(value) < _EXACT else value


def _zero_for_null(value: object) -> object:
    return 0 if value is None else value


def _nothing_for_null(value: object) -> object:
    return () if value is None else value


def _null_unless_object(value: object) -> object:
    return None if isinstance(value, str) else value


Integer = Annotated[int, Field(ge=-_EXACT, le=_EXACT)]
"""A whole number that every JSON reader holds exactly, so that arithmetic on it cannot fail."""

Milliseconds = Annotated[Integer, BeforeValidator(_whole)]
"""Whole milliseconds; look-alike services send fractions, which are rounded."""

TokenCount = Annotated[Integer, BeforeValidator(_zero_for_null)]
"""How many tokens; null where a service does not count them."""


class Value(BaseModel):
    """A frozen value from the wire that keeps the fields it does not know.

    What checks it is built when the first one of its class comes: there are a hundred classes, and
    a start needs a few.
    """

    model_config = ConfigDict(
        frozen=True, extra="allow", populate_by_name=True, allow_inf_nan=False, defer_build=True
    )


class AudioSpan(Value):
    """Where a payload's decoded bytes lie in a session's audio track."""

    track: Literal["input", "output"]
    offset: int = Field(ge=0)
    bytes: int = Field(ge=0)


class StoredAudio(Value):
    """What stands in a session log in place of base64 audio."""

    span: AudioSpan = Field(alias="$audio")


AudioPayload = str | StoredAudio
"""Base64 as it crossed the wire, or the place in a track where its bytes are kept."""


def payload_bytes(payload: AudioPayload) -> int:
    """How many audio bytes a payload holds, without decoding it."""
    if isinstance(payload, StoredAudio):
        return payload.span.bytes
    return len(payload) * 3 // 4 - payload[-2:].count("=")


class ContentPart(Value):
    """A part of an item's content, in GA words (`output_text`, `output_audio`, `input_…`)."""

    type: str = ""
    text: str | None = None
    transcript: str | None = None
    audio: str | None = None
    image_url: str | None = None


class Item(Value):
    """A conversation item: a message, a call, its output, or an MCP item."""

    id: str = ""
    type: str = "message"
    role: str | None = None
    status: str | None = None
    content: Annotated[tuple[ContentPart, ...], BeforeValidator(_nothing_for_null)] = ()
    name: str | None = None
    call_id: str | None = None
    arguments: str | None = None
    output: str | tuple[dict[str, Any], ...] | None = None


class Conversation(Value):
    """A conversation's id."""

    id: str | None = None


class ErrorDetail(Value):
    """What was refused; `event_id` names the client event, where it carried one."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    message: str = ""
    type: str | None = None
    code: str | None = None
    param: str | None = None
    event_id: str | None = None


class StatusDetails(Value):
    """Why a response ended as it did."""

    type: str | None = None
    reason: str | None = None
    error: ErrorDetail | None = None


class CachedTokens(Value):
    """Cached tokens by kind; part of the input tokens, not beside them."""

    text_tokens: TokenCount = 0
    audio_tokens: TokenCount = 0
    image_tokens: TokenCount = 0


class InputTokens(Value):
    """Input tokens by kind; `cached_tokens` is a part of them."""

    text_tokens: TokenCount = 0
    audio_tokens: TokenCount = 0
    image_tokens: TokenCount = 0
    cached_tokens: TokenCount = 0
    cached_tokens_details: CachedTokens | None = None


class OutputTokens(Value):
    """Output tokens by kind; `reasoning_tokens` is a part of the text tokens."""

    text_tokens: TokenCount = 0
    audio_tokens: TokenCount = 0
    reasoning_tokens: TokenCount = 0


class Usage(Value):
    """Tokens of a response, or tokens or seconds of a transcription."""

    type: str | None = None
    total_tokens: TokenCount = 0
    input_tokens: TokenCount = 0
    output_tokens: TokenCount = 0
    input_token_details: InputTokens | None = None
    output_token_details: OutputTokens | None = None
    seconds: float | None = None


class Response(Value):
    """A response, as far as it has come."""

    id: str | None = None
    status: str | None = None
    status_details: Annotated[StatusDetails | None, BeforeValidator(_null_unless_object)] = None
    output: Annotated[tuple[Item, ...], BeforeValidator(_nothing_for_null)] = ()
    usage: Usage | None = None
    conversation_id: str | None = None
    metadata: dict[str, Any] | None = None
    output_modalities: tuple[str, ...] | None = None


class RateLimit(Value):
    """One limit and what is left of it."""

    name: str = ""
    limit: Integer | None = None
    remaining: Integer | None = None
    reset_seconds: float | None = None
