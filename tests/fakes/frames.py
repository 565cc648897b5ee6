"""Server frames of a short conversation, as a service sends them."""

from __future__ import annotations

import base64
import json

from studio.transport.scripted import Emit
from tests.fakes.sound import tone

Frame = dict[str, object]


def as_text(emit: Emit) -> str:
    """The frame as it crosses a wire."""
    return json.dumps(emit.frame)


def created(**session: object) -> Emit:
    return Emit({"type": "session.created", "event_id": "e_created", "session": _session(session)})


def updated(**session: object) -> Emit:
    return Emit({"type": "session.updated", "event_id": "e_updated", "session": _session(session)})


def _session(fields: Frame) -> Frame:
    return {"type": "realtime", "id": "sess_1", "model": "studio-host", **fields}


def error(message: str, code: str) -> Emit:
    detail = {"type": "invalid_request_error", "code": code, "message": message}
    return Emit({"type": "error", "event_id": "e_error", "error": detail})


def speech_started(item_id: str, ms: int) -> Emit:
    return _event("input_audio_buffer.speech_started", item_id=item_id, audio_start_ms=ms)


def speech_stopped(item_id: str, ms: int) -> Emit:
    return _event("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=ms)


def user_item(item_id: str, words: str, previous: str | None = None) -> list[Emit]:
    """A committed turn and its words."""
    item = {
        "id": item_id,
        "type": "message",
        "role": "user",
        "status": "completed",
        "content": [{"type": "input_audio", "transcript": None}],
    }
    return [
        _event("input_audio_buffer.committed", item_id=item_id, previous_item_id=previous),
        _event("conversation.item.added", previous_item_id=previous, item=item),
        _event("conversation.item.done", previous_item_id=previous, item=item),
        _event(
            "conversation.item.input_audio_transcription.completed",
            item_id=item_id,
            content_index=0,
            transcript=words,
        ),
    ]


def response_begins(response_id: str, item_id: str, ms: float, previous: str = "") -> list[Emit]:
    """A response up to all its audio, not ended yet."""
    item = {"id": item_id, "type": "message", "role": "assistant", "status": "in_progress"}
    sound = base64.b64encode(tone(ms).tobytes()).decode()
    return [
        _event("response.created", response={"id": response_id, "status": "in_progress"}),
        _of(response_id, "response.output_item.added", item={**item, "content": []}),
        _event("conversation.item.added", previous_item_id=previous or None, item=item),
        _part(response_id, item_id, "response.output_audio_transcript.delta", delta="All right."),
        _part(response_id, item_id, "response.output_audio.delta", delta=sound),
    ]


def response_ends(response_id: str, item_id: str, status: str = "completed") -> list[Emit]:
    """The rest of it."""
    item = {"id": item_id, "type": "message", "role": "assistant", "status": status}
    done = {"id": response_id, "status": status, "output": [item]}
    return [
        _part(response_id, item_id, "response.output_audio.done"),
        _of(response_id, "response.output_item.done", item=item),
        _event("response.done", response=done),
    ]


def _of(response_id: str, wire_type: str, **fields: object) -> Emit:
    return _event(wire_type, response_id=response_id, output_index=0, **fields)


def _part(response_id: str, item_id: str, wire_type: str, **fields: object) -> Emit:
    return _of(response_id, wire_type, item_id=item_id, content_index=0, **fields)


def _event(wire_type: str, **fields: object) -> Emit:
    return Emit({"type": wire_type, "event_id": f"e_{wire_type}", **fields})
