"""Every event of the Realtime wire as a frozen value, in the GA dialect's words.

The beta dialect is translated into these at the codec. Fields that are not named here are kept
(`model_extra`). Source: the types of the `openai` package 3.54.0, loosened where the recorded
services leave a field out.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from studio.protocol.values import (
    AudioPayload,
    ContentPart,
    Conversation,
    ErrorDetail,
    Integer,
    Item,
    Milliseconds,
    RateLimit,
    Response,
    Usage,
    Value,
)


class Event(Value):
    """Anything that crosses the wire."""

    type: str
    event_id: str | None = None


class ClientEvent(Event):
    """What a client sends."""


class ServerEvent(Event):
    """What a server sends."""


class Unknown(Value):
    """A well-formed frame of a type that neither dialect names; shown, never dropped."""

    type: str
    payload: dict[str, Any]


class Malformed(Value):
    """A frame that is not an event: broken JSON, no type, or fields of the wrong shape."""

    type: str = ""
    why: str
    payload: dict[str, Any] | None = None


WireEvent = ClientEvent | ServerEvent | Unknown | Malformed


class ConversationItemCreate(ClientEvent):
    """Put an item into the conversation, at the end or after `previous_item_id`."""

    type: Literal["conversation.item.create"] = "conversation.item.create"
    item: Item
    previous_item_id: str | None = None


class ConversationItemDelete(ClientEvent):
    """Take an item out of the conversation."""

    type: Literal["conversation.item.delete"] = "conversation.item.delete"
    item_id: str


class ConversationItemRetrieve(ClientEvent):
    """Ask for an item with its audio."""

    type: Literal["conversation.item.retrieve"] = "conversation.item.retrieve"
    item_id: str


class ConversationItemTruncate(ClientEvent):
    """Cut an assistant item's audio to what was heard."""

    type: Literal["conversation.item.truncate"] = "conversation.item.truncate"
    audio_end_ms: Milliseconds
    item_id: str
    content_index: Integer = 0


class InputAudioBufferAppend(ClientEvent):
    """A piece of the user's audio, in the session's input format."""

    type: Literal["input_audio_buffer.append"] = "input_audio_buffer.append"
    audio: AudioPayload


class InputAudioBufferClear(ClientEvent):
    """Throw the input buffer away."""

    type: Literal["input_audio_buffer.clear"] = "input_audio_buffer.clear"


class InputAudioBufferCommit(ClientEvent):
    """Make the input buffer a user item."""

    type: Literal["input_audio_buffer.commit"] = "input_audio_buffer.commit"


class OutputAudioBufferClear(ClientEvent):
    """Cut the server's own playback (WebRTC and SIP only)."""

    type: Literal["output_audio_buffer.clear"] = "output_audio_buffer.clear"


class ResponseCancel(ClientEvent):
    """Stop the response, or the active one where no id is given."""

    type: Literal["response.cancel"] = "response.cancel"
    response_id: str | None = None


class ResponseCreate(ClientEvent):
    """Ask for a response, with settings for it alone."""

    type: Literal["response.create"] = "response.create"
    response: dict[str, Any] | None = None


class SessionUpdate(ClientEvent):
    """Change the settings that are named, and no others."""

    type: Literal["session.update"] = "session.update"
    session: dict[str, Any]


class ConversationCreated(ServerEvent):
    """The default conversation exists; look-alikes greet with it, OpenAI does not."""

    type: Literal["conversation.created"] = "conversation.created"
    conversation: Conversation


class ConversationItemAdded(ServerEvent):
    """An item entered the default conversation; an assistant item is still empty here."""

    type: Literal["conversation.item.added"] = "conversation.item.added"
    item: Item
    previous_item_id: str | None = None


class ConversationItemCreated(ServerEvent):
    """The beta dialect's one word for an item that was added."""

    type: Literal["conversation.item.created"] = "conversation.item.created"
    item: Item
    previous_item_id: str | None = None


class ConversationItemDeleted(ServerEvent):
    """The item is gone from the conversation."""

    type: Literal["conversation.item.deleted"] = "conversation.item.deleted"
    item_id: str


class ConversationItemDone(ServerEvent):
    """The item has its final content."""

    type: Literal["conversation.item.done"] = "conversation.item.done"
    item: Item
    previous_item_id: str | None = None


class ConversationItemInputAudioTranscriptionCompleted(ServerEvent):
    """The user's words of an audio item, whole."""

    type: Literal["conversation.item.input_audio_transcription.completed"] = (
        "conversation.item.input_audio_transcription.completed"
    )
    item_id: str
    transcript: str
    content_index: Integer = 0
    usage: Usage | None = None
    languages: tuple[dict[str, Any], ...] | None = None
    logprobs: tuple[dict[str, Any], ...] | None = None


class ConversationItemInputAudioTranscriptionDelta(ServerEvent):
    """A piece of the user's words; may come before its item exists."""

    type: Literal["conversation.item.input_audio_transcription.delta"] = (
        "conversation.item.input_audio_transcription.delta"
    )
    item_id: str
    content_index: Integer = 0
    delta: str | None = None
    logprobs: tuple[dict[str, Any], ...] | None = None


class ConversationItemInputAudioTranscriptionFailed(ServerEvent):
    """The user's words could not be recognised; the turn goes on."""

    type: Literal["conversation.item.input_audio_transcription.failed"] = (
        "conversation.item.input_audio_transcription.failed"
    )
    error: ErrorDetail
    item_id: str
    content_index: Integer = 0


class ConversationItemInputAudioTranscriptionSegment(ServerEvent):
    """One speaker's stretch of a diarised transcription, times in seconds."""

    type: Literal["conversation.item.input_audio_transcription.segment"] = (
        "conversation.item.input_audio_transcription.segment"
    )
    id: str
    end: float
    item_id: str
    speaker: str
    start: float
    text: str
    content_index: Integer = 0


class ConversationItemRetrieved(ServerEvent):
    """The item that was asked for, with its audio."""

    type: Literal["conversation.item.retrieved"] = "conversation.item.retrieved"
    item: Item


class ConversationItemTruncated(ServerEvent):
    """Audio after `audio_end_ms` and the whole transcript are gone from the item."""

    type: Literal["conversation.item.truncated"] = "conversation.item.truncated"
    audio_end_ms: Milliseconds
    item_id: str
    content_index: Integer = 0


class Error(ServerEvent):
    """Something was refused; the session goes on unless a close follows."""

    type: Literal["error"] = "error"
    error: ErrorDetail


class InputAudioBufferCleared(ServerEvent):
    """The input buffer is empty."""

    type: Literal["input_audio_buffer.cleared"] = "input_audio_buffer.cleared"


class InputAudioBufferCommitted(ServerEvent):
    """The input buffer became the user item `item_id`."""

    type: Literal["input_audio_buffer.committed"] = "input_audio_buffer.committed"
    item_id: str
    previous_item_id: str | None = None


class InputAudioBufferDtmfEventReceived(ServerEvent):
    """A telephone key was pressed (SIP only); carries no event id."""

    type: Literal["input_audio_buffer.dtmf_event_received"] = (
        "input_audio_buffer.dtmf_event_received"
    )
    event: str
    received_at: Integer


class InputAudioBufferSpeechStarted(ServerEvent):
    """The server's VAD heard speech begin, in ms of all audio appended."""

    type: Literal["input_audio_buffer.speech_started"] = "input_audio_buffer.speech_started"
    audio_start_ms: Milliseconds
    item_id: str


class InputAudioBufferSpeechStopped(ServerEvent):
    """The server's VAD decided that the turn is over, in ms of all audio appended."""

    type: Literal["input_audio_buffer.speech_stopped"] = "input_audio_buffer.speech_stopped"
    audio_end_ms: Milliseconds
    item_id: str


class InputAudioBufferTimeoutTriggered(ServerEvent):
    """Nobody spoke for `idle_timeout_ms` after the last reply was heard."""

    type: Literal["input_audio_buffer.timeout_triggered"] = "input_audio_buffer.timeout_triggered"
    audio_end_ms: Milliseconds
    audio_start_ms: Milliseconds
    item_id: str


class McpListToolsCompleted(ServerEvent):
    """The MCP server's tools are known."""

    type: Literal["mcp_list_tools.completed"] = "mcp_list_tools.completed"
    item_id: str


class McpListToolsFailed(ServerEvent):
    """The MCP server's tools could not be listed."""

    type: Literal["mcp_list_tools.failed"] = "mcp_list_tools.failed"
    item_id: str


class McpListToolsInProgress(ServerEvent):
    """The MCP server's tools are being listed."""

    type: Literal["mcp_list_tools.in_progress"] = "mcp_list_tools.in_progress"
    item_id: str


class OutputAudioBufferCleared(ServerEvent):
    """The server's own playback was cut (WebRTC and SIP only)."""

    type: Literal["output_audio_buffer.cleared"] = "output_audio_buffer.cleared"
    response_id: str


class OutputAudioBufferStarted(ServerEvent):
    """The server's own playback began (WebRTC and SIP only)."""

    type: Literal["output_audio_buffer.started"] = "output_audio_buffer.started"
    response_id: str


class OutputAudioBufferStopped(ServerEvent):
    """The server's own playback ran out (WebRTC and SIP only)."""

    type: Literal["output_audio_buffer.stopped"] = "output_audio_buffer.stopped"
    response_id: str


class RateLimitsUpdated(ServerEvent):
    """What is left of the rate limits."""

    type: Literal["rate_limits.updated"] = "rate_limits.updated"
    rate_limits: tuple[RateLimit, ...]


class ResponseContentPartAdded(ServerEvent):
    """A content part of an assistant item began; its type is `text` or `audio`."""

    type: Literal["response.content_part.added"] = "response.content_part.added"
    item_id: str
    response_id: str
    content_index: Integer = 0
    output_index: Integer = 0
    part: ContentPart | None = None


class ResponseContentPartDone(ServerEvent):
    """A content part of an assistant item ended."""

    type: Literal["response.content_part.done"] = "response.content_part.done"
    item_id: str
    response_id: str
    content_index: Integer = 0
    output_index: Integer = 0
    part: ContentPart | None = None


class ResponseCreated(ServerEvent):
    """A response began."""

    type: Literal["response.created"] = "response.created"
    response: Response


class ResponseDone(ServerEvent):
    """A response ended: completed, cancelled, failed or incomplete."""

    type: Literal["response.done"] = "response.done"
    response: Response


class ResponseFunctionCallArgumentsDelta(ServerEvent):
    """A piece of a call's arguments."""

    type: Literal["response.function_call_arguments.delta"] = (
        "response.function_call_arguments.delta"
    )
    call_id: str
    delta: str
    item_id: str
    response_id: str
    output_index: Integer = 0


class ResponseFunctionCallArgumentsDone(ServerEvent):
    """A call's arguments as the model wrote them, not normalised JSON."""

    type: Literal["response.function_call_arguments.done"] = "response.function_call_arguments.done"
    arguments: str
    call_id: str
    item_id: str
    response_id: str
    name: str = ""
    output_index: Integer = 0


class ResponseMcpCallCompleted(ServerEvent):
    """The MCP call succeeded."""

    type: Literal["response.mcp_call.completed"] = "response.mcp_call.completed"
    item_id: str
    output_index: Integer = 0


class ResponseMcpCallFailed(ServerEvent):
    """The MCP call failed."""

    type: Literal["response.mcp_call.failed"] = "response.mcp_call.failed"
    item_id: str
    output_index: Integer = 0


class ResponseMcpCallInProgress(ServerEvent):
    """The MCP call is running."""

    type: Literal["response.mcp_call.in_progress"] = "response.mcp_call.in_progress"
    item_id: str
    output_index: Integer = 0


class ResponseMcpCallArgumentsDelta(ServerEvent):
    """A piece of an MCP call's arguments."""

    type: Literal["response.mcp_call_arguments.delta"] = "response.mcp_call_arguments.delta"
    delta: str
    item_id: str
    response_id: str
    output_index: Integer = 0
    obfuscation: str | None = None


class ResponseMcpCallArgumentsDone(ServerEvent):
    """An MCP call's arguments, whole."""

    type: Literal["response.mcp_call_arguments.done"] = "response.mcp_call_arguments.done"
    arguments: str
    item_id: str
    response_id: str
    output_index: Integer = 0


class ResponseOutputAudioDelta(ServerEvent):
    """A piece of the assistant's voice, in the session's output format."""

    type: Literal["response.output_audio.delta"] = "response.output_audio.delta"
    delta: AudioPayload
    item_id: str
    response_id: str
    content_index: Integer = 0
    output_index: Integer = 0


class ResponseOutputAudioDone(ServerEvent):
    """The assistant's voice for this part has all been sent."""

    type: Literal["response.output_audio.done"] = "response.output_audio.done"
    item_id: str
    response_id: str
    content_index: Integer = 0
    output_index: Integer = 0


class ResponseOutputAudioTranscriptDelta(ServerEvent):
    """A piece of the words the assistant's voice says; runs ahead of the voice."""

    type: Literal["response.output_audio_transcript.delta"] = (
        "response.output_audio_transcript.delta"
    )
    delta: str
    item_id: str
    response_id: str
    content_index: Integer = 0
    output_index: Integer = 0


class ResponseOutputAudioTranscriptDone(ServerEvent):
    """The words the assistant's voice says, whole."""

    type: Literal["response.output_audio_transcript.done"] = "response.output_audio_transcript.done"
    item_id: str
    response_id: str
    transcript: str
    content_index: Integer = 0
    output_index: Integer = 0


class ResponseOutputItemAdded(ServerEvent):
    """An output item of a response began."""

    type: Literal["response.output_item.added"] = "response.output_item.added"
    item: Item
    response_id: str
    output_index: Integer = 0


class ResponseOutputItemDone(ServerEvent):
    """An output item of a response ended."""

    type: Literal["response.output_item.done"] = "response.output_item.done"
    item: Item
    response_id: str
    output_index: Integer = 0


class ResponseOutputTextDelta(ServerEvent):
    """A piece of the assistant's text."""

    type: Literal["response.output_text.delta"] = "response.output_text.delta"
    delta: str
    item_id: str
    response_id: str
    content_index: Integer = 0
    output_index: Integer = 0


class ResponseOutputTextDone(ServerEvent):
    """The assistant's text, whole."""

    type: Literal["response.output_text.done"] = "response.output_text.done"
    item_id: str
    response_id: str
    text: str
    content_index: Integer = 0
    output_index: Integer = 0


class SessionCreated(ServerEvent):
    """The greeting: the session exists, with its defaults."""

    type: Literal["session.created"] = "session.created"
    session: dict[str, Any]


class SessionUpdated(ServerEvent):
    """The whole effective settings after an update."""

    type: Literal["session.updated"] = "session.updated"
    session: dict[str, Any]


_Family = TypeVar("_Family", bound=Event)


def _by_type(family: type[_Family]) -> dict[str, type[_Family]]:
    return {event.model_fields["type"].default: event for event in family.__subclasses__()}


CLIENT_EVENTS = _by_type(ClientEvent)
"""Class by wire type, for what a client sends."""

SERVER_EVENTS = _by_type(ServerEvent)
"""Class by wire type, for what a server sends."""
