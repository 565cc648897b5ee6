"""The error catalogue: what the server refuses, with the hosted service's codes and messages.

Messages that are known from the hosted service are given in its form, because clients match on
them; where only the code is known, the words are our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from studio.core.text import one_line
from studio.protocol.values import ErrorDetail

if TYPE_CHECKING:
    from collections.abc import Iterable

ErrorType = Literal["invalid_request_error", "server_error", "rate_limit_error"]

_LONGEST_QUOTE = 120


class Refused(Exception):  # noqa: N818  # an answer, not a fault of ours
    """A client event cannot be obeyed; becomes an `error` event and changes nothing."""

    def __init__(
        self,
        code: str | None,
        message: str,
        *,
        param: str | None = None,
        error_type: ErrorType = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.error_type = error_type

    @property
    def close_reason(self) -> str:
        """What the connection's close frame says where this refusal ends it."""
        return f"{self.error_type}.{self.code}"

    def detail(self, event_id: str | None = None) -> ErrorDetail:
        """The error as it goes on the wire, about the client event `event_id`."""
        return ErrorDetail(
            type=self.error_type,
            code=self.code,
            message=self.message,
            param=self.param,
            event_id=event_id,
        )


def quoted(text: object) -> str:
    """Somebody else's value, made short and printable, in single quotes."""
    return f"'{one_line(str(text), _LONGEST_QUOTE)}'"


def _listed(values: Iterable[object]) -> str:
    names = [quoted(value) for value in values]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, and {names[-1]}"


def invalid_value(param: str | None, message: str) -> Refused:
    """A parameter has an impossible value."""
    return Refused("invalid_value", message, param=param)


def unsupported_value(param: str, value: object, supported: Iterable[object]) -> Refused:
    """A parameter is not one of the few values it may have."""
    return invalid_value(
        param, f"Invalid value: {quoted(value)}. Supported values are: {_listed(supported)}."
    )


def invalid_type(param: str, wanted: str, value: object) -> Refused:
    """A parameter has the wrong JSON type."""
    return Refused(
        "invalid_type",
        f"Invalid type for '{param}': expected {wanted}, but got {_json_kind(value)} instead.",
        param=param,
    )


def out_of_range(param: str, value: float, least: float, most: float) -> Refused:
    """A number lies outside its range."""
    code, bound, side = (
        ("integer_below_min_value", least, ">=")
        if value < least
        else ("integer_above_max_value", most, "<=")
    )
    if isinstance(least, float):
        code = code.replace("integer", "decimal")
    return Refused(
        code,
        f"Invalid '{param}': expected a value {side} {bound:g}, but got {value:g} instead.",
        param=param,
    )


def too_long(param: str, most: int, length: int) -> Refused:
    """A string is longer than it may be."""
    return Refused(
        "string_above_max_length",
        f"Invalid '{param}': string too long. Expected a string with maximum length {most}, "
        f"but got a string with length {length} instead.",
        param=param,
    )


def unknown_parameter(param: str) -> Refused:
    """A field that this dialect does not know."""
    return Refused("unknown_parameter", f"Unknown parameter: '{param}'.", param=param)


def missing_parameter(param: str) -> Refused:
    """A field that must be there."""
    return Refused(
        "missing_required_parameter", f"Missing required parameter: '{param}'.", param=param
    )


def invalid_json() -> Refused:
    """The frame is not JSON."""
    return Refused("invalid_json", "Invalid event: failed to parse JSON value. ")


def binary_frame() -> Refused:
    """The frame is not text."""
    return Refused(
        "invalid_event", "Expected a text WebSocket message; binary frames are not supported."
    )


def commit_empty(held_ms: float) -> Refused:
    """Too little audio to make an item of."""
    return Refused(
        "input_audio_buffer_commit_empty",
        "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, "
        f"but buffer only has {held_ms:.2f}ms of audio.",
    )


def buffer_full(limit_ms: int) -> Refused:
    """The client never commits; memory is finite."""
    return invalid_value(
        "audio",
        f"The input audio buffer is full: it holds {limit_ms // 60_000} minutes of audio. "
        "Commit or clear it.",
    )


def response_active(response_id: str) -> Refused:
    """One response at a time writes to the conversation."""
    return Refused(
        "conversation_already_has_active_response",
        f"Conversation already has an active response in progress: {response_id}. "
        "Wait until the response is finished before creating a new one.",
    )


def too_many_responses(limit: int) -> Refused:
    """The out-of-band responses of a session are bounded."""
    return Refused(
        "rate_limit_exceeded",
        f"This session already has {limit} responses in progress. Wait until one is finished.",
        error_type="rate_limit_error",
    )


def cancel_not_active() -> Refused:
    """Nothing to cancel: a race that clients lose often and safely."""
    return Refused("response_cancel_not_active", "Cancellation failed: no active response found")


def cannot_update_voice() -> Refused:
    """The voice is locked once it was heard."""
    return Refused(
        "cannot_update_voice",
        "Cannot update a conversation's voice if assistant audio is present.",
        param="session.audio.output.voice",
    )


def no_such_item(verb: Literal["truncate", "retrieve", "delete"], item_id: str) -> Refused:
    """The conversation holds no item with this id."""
    gerund = {"truncate": "truncating", "retrieve": "retrieving", "delete": "deleting"}[verb]
    return Refused(
        f"item_{verb}_invalid_item_id",
        f"Error {gerund} item: the item with id {quoted(item_id)} does not exist.",
        param="item_id",
    )


def not_truncatable() -> Refused:
    """The item has no assistant audio to cut."""
    return Refused(None, "Only model output audio messages can be truncated")


def already_shorter(audio_ms: int, asked_ms: int) -> Refused:
    """The cut lies behind the audio's end."""
    return invalid_value(
        "audio_end_ms", f"Audio content of {audio_ms}ms is already shorter than {asked_ms}ms"
    )


def session_expired(minutes: int) -> Refused:
    """The session has reached its longest duration."""
    return Refused(
        "session_expired", f"Your session hit the maximum duration of {minutes} minutes."
    )


def missing_model() -> Refused:
    """The URL names no model."""
    return Refused(
        "missing_model",
        "You must provide a model parameter, for example "
        "wss://api.openai.com/v1/realtime?model=gpt-realtime.",
    )


def beta_disabled() -> Refused:
    """The beta dialect, in strict mode."""
    return Refused(
        "beta_api_shape_disabled",
        "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.",
    )


def invalid_api_key() -> Refused:
    """The key or token is not one that this server knows, or it has expired."""
    return Refused(
        "invalid_api_key", "Incorrect API key provided. Check the key that the server was given."
    )


def _json_kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a decimal number"
        case str():
            return "a string"
        case list() | tuple():
            return "an array"
        case _:
            return "an object"
