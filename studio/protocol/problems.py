"""What the error codes and close codes of the wire mean, and what to do about each.

The codes are OpenAI's, as recorded; look-alike services send others, which get no words here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Help:
    """What happened, in a few words, and the next step; an empty hint where there is none."""

    title: str
    hint: str = ""


_BENIGN = frozenset({"response_cancel_not_active", "input_audio_buffer_commit_empty"})
_ALREADY_SHORTER = "is already shorter than"
"""The service's words, under a code that says nothing, for a truncation beyond the audio's end."""

_ERRORS: Mapping[str, Help] = {
    "invalid_api_key": Help(
        "The key was refused",
        "The key may be revoked or another provider's; `studio doctor` names its variable.",
    ),
    "missing_model": Help("No model was named", "Give one with --model."),
    "invalid_model": Help(
        "The model cannot hold a realtime session", "Choose a realtime model with --model."
    ),
    "model_not_found": Help(
        "The model does not exist, or your account may not use it",
        "Check its name with --model; on Azure it is your deployment's name.",
    ),
    "beta_api_shape_disabled": Help(
        "The service no longer speaks the beta dialect", "Connect again with --dialect ga."
    ),
    "session_expired": Help(
        "The session reached its longest duration",
        "Connect again: settings are kept, the conversation starts afresh.",
    ),
    "insufficient_quota": Help(
        "The account has no credit left", "Add credit or raise the limit in the billing settings."
    ),
    "rate_limit_exceeded": Help(
        "Too many requests or tokens in a short time", "Wait a little, or use a smaller model."
    ),
    "invalid_value": Help(
        "A value was refused", "The message and `param` name the field; undo that setting."
    ),
    "unknown_parameter": Help(
        "A field is unknown to the service", "Its dialect may be another: try --dialect."
    ),
    "missing_required_parameter": Help(
        "A required field is missing", "Its dialect may be another: try --dialect."
    ),
    "invalid_json": Help("A frame was no JSON", "Look at the last frame sent in the inspector."),
    "invalid_event": Help(
        "A frame was no event", "Events are JSON text frames with a type the service knows."
    ),
    "cannot_update_voice": Help(
        "The voice cannot change once the assistant has spoken",
        "Start a new session with the new voice; the refused update changed nothing else either.",
    ),
    "conversation_already_has_active_response": Help(
        "A response is still being made", "Wait for its end or interrupt it, then ask again."
    ),
    "response_cancel_not_active": Help("There was no response left to cancel"),
    "input_audio_buffer_commit_empty": Help(
        "There was too little audio to commit",
        "A commit needs 100 ms at least; with turn detection on, the server commits by itself.",
    ),
    "item_truncate_invalid_item_id": Help(
        "The item to cut does not exist", "It may have been deleted, or never been spoken."
    ),
    "item_retrieve_invalid_item_id": Help(
        "The item asked for does not exist", "It may have been deleted."
    ),
    "item_delete_invalid_item_id": Help(
        "The item to delete does not exist", "It may have been deleted already."
    ),
    "DeploymentNotFound": Help(
        "The deployment does not exist",
        "On Azure the transcription model is a deployment's name too: set transcription.model.",
    ),
    "OpperationNotSupported": Help(
        "The deployment cannot hold a realtime session", "Choose a realtime model's deployment."
    ),
    "audio_unintelligible": Help("The speech could not be recognised"),
    "server_error": Help(
        "The service failed", "Try again; if it goes on, look at its status page."
    ),
    "model_load_error": Help("The server could not load its model", "Look at the server's log."),
    "session_limit_reached": Help("The server holds all the sessions it can", "Try again later."),
}

_CLOSES: Mapping[int, str] = {
    1000: "The session was closed normally.",
    1001: "The service ended the session, because of its longest duration or a restart.",
    1002: "The service found the frames to be no WebSocket.",
    1003: "The service does not take this kind of frame; events are text.",
    1006: "The connection broke without a goodbye: the network, a proxy or the server went away.",
    1007: "The service found a frame that is no UTF-8.",
    1008: "The service or a gateway refused the session, mostly because of the key.",
    1009: "A frame was larger than the receiver allows.",
    1011: "The service, or what is behind the gateway, failed.",
    1012: "The service is restarting.",
    1013: "The service or a gateway has too much to do; try again later.",
    3000: "The key was refused.",
    4000: "The service refused the request.",
    4004: "The model was not found.",
}


def describe_error(code: str | None) -> Help | None:
    """What an error code means and what to do; None for a code that is not in the catalogue."""
    return _ERRORS.get(code) if code else None


def is_benign(code: str | None, message: str = "") -> bool:
    """Whether an error only says that a race was lost, which calls for nothing.

    Cancelling a response that has just ended, committing a buffer that VAD has committed, and
    cutting an item's audio where the service has less of it.
    """
    return code in _BENIGN or _ALREADY_SHORTER in message


def describe_close(code: int | None, reason: str = "") -> str:
    """Why a WebSocket closed, as sentences; the reason is `<error type>.<error code>` on OpenAI.

    The reason is text from outside: it comes back as it was.
    """
    known = describe_error(reason.rpartition(".")[2])
    if known is not None:
        return f"{known.title}. {known.hint}".strip()
    words = _CLOSES.get(code or 1006, f"The service closed the session with code {code}.")
    return f"{words} It said: {reason}" if reason else words
