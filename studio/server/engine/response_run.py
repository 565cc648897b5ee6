"""One response: the ladder of events from `response.created` to `response.done`.

Text that a replier gives goes out as deltas. Where the response is spoken, each sentence is handed
to the voice in turn, and the transcript runs at most one sentence ahead of it, so that a response
which is stopped has not said much that nobody heard.

Not imitated: the hosted service names no previous item in the `conversation.item.done` of a
session's first assistant item, though its `conversation.item.added` did.
"""

from __future__ import annotations

import base64
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from studio.audio.resample import StreamResampler
from studio.audio.samples import encode
from studio.core.units import PCM16_SAMPLE_RATE_HZ
from studio.protocol.events import (
    ConversationItemAdded,
    ConversationItemDone,
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ResponseCreated,
    ResponseDone,
    ResponseFunctionCallArgumentsDelta,
    ResponseFunctionCallArgumentsDone,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone,
    ResponseOutputItemAdded,
    ResponseOutputItemDone,
    ResponseOutputTextDelta,
    ResponseOutputTextDone,
)
from studio.protocol.values import ContentPart, Item, Response, StatusDetails
from studio.server.engine.conversation import Conversation, Entry
from studio.server.engine.sentences import SentenceSplitter
from studio.server.engine.usage import (
    ASSISTANT_AUDIO_MS_PER_TOKEN,
    MESSAGE_FRAME_TOKENS,
    NO_USAGE,
    Tokens,
    assistant_audio_tokens,
    response_usage,
    summed,
    text_tokens,
)
from studio.server.engine.work import CancelResponse, Synthesise
from studio.server.replies.context import Call, ReplyPiece, TextPiece

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.core.ids import IdSource
    from studio.protocol.events import ServerEvent
    from studio.server.engine.outbox import Outbox
    from studio.server.engine.settings import ResponseSettings

_ARGUMENT_DELTA_CHARACTERS = 8


@dataclass(slots=True)
class _Message:
    """The assistant message that is being said."""

    entry: Entry
    output_index: int
    splitter: SentenceSplitter = field(default_factory=SentenceSplitter)
    waiting: deque[str] = field(default_factory=deque)
    speaking: bool = False
    text: str = ""
    audio: bytearray = field(default_factory=bytearray)

    @property
    def quiet(self) -> bool:
        """Whether everything that was given to the voice has been said."""
        return not self.speaking and not self.waiting


class ResponseRun:
    """A response in progress; `conversation` is None where it stands outside of it."""

    def __init__(
        self,
        settings: ResponseSettings,
        context: tuple[Entry, ...],
        conversation: Conversation | None,
        outbox: Outbox,
        ids: IdSource,
    ) -> None:
        self.id = ids.new("resp")
        self.settings = settings
        self.context = context
        self.finished = False
        self.spoken_ms = 0.0
        self._conversation = conversation
        self._outbox = outbox
        self._ids = ids
        self._backlog: deque[ReplyPiece] = deque()
        self._thought = False
        self._output: list[Entry] = []
        self._message: _Message | None = None
        self._resampler = StreamResampler(PCM16_SAMPLE_RATE_HZ, settings.audio_format.rate_hz)
        cost = [(entry.tokens, entry.billed) for entry in context]
        self._read = Tokens(text_tokens(settings.instructions)) + summed(t for t, _ in cost)
        self._cached = summed(tokens for tokens, billed in cost if billed)

    def begin(self) -> None:
        """Announce the response."""
        self._outbox.send(ResponseCreated, response=self._on_wire("in_progress", None))

    def take(self, piece: ReplyPiece) -> None:
        """A piece of the reply; pieces wait until what comes before them has been said."""
        self._backlog.append(piece)
        self._pump()

    def thought(self) -> None:
        """No more pieces will come."""
        self._thought = True
        self._pump()

    def sound(self, samples: NDArray[np.int16]) -> None:
        """The next samples of the voice, at 24 kHz."""
        if self._message is not None and not self.finished:
            self._send_sound(self._resampler.process(samples))

    def sentence_spoken(self) -> None:
        """The voice has come to the end of what it was given."""
        if self._message is not None and not self.finished:
            self._message.speaking = False
            self._pump()

    def cancel(self, reason: str) -> None:
        """Stop here, with everything that was said so far."""
        self._end("cancelled", StatusDetails(type="cancelled", reason=reason))

    def fail(self, code: str, message: str) -> None:
        """Stop here: the reply or the voice could not be had."""
        fault = {"type": "server_error", "code": code, "message": message}
        details = StatusDetails.model_validate({"type": "failed", "error": fault})
        self._end("failed", details)

    # What the response has cost so far.

    def _spent(self) -> Tokens:
        finished = summed(
            entry.tokens for entry in self._output if entry.item.status != "in_progress"
        )
        message = self._message
        if message is None:
            return finished
        audio = assistant_audio_tokens(self._message_ms(message))
        return finished + Tokens(MESSAGE_FRAME_TOKENS + text_tokens(message.text), audio)

    def _tokens_left(self) -> int | None:
        limit = self.settings.max_output_tokens
        return None if limit is None else limit - self._spent().total

    # The pump: one piece of the backlog after the other, as soon as its turn has come.

    def _pump(self) -> None:
        while not self.finished:
            left = self._tokens_left()
            if left is not None and left <= 0 and self._has_more():
                self._end_at_limit()
            elif not self._step():
                return

    def _end_at_limit(self) -> None:
        self._end("incomplete", StatusDetails(type="incomplete", reason="max_output_tokens"))

    def _has_more(self) -> bool:
        message = self._message
        pending = message is not None and (message.speaking or bool(message.waiting))
        return bool(self._backlog) or pending

    def _step(self) -> bool:
        """Do the next thing that can be done now; False where there is none."""
        message = self._message
        if message is not None and message.waiting and not message.speaking:
            self._speak(message)
            return True
        if not self._backlog:
            return self._thought and self._wind_up()
        if isinstance(self._backlog[0], TextPiece):
            if message is not None and message.waiting:
                return False
            self._say(self._backlog[0].text)
        elif message is not None:
            return self._wind_up()
        else:
            self._call(self._backlog[0])
        self._backlog.popleft()
        return True

    def _wind_up(self) -> bool:
        """Bring an open message to its end, then the response; False while the voice is busy."""
        message = self._message
        if message is None:
            self._end("completed", None)
            return True
        rest = message.splitter.flush()
        if rest and self.settings.spoken:
            message.waiting.append(rest)
            return True
        if not message.quiet:
            return False
        self._close_message(message, "completed")
        return True

    # Messages.

    def _say(self, text: str) -> None:
        if not text:
            return
        message = self._message or self._open_message()
        message.text += text
        kind: type[ServerEvent] = ResponseOutputTextDelta
        if self.settings.spoken:
            kind = ResponseOutputAudioTranscriptDelta
            message.waiting.extend(message.splitter.push(text))
        self._outbox.send_delta(kind, text, **self._part_place(message))

    def _speak(self, message: _Message) -> None:
        message.speaking = True
        settings = self.settings
        text = message.waiting.popleft()
        self._outbox.do(Synthesise(self.id, text, settings.voice, settings.speed))

    def _open_message(self) -> _Message:
        item = Item(
            id=self._ids.new("item"),
            type="message",
            status="in_progress",
            role="assistant",
            content=(),
        )
        message = _Message(self._add_output(item), len(self._output) - 1)
        self._message = message
        part = ContentPart(type="text", text="")
        if self.settings.spoken:
            part = ContentPart(type="audio", transcript="")
        self._outbox.send(ResponseContentPartAdded, **self._part_place(message), part=part)
        return message

    def _send_sound(self, samples: NDArray[np.int16]) -> None:
        message = self._message
        assert message is not None
        sound = encode(samples, self.settings.audio_format)
        payload = self._within_limit(sound)
        if payload:
            message.audio += payload
            self._grow_item(message)
            delta = base64.b64encode(payload).decode()
            self._outbox.send(ResponseOutputAudioDelta, **self._part_place(message), delta=delta)
        if len(payload) < len(sound):
            self._end_at_limit()

    def _within_limit(self, sound: bytes) -> bytes:
        left = self._tokens_left()
        if left is None:
            return sound
        room_ms = max(0, left) * ASSISTANT_AUDIO_MS_PER_TOKEN
        return sound[: self.settings.audio_format.ms_to_bytes(room_ms)]

    def _grow_item(self, message: _Message) -> None:
        """With its first sound the item gets a part; once a client truncated that, it rests."""
        entry = message.entry
        if entry.item.content and entry.item.content[0].transcript is None:
            return
        part = ContentPart(type="output_audio", transcript=message.text)
        entry.item = entry.item.model_copy(update={"content": (part,)})
        entry.audio_format = self.settings.audio_format
        entry.audio_ms = self._message_ms(message)
        entry.words = message.text

    def _message_ms(self, message: _Message) -> float:
        return self.settings.audio_format.bytes_to_ms(len(message.audio))

    def _close_message(self, message: _Message, status: str) -> None:
        place = self._part_place(message)
        if self.settings.spoken:
            if status == "completed":
                self._send_tail_of_sound()
            self._outbox.send(ResponseOutputAudioDone, **place)
            self._outbox.send(ResponseOutputAudioTranscriptDone, **place, transcript=message.text)
            part = ContentPart(type="audio", transcript=message.text)
            final = ContentPart(type="output_audio", transcript=message.text)
        else:
            self._outbox.send(ResponseOutputTextDone, **place, text=message.text)
            part = ContentPart(type="text", text=message.text)
            final = ContentPart(type="output_text", text=message.text)
        self._outbox.send(ResponseContentPartDone, **place, part=part)
        self.spoken_ms += self._message_ms(message)
        self._message = None
        entry = message.entry
        if not entry.item.content or entry.item.content[0].transcript is not None:
            self._keep_words(message, final)
        self._finish_item(entry, message.output_index, status)

    def _keep_words(self, message: _Message, final: ContentPart) -> None:
        """The item's final content, unless a client has truncated it in the meantime."""
        entry = message.entry
        entry.item = entry.item.model_copy(update={"content": (final,)})
        if not self.settings.spoken:
            return
        entry.words, entry.audio_ms = message.text, self._message_ms(message)
        if self._conversation is not None:
            self._conversation.sound_grew(entry, bytes(message.audio))

    def _send_tail_of_sound(self) -> None:
        tail = self._resampler.flush(np.zeros(0, np.int16))
        if tail.size and self._message is not None and self._message.audio:
            self._send_sound(tail)

    # Calls.

    def _call(self, call: Call) -> None:
        item = Item(
            id=self._ids.new("item"),
            type="function_call",
            status="in_progress",
            name=call.name,
            call_id=self._ids.new("call"),
            arguments="",
        )
        entry = self._add_output(item)
        index = len(self._output) - 1
        place = {
            "response_id": self.id,
            "item_id": item.id,
            "output_index": index,
            "call_id": item.call_id,
        }
        for start in range(0, len(call.arguments), _ARGUMENT_DELTA_CHARACTERS):
            delta = call.arguments[start : start + _ARGUMENT_DELTA_CHARACTERS]
            self._outbox.send_delta(ResponseFunctionCallArgumentsDelta, delta, **place)
        self._outbox.send(
            ResponseFunctionCallArgumentsDone, **place, name=call.name, arguments=call.arguments
        )
        entry.item = item.model_copy(update={"arguments": call.arguments})
        self._finish_item(entry, index, "completed")

    # Items and the end.

    def _add_output(self, item: Item) -> Entry:
        entry = Entry(item)
        index = len(self._output)
        self._output.append(entry)
        self._outbox.send(
            ResponseOutputItemAdded, response_id=self.id, output_index=index, item=item
        )
        if self._conversation is not None:
            previous = self._conversation.add(entry)
            self._outbox.send(ConversationItemAdded, previous_item_id=previous, item=item)
        return entry

    def _finish_item(self, entry: Entry, output_index: int, status: str) -> None:
        entry.item = entry.item.model_copy(update={"status": status})
        if self._conversation is not None:
            previous = self._conversation.previous_id(entry.item.id)
            self._outbox.send(ConversationItemDone, previous_item_id=previous, item=entry.item)
        self._outbox.send(
            ResponseOutputItemDone,
            response_id=self.id,
            output_index=output_index,
            item=entry.item,
        )

    def _end(self, status: str, details: StatusDetails | None) -> None:
        if self.finished:
            return
        if status != "completed":
            self._outbox.do(CancelResponse(self.id))
        if self._message is not None:
            self._close_message(self._message, "incomplete")
        self.finished = True
        for entry in self.context:
            entry.billed = True
        self._outbox.send(ResponseDone, response=self._on_wire(status, details))

    def _part_place(self, message: _Message) -> dict[str, Any]:
        return {
            "response_id": self.id,
            "item_id": message.entry.item.id,
            "output_index": message.output_index,
            "content_index": 0,
        }

    def _on_wire(self, status: str, details: StatusDetails | None) -> Response:
        settings = self.settings
        limit = settings.max_output_tokens
        usage = None
        if status == "failed":
            usage = NO_USAGE
        elif status != "in_progress":
            usage = response_usage(self._read, self._cached, self._spent())
        fields: dict[str, Any] = {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": tuple(entry.item for entry in self._output),
            "conversation_id": self._conversation.id if self._conversation is not None else None,
            "output_modalities": ("audio",) if settings.spoken else ("text",),
            "max_output_tokens": "inf" if limit is None else limit,
            "audio": {"output": {"format": settings.format_wire, "voice": settings.voice}},
            "usage": usage,
            "metadata": settings.metadata,
        }
        if settings.temperature is not None:
            fields["temperature"] = settings.temperature
        return Response(**fields)
