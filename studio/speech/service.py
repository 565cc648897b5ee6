"""A voice in a process of its own, for programs that must not hold the models in theirs.

Requests are JSON lines on stdin, `{"id", "text", "voice", "speed"}`, answered one after another.
Each answer is a run of JSON lines `{"id", "bytes", "last": false}`, each followed by that many
bytes of PCM16 at 24 kHz, then `{"id", "bytes": 0, "last": true}` or
`{"id", "error", "title", "hint"}`. An error whose id is null belongs to no request that could be
read, or to the service as a whole. The service ends when stdin does.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, BinaryIO, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from studio.audio.formats import AudioFormat
from studio.audio.samples import encode
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray


class VoiceRequest(BaseModel):
    """One text to speak."""

    model_config = ConfigDict(frozen=True)

    id: str
    text: str
    voice: str
    speed: float = 1.0


class Speaker(Protocol):
    """Whatever can speak; `Voices` is one."""

    def synthesize(self, text: str, voice: str, speed: float = 1.0) -> Iterator[NDArray[np.int16]]:
        """24 kHz samples, piece by piece."""
        ...


def serve(requests: Iterable[bytes], replies: BinaryIO, speaker: Speaker) -> None:
    """Answer every request line until there are no more."""
    for line in requests:
        try:
            request = VoiceRequest.model_validate_json(line)
        except ValidationError as failure:
            _reply_error(replies, None, StudioError(f"{failure.error_count()} faults in a request"))
            continue
        try:
            for samples in speaker.synthesize(request.text, request.voice, request.speed):
                audio = encode(samples, AudioFormat.PCM16)
                _reply(replies, {"id": request.id, "bytes": len(audio), "last": False}, audio)
            _reply(replies, {"id": request.id, "bytes": 0, "last": True})
        except StudioError as failure:
            _reply_error(replies, request.id, failure)


def _reply(replies: BinaryIO, header: dict[str, object], audio: bytes = b"") -> None:
    replies.write(json.dumps(header).encode() + b"\n" + audio)
    replies.flush()


def _reply_error(replies: BinaryIO, request_id: str | None, failure: StudioError) -> None:
    words = {"error": failure.message, "title": failure.title, "hint": failure.hint}
    _reply(replies, {"id": request_id, **words})


def main() -> int:
    """Serve stdin and stdout; returns the exit status."""
    # Whatever a library prints must not land between the audio bytes.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        from studio.speech.voices import Voices

        voices = Voices()
        voices.warm_up()
    except StudioError as failure:
        _reply_error(replies, None, failure)
        return 1
    try:
        serve(sys.stdin.buffer, replies, voices)
    except BrokenPipeError:
        return 0  # the client has gone
    return 0


if __name__ == "__main__":
    sys.exit(main())
