"""The problems: what went wrong, in words, with the next step where there is one.

An event of an unknown type is no problem. A race that the protocol cannot avoid is told as one,
marked benign.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from studio.core.persistent import Series
from studio.protocol.events import (
    ConversationItemInputAudioTranscriptionFailed,
    Error,
    Malformed,
    ResponseDone,
)
from studio.protocol.problems import Help, describe_close, describe_error, is_benign
from studio.session import echo, sound
from studio.session.folding import Handler
from studio.session.local import (
    AudioDropped,
    ConnectionClosed,
    ConnectionFailed,
    DeviceFailed,
    EchoScored,
    ProblemSeen,
    Severity,
)
from studio.session.responses import ALREADY_ACTIVE
from studio.session.state import Problem, SessionState

_DEVICES = {"input": "microphone", "output": "speaker"}
_CUT_SHORT = {
    "max_output_tokens": "The reply reached the limit of max_output_tokens.",
    "content_filter": "The reply was stopped by the service's content filter.",
}


def _problem(
    state: SessionState,
    severity: Severity,
    title: str,
    message: str,
    *,
    hint: str = "",
    code: str = "",
    benign: bool = False,
    wait_s: float | None = None,
) -> Problem:
    at = state.last_at
    return Problem(state.last_seq, at, severity, title, message, hint, code, benign, wait_s)


def _error(state: SessionState, event: Error) -> Problem:
    """Benign too: a `response.create` that came too early and is asked again later."""
    error = event.error
    code = error.code or ""
    waits = code == ALREADY_ACTIVE and state.responses.awaited_since is not None
    benign = is_benign(code, error.message) or waits
    known = describe_error(code) or Help("The server refused a request")
    return _problem(
        state,
        "info" if benign else "error",
        known.title,
        error.message or known.title,
        hint="" if benign else known.hint,
        code=code,
        benign=benign,
    )


def _malformed(state: SessionState, event: Malformed) -> Problem:
    what = f"{event.type}: {event.why}" if event.type else event.why
    return _problem(state, "warning", "A frame could not be read", what)


def _response_ended(state: SessionState, event: ResponseDone) -> Problem | None:
    response = event.response
    details = response.status_details
    if response.status == "failed":
        error = details.error if details is not None else None
        code = (error.code if error is not None else None) or ""
        known = describe_error(code) or Help("")
        words = (error.message if error is not None else "") or known.title or code
        return _problem(
            state,
            "error",
            "The reply failed",
            words or "The service did not say why.",
            hint=known.hint,
            code=code,
        )
    if response.status == "incomplete":
        reason = (details.reason if details is not None else None) or ""
        words = _CUT_SHORT.get(reason, reason or "The service did not say why.")
        return _problem(state, "warning", "The reply is incomplete", words, code=reason)
    return None


def _unheard(state: SessionState, event: ConversationItemInputAudioTranscriptionFailed) -> Problem:
    code = event.error.code or ""
    known = describe_error(code) or Help("")
    return _problem(
        state,
        "warning",
        "The user's words could not be transcribed",
        event.error.message or known.title or code,
        hint=known.hint,
        code=code,
    )


def _device_failed(state: SessionState, event: DeviceFailed) -> Problem:
    title = f"The {_DEVICES[event.direction]} failed"
    words = f"{event.name}: {event.message}" if event.name else event.message
    return _problem(state, "error", title, words, hint=event.hint)


def _dropped(state: SessionState, event: AudioDropped) -> Problem:
    lost = "sent" if event.direction == "input" else "heard"
    return _problem(
        state,
        "warning",
        f"{event.lost_ms:,.0f} ms of audio were not {lost}",
        event.reason,
    )


def _echoed(state: SessionState, event: EchoScored) -> Problem | None:
    """A warning where it made the assistant fall silent; else it only made a turn of nothing."""
    known = replace(state, sound=sound.scored(state, event))
    seen = echo.verdict(known, event.item_id)
    if seen is None or not seen.likely or not echo.begins_burst(state, state.last_at):
        return None
    return _problem(
        state,
        "warning" if seen.cut_off else "info",
        seen.title,
        seen.evidence,
        hint=" ".join(seen.advice),
        code="echo",
    )


def _not_connected(state: SessionState, event: ConnectionFailed) -> Problem:
    return _problem(
        state, "error", event.title, event.message, hint=event.hint, wait_s=event.wait_s
    )


def _closed(state: SessionState, event: ConnectionClosed) -> Problem | None:
    """A refusal is told by the `error` before it: the close only repeats its code."""
    named = event.reason.rpartition(".")[2]
    is_told = bool(named and state.problems and state.problems[-1].code == named)
    if event.expected or is_told:
        return None
    return _problem(
        state,
        "error",
        "The connection closed",
        event.message or describe_close(event.code, event.reason),
        hint="Connect again: settings are kept, the conversation starts afresh.",
        code=str(event.code),
    )


def _seen(state: SessionState, event: ProblemSeen) -> Problem:
    return _problem(state, event.severity, event.title, event.message, hint=event.hint)


_Teller = Callable[[SessionState, Any], Problem | None]

_TELLERS: Mapping[type, _Teller] = {
    Error: _error,
    Malformed: _malformed,
    ResponseDone: _response_ended,
    ConversationItemInputAudioTranscriptionFailed: _unheard,
    DeviceFailed: _device_failed,
    AudioDropped: _dropped,
    EchoScored: _echoed,
    ConnectionFailed: _not_connected,
    ConnectionClosed: _closed,
    ProblemSeen: _seen,
}


def _added(tell: _Teller) -> Handler[Series[Problem]]:
    def add(state: SessionState, event: object) -> Series[Problem]:
        problem = tell(state, event)
        return state.problems if problem is None else state.problems.added(problem)

    return add


HANDLERS: Mapping[type, Handler[Series[Problem]]] = {
    event: _added(tell) for event, tell in _TELLERS.items()
}
"""What is a problem, by type of event."""
