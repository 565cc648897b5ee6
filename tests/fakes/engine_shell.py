"""A shell for an engine without sockets, models or time: what a test tells it, in order."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from studio.audio.formats import AudioFormat
from studio.core.ids import SequentialIds
from studio.protocol.codec import encode_server
from studio.protocol.dialect import Dialect
from studio.server.engine.engine import Engine, EngineConfig
from studio.server.engine.work import (
    CancelResponse,
    Close,
    DropRecognition,
    Recognise,
    Synthesise,
    Think,
    Work,
)
from studio.server.replies.context import Call, Context, ReplyPiece, TextPiece
from studio.vad.detector import SpeechDetector
from tests.fakes.voice_activity import LoudnessDetector, tone

Frame = dict[str, Any]
Job = TypeVar("Job", Recognise, DropRecognition, Think, Synthesise, CancelResponse)

MS_PER_CHARACTER = 50
"""How long the pretended voice takes to say a character."""


def say(text: str) -> list[ReplyPiece]:
    """A reply of words."""
    return [TextPiece(word) for word in text.replace(" ", " \0").split("\0")]


def call(name: str, arguments: str = "{}") -> list[ReplyPiece]:
    """A reply that calls a function."""
    return [Call(name, arguments)]


@dataclass
class Talk:
    """A session with an engine; frames come back as the parsed JSON that a client would read."""

    config: EngineConfig = field(default_factory=EngineConfig)
    detector: SpeechDetector = field(default_factory=LoudnessDetector)

    def __post_init__(self) -> None:
        self.engine = Engine(self.config, SequentialIds(), self.detector, 0.0)
        self.frames: list[Frame] = []
        self.texts: list[str] = []
        self.work: list[Work] = []
        self.close: Close | None = None
        self.format = AudioFormat.PCM16
        self.greeting = self.read()
        self.frames.clear()

    def read(self) -> list[Frame]:
        """The frames since the last call; work is collected."""
        events, work, close = self.engine.take()
        encoded = (encode_server(event, self.config.dialect) for event in events)
        texts = [text for text in encoded if text is not None]
        fresh: list[Frame] = [json.loads(text) for text in texts]
        self.texts += texts
        self.frames += fresh
        self.work += work
        self.close = close or self.close
        return fresh

    def send(self, kind: str, **fields: object) -> list[Frame]:
        """Send a client event; gives what it made the server say."""
        return self.send_text(json.dumps({"type": kind, **fields}))

    def send_text(self, text: str) -> list[Frame]:
        self.engine.receive(text)
        return self.read()

    def update(self, **session: object) -> list[Frame]:
        head = {"type": "realtime"} if self.config.dialect is Dialect.GA else {}
        return self.send("session.update", session={**head, **session})

    def hear(self, *pieces: bytes) -> list[Frame]:
        """Append audio."""
        payload = base64.b64encode(b"".join(pieces)).decode()
        return self.send("input_audio_buffer.append", audio=payload)

    def tone(self, ms: int) -> bytes:
        return tone(ms, self.format)

    def silence(self, ms: int) -> bytes:
        return self.format.silence(ms)

    def write(self, text: str, **fields: object) -> list[Frame]:
        """Create a user message."""
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content}
        return self.send("conversation.item.create", item=item, **fields)

    # Work.

    def pending(self, kind: type[Job]) -> list[Job]:
        """Work of a kind that nobody has done."""
        return [each for each in self.work if isinstance(each, kind)]

    def _next(self, kind: type[Job]) -> Job:
        found = self.pending(kind)[0]
        self.work.remove(found)
        return found

    def recognise(self, words: str) -> list[Frame]:
        """Do the oldest recognition."""
        self.engine.transcribed(self._next(Recognise).recognition_id, words)
        return self.read()

    def recognise_nothing(self, why: str) -> list[Frame]:
        self.engine.unrecognised(self._next(Recognise).recognition_id, why)
        return self.read()

    def think(self, pieces: Iterable[ReplyPiece], *, done: bool = True) -> Context:
        """Do the oldest thinking."""
        work = self._next(Think)
        for piece in pieces:
            self.engine.reply_piece(work.response_id, piece)
        if done:
            self.engine.reply_ended(work.response_id)
        self.read()
        return work.context

    def speak(self, ms: int | None = None, *, done: bool = True) -> str:
        """Do the oldest speaking; gives its text."""
        work = self._next(Synthesise)
        count = (ms if ms is not None else MS_PER_CHARACTER * len(work.text)) * 24
        self.engine.audio_chunk(work.response_id, np.full(count, 1000, np.int16))
        if done:
            self.engine.audio_ended(work.response_id)
        self.read()
        return work.text

    def speak_all(self) -> None:
        while self.pending(Synthesise):
            self.speak()

    def turn(self, words: str, reply: str, silence_ms: int = 640) -> list[Frame]:
        """A whole spoken turn and its whole spoken reply."""
        begin = len(self.frames)
        self.hear(self.silence(320), self.tone(640), self.silence(silence_ms))
        self.recognise(words)
        self.think(say(reply))
        self.speak_all()
        return self.frames[begin:]


def types(frames: Iterable[Frame]) -> list[str]:
    """The event types, runs of the same one written once."""
    found: list[str] = []
    for frame in frames:
        if not found or found[-1] != frame["type"]:
            found.append(frame["type"])
    return found


def only(frames: Iterable[Frame], kind: str) -> Frame:
    """The one frame of this type."""
    (found,) = (frame for frame in frames if frame["type"] == kind)
    return found


def error_of(frames: Iterable[Frame]) -> Frame:
    """The one error's detail."""
    error: Frame = only(frames, "error")["error"]
    return error
