"""One Realtime session without any I/O: events and results in, events and work out.

The shell feeds it frames and the results of work, takes what it wants sent and done, and owns
sockets, models, threads and time. Nothing here waits, and the same inputs give the same outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.protocol.codec import decode_client
from studio.protocol.dialect import Dialect
from studio.protocol.events import (
    CLIENT_EVENTS,
    ClientEvent,
    ConversationCreated,
    ConversationItemAdded,
    ConversationItemCreate,
    ConversationItemDelete,
    ConversationItemDeleted,
    ConversationItemDone,
    ConversationItemRetrieve,
    ConversationItemRetrieved,
    ConversationItemTruncate,
    ConversationItemTruncated,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCleared,
    InputAudioBufferCommit,
    InputAudioBufferCommitted,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
    Malformed,
    OutputAudioBufferClear,
    ResponseCancel,
    ResponseCreate,
    SessionCreated,
    SessionUpdate,
    SessionUpdated,
    Unknown,
)
from studio.protocol.values import ContentPart, Item
from studio.protocol.values import Conversation as ConversationValue
from studio.server.engine.conversation import Conversation, Entry
from studio.server.engine.errors import (
    Refused,
    binary_frame,
    invalid_json,
    invalid_value,
    missing_parameter,
    session_expired,
    unsupported_value,
)
from studio.server.engine.items import audio_bytes, entry_from
from studio.server.engine.listening import (
    Happening,
    IdleTooLong,
    Listening,
    SpokenTurn,
    TurnBegan,
    TurnEnded,
)
from studio.server.engine.outbox import Outbox
from studio.server.engine.responses import Responses
from studio.server.engine.settings import (
    Json,
    SessionValues,
    realtime_defaults,
    transcription_defaults,
)
from studio.server.engine.transcripts import Recognition, Transcripts
from studio.server.engine.work import Close, Work
from studio.vad.profile import OPENAI, Profile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.core.ids import IdSource
    from studio.protocol.events import ServerEvent
    from studio.server.replies.context import ReplyPiece
    from studio.vad.detector import SpeechDetector

LARGEST_APPEND_BYTES = 15 * 1024 * 1024

_IDLE_NOTE = (
    "The user has said nothing for a while. If they were speaking, answer them; "
    "if not, follow up briefly on what was said last."
)


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """What is decided before a session begins.

    Attributes:
        model: the name that is echoed; it selects nothing.
        dialect: in which words client frames are read; events come out in GA's either way.
        transcription: a session that only transcribes.
        expires_at: unix seconds that are echoed.
        longest_s: after how many seconds the session is ended.
        preset: a `session` object (from a minted token) to begin with.
        profile: whose turn detection is imitated.
    """

    model: str = "studio-local"
    dialect: Dialect = Dialect.GA
    transcription: bool = False
    expires_at: int = 0
    longest_s: float = 3600.0
    preset: Json | None = None
    profile: Profile = OPENAI


class Engine:
    """The session's state, and its verbs.

    Args:
        config: what was decided before.
        ids: where identifiers come from.
        detector: judges the user's audio; for this session alone.
        now: monotonic seconds at the beginning.
    """

    def __init__(
        self, config: EngineConfig, ids: IdSource, detector: SpeechDetector, now: float
    ) -> None:
        self._config = config
        self._ids = ids
        self._began_at = now
        self._outbox = Outbox(ids)
        self._session_id = ids.new("sess")
        defaults = transcription_defaults()
        if not config.transcription:
            defaults = realtime_defaults(config.model, config.dialect)
        self._values = SessionValues(defaults, config.dialect)
        self._conversation = Conversation(ids.new("conv"))
        self._transcripts = Transcripts(self._outbox, ids)
        self._responses = Responses(self._conversation, self._transcripts, self._outbox, ids)
        self._listening = Listening(detector, self._transcripts, ids, config.profile)
        self._closed = False
        if config.preset:
            self._values = self._values.updated(config.preset, voice_locked=False)
        self._configure_listening()
        self._greet()

    def take(self) -> tuple[list[ServerEvent], list[Work], Close | None]:
        """What to send and to do, in order, and the end where it has come."""
        return self._outbox.take()

    # The client's side.

    def receive(self, frame: str) -> None:
        """A text frame from the client."""
        if self._closed:
            return
        event = decode_client(frame, self._config.dialect)
        try:
            self._obey(event)
        except Refused as refusal:
            event_id = _event_id(event)
            self._outbox.refuse(refusal, event_id)

    def receive_binary(self) -> None:
        """A binary frame from the client: refused."""
        self._outbox.refuse(binary_frame())

    def tick(self, now: float) -> None:
        """Time has passed: end the session where it has become too old."""
        if not self._closed and now - self._began_at >= self._config.longest_s:
            self._closed = True
            refusal = session_expired(round(self._config.longest_s / 60))
            self._outbox.refuse(refusal)
            self._outbox.close(Close(1001, refusal.message.removesuffix(".")))

    # Results of work.

    def transcribed(self, recognition_id: str, words: str) -> None:
        """A recognition's words; empty where nobody spoke."""
        self._recognised(recognition_id, words)

    def unrecognised(self, recognition_id: str, why: str) -> None:
        """A recognition could not be made."""
        self._recognised(recognition_id, "", why)

    def reply_piece(self, response_id: str, piece: ReplyPiece) -> None:
        """The next piece of a reply."""
        if (run := self._responses.find(response_id)) is not None:
            run.take(piece)
            self._settle(response_id)

    def reply_ended(self, response_id: str) -> None:
        """A reply has no more pieces."""
        if (run := self._responses.find(response_id)) is not None:
            run.thought()
            self._settle(response_id)

    def audio_chunk(self, response_id: str, samples: NDArray[np.int16]) -> None:
        """The next samples of a response's voice, at 24 kHz."""
        if (run := self._responses.find(response_id)) is not None:
            run.sound(samples)
            self._settle(response_id)

    def audio_ended(self, response_id: str) -> None:
        """The voice has said the sentence that it was given."""
        if (run := self._responses.find(response_id)) is not None:
            run.sentence_spoken()
            self._settle(response_id)

    def failed(self, response_id: str, code: str, message: str) -> None:
        """The reply or the voice could not be had."""
        if (run := self._responses.find(response_id)) is not None:
            run.fail(code, message)
            self._settle(response_id)

    def _settle(self, response_id: str) -> None:
        run = self._responses.find(response_id)
        if run is None or not run.finished:
            return
        if run is self._responses.active:
            self._listening.reply_ends_in(run.spoken_ms)
        self._responses.settle(run)

    def _recognised(self, recognition_id: str, words: str, fault: str = "") -> None:
        recognition = self._transcripts.answer(recognition_id, words, fault)
        if recognition is not None:
            self._deliver(recognition)

    def _deliver(self, recognition: Recognition) -> None:
        if recognition.settled and recognition.entry is not None:
            self._transcripts.deliver(recognition)
            self._responses.words_arrived()

    # Client events.

    def _obey(self, event: object) -> None:
        match event:
            case Malformed():
                raise _why_malformed(event)
            case Unknown():
                raise unsupported_value("type", event.type, CLIENT_EVENTS)
            case _:
                handler = _HANDLERS.get(type(event))
                if handler is None or self._is_foreign(event):
                    assert isinstance(event, ClientEvent)
                    raise invalid_value("type", f"'{event.type}' has no meaning in this session.")
                handler(self, event)

    def _is_foreign(self, event: object) -> bool:
        """Whether an event belongs to conversations, and this is a transcription session."""
        foreign = (
            ResponseCreate | ResponseCancel | ConversationItemCreate | ConversationItemTruncate
        )
        return self._values.is_transcription and isinstance(event, foreign)

    def _session_update(self, event: SessionUpdate) -> None:
        locked = self._conversation.has_assistant_audio()
        self._values = self._values.updated(event.session, voice_locked=locked)
        self._configure_listening()
        self._outbox.send(SessionUpdated, session=self._session_on_wire())

    def _append(self, event: InputAudioBufferAppend) -> None:
        payload = audio_bytes(event.audio, "audio")
        if len(payload) > LARGEST_APPEND_BYTES:
            raise invalid_value("audio", "At most 15 MiB of audio can be appended at once.")
        for happening in self._listening.append(payload):
            self._heard(happening)

    def _commit(self, _event: InputAudioBufferCommit) -> None:
        self._deliver(self._add_turn(self._listening.commit()))

    def _clear(self, _event: InputAudioBufferClear) -> None:
        self._listening.clear()
        self._outbox.send(InputAudioBufferCleared)

    def _create_item(self, event: ConversationItemCreate) -> None:
        self._conversation.check_room(event.item.id, event.previous_item_id)
        entry = entry_from(event.item, self._values.input_format, self._ids)
        self._add(entry, event.previous_item_id)
        if entry.words is None:
            recognition = self._transcripts.start(entry.audio, entry.audio_format)
            self._transcripts.assign(recognition, entry, shown=self._values.transcribes)

    def _delete_item(self, event: ConversationItemDelete) -> None:
        self._conversation.delete(event.item_id)
        self._outbox.send(ConversationItemDeleted, item_id=event.item_id)

    def _retrieve_item(self, event: ConversationItemRetrieve) -> None:
        item = self._conversation.retrieve(event.item_id)
        self._outbox.send(ConversationItemRetrieved, item=item)

    def _truncate_item(self, event: ConversationItemTruncate) -> None:
        self._conversation.truncate(event.item_id, event.content_index, event.audio_end_ms)
        self._outbox.send(
            ConversationItemTruncated,
            item_id=event.item_id,
            content_index=event.content_index,
            audio_end_ms=event.audio_end_ms,
        )

    def _create_response(self, event: ResponseCreate) -> None:
        self._respond(event.response or {})

    def _cancel_response(self, event: ResponseCancel) -> None:
        self._responses.cancel(event.response_id, "client_cancelled")

    def _clear_output(self, _event: OutputAudioBufferClear) -> None:
        raise invalid_value(
            "type", "'output_audio_buffer.clear' is only supported over WebRTC and SIP."
        )

    # Turns.

    def _heard(self, happening: Happening) -> None:
        match happening:
            case TurnBegan(item_id, audio_start_ms):
                self._outbox.send(
                    InputAudioBufferSpeechStarted, audio_start_ms=audio_start_ms, item_id=item_id
                )
                self._interrupt()
            case TurnEnded(turn, audio_end_ms):
                self._outbox.send(
                    InputAudioBufferSpeechStopped, audio_end_ms=audio_end_ms, item_id=turn.item_id
                )
                self._turn_over(turn)
            case IdleTooLong(turn, start_ms, end_ms):
                self._outbox.send(
                    InputAudioBufferTimeoutTriggered,
                    audio_start_ms=start_ms,
                    audio_end_ms=end_ms,
                    item_id=turn.item_id,
                )
                self._note_idleness()
                self._turn_over(turn)

    def _interrupt(self) -> None:
        rules = self._values.turn_detection
        if rules and rules["interrupt_response"] and self._responses.active is not None:
            self._responses.cancel(None, "turn_detected")

    def _turn_over(self, turn: SpokenTurn) -> None:
        recognition = self._add_turn(turn)
        rules = self._values.turn_detection
        if not self._values.is_transcription and rules and rules["create_response"]:
            try:
                self._respond({})
            except Refused as refusal:
                self._outbox.refuse(refusal)
        self._deliver(recognition)

    def _add_turn(self, turn: SpokenTurn) -> Recognition:
        audio_format = self._values.input_format
        part = ContentPart(type="input_audio", transcript=None)
        item = Item(
            id=turn.item_id, type="message", status="completed", role="user", content=(part,)
        )
        sound_ms = audio_format.bytes_to_ms(len(turn.audio))
        entry = Entry(item, turn.audio, audio_format, sound_ms, None)
        self._outbox.send(
            InputAudioBufferCommitted,
            previous_item_id=self._conversation.tail_id,
            item_id=turn.item_id,
        )
        self._add(entry)
        recognition = turn.recognition or self._transcripts.start(turn.audio, audio_format)
        self._transcripts.assign(recognition, entry, shown=self._values.transcribes)
        return recognition

    def _note_idleness(self) -> None:
        part = ContentPart(type="input_text", text=_IDLE_NOTE)
        note = Item(
            id=self._ids.new("item"),
            type="message",
            status="completed",
            role="system",
            content=(part,),
        )
        self._add(Entry(note))

    def _add(self, entry: Entry, after: str | None = None) -> None:
        previous = self._conversation.add(entry, after)
        self._outbox.send(ConversationItemAdded, previous_item_id=previous, item=entry.item)
        self._outbox.send(ConversationItemDone, previous_item_id=previous, item=entry.item)

    def _respond(self, params: dict[str, Any]) -> None:
        self._responses.create(self._values, params)
        if self._responses.active is not None:
            self._listening.reply_begins()

    # The session itself.

    def _configure_listening(self) -> None:
        self._listening.configure(self._values.input_format, self._values.turn_detection)

    def _greet(self) -> None:
        self._outbox.send(SessionCreated, session=self._session_on_wire())
        if self._config.dialect is Dialect.BETA and not self._values.is_transcription:
            conversation = ConversationValue.model_validate(
                {"id": self._conversation.id, "object": "realtime.conversation"}
            )
            self._outbox.send(ConversationCreated, conversation=conversation)

    def _session_on_wire(self) -> Json:
        identity = {"id": self._session_id, "expires_at": self._config.expires_at}
        return self._values.wire | identity


_HANDLERS: dict[type, Callable[[Engine, Any], None]] = {
    SessionUpdate: Engine._session_update,  # noqa: SLF001  # the class's own table
    InputAudioBufferAppend: Engine._append,  # noqa: SLF001
    InputAudioBufferCommit: Engine._commit,  # noqa: SLF001
    InputAudioBufferClear: Engine._clear,  # noqa: SLF001
    ConversationItemCreate: Engine._create_item,  # noqa: SLF001
    ConversationItemDelete: Engine._delete_item,  # noqa: SLF001
    ConversationItemRetrieve: Engine._retrieve_item,  # noqa: SLF001
    ConversationItemTruncate: Engine._truncate_item,  # noqa: SLF001
    ResponseCreate: Engine._create_response,  # noqa: SLF001
    ResponseCancel: Engine._cancel_response,  # noqa: SLF001
    OutputAudioBufferClear: Engine._clear_output,  # noqa: SLF001
}


def _event_id(event: object) -> str | None:
    match event:
        case ClientEvent():
            return event.event_id
        case Unknown(payload=payload) | Malformed(payload=payload):
            given = payload.get("event_id") if payload else None
            return given if isinstance(given, str) else None
        case _:
            return None


def _why_malformed(event: Malformed) -> Refused:
    if event.payload is None:
        return invalid_json()
    if not event.type:
        return missing_parameter("type")
    place, _, fault = event.why.partition(": ")
    if fault == "Field required":
        return missing_parameter(place)
    return invalid_value(place, f"Invalid '{place}': {fault or event.why}.")
