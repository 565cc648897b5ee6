"""What the engine asks its shell to do, as values; results come back through the engine's verbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.server.replies.context import Context


@dataclass(frozen=True, slots=True)
class Recognise:
    """Find the words in `audio`; answered by `transcribed` or `unrecognised`."""

    recognition_id: str
    audio: bytes
    audio_format: AudioFormat


@dataclass(frozen=True, slots=True)
class DropRecognition:
    """Nobody waits for this recognition any more."""

    recognition_id: str


@dataclass(frozen=True, slots=True)
class Think:
    """Find a reply; answered by `reply_piece`, `reply_call`, then `reply_ended` or `failed`."""

    response_id: str
    context: Context


@dataclass(frozen=True, slots=True)
class Synthesise:
    """Speak `text`; answered by `audio_chunk` (24 kHz samples), then `audio_ended` or `failed`."""

    response_id: str
    text: str
    voice: str
    speed: float


@dataclass(frozen=True, slots=True)
class CancelResponse:
    """Stop thinking and speaking for this response."""

    response_id: str


Work: TypeAlias = Recognise | DropRecognition | Think | Synthesise | CancelResponse


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection with this code and reason, after everything that was sent."""

    code: int
    reason: str
