"""A library of synthetic conversations, as the envelopes that a worker would have stamped.

One conversation serves the tests of the fold, of storage and of the screen. `LIBRARY` names them
all; `Talk` writes further ones. Everything in them is made up and the same on every run.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from studio.audio.cleaning import Cleaning
from studio.protocol.dialect import Dialect
from studio.protocol.events import (
    ConversationItemAdded,
    ConversationItemCreate,
    ConversationItemDone,
    ConversationItemInputAudioTranscriptionCompleted,
    ConversationItemInputAudioTranscriptionDelta,
    ConversationItemInputAudioTranscriptionFailed,
    ConversationItemTruncate,
    ConversationItemTruncated,
    Error,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    InputAudioBufferCommitted,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
    RateLimitsUpdated,
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ResponseCreate,
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
    SessionCreated,
    SessionUpdate,
    SessionUpdated,
)
from studio.protocol.settings import DEFAULTS, SessionSettings, apply
from studio.protocol.values import (
    ContentPart,
    ErrorDetail,
    InputTokens,
    Item,
    OutputTokens,
    RateLimit,
    Response,
    StatusDetails,
    Usage,
)
from studio.session.envelope import Envelope
from studio.session.local import (
    CallerSaid,
    ConnectionClosed,
    ConnectionFailed,
    ConnectionOpened,
    ConnectWanted,
    DeviceOpened,
    EchoScored,
    InterruptWanted,
    LinkMeasured,
    LocalSpeechStarted,
    LocalSpeechStopped,
    PlaybackFinished,
    PlaybackFlushed,
    PlaybackSilenced,
    PlaybackStarted,
    ProblemSeen,
    SessionEnded,
    SettingsAsked,
    SoundWanted,
    TalkKeySet,
    TextWanted,
    ToolAnswered,
)
from tests.builders import PCM16, Script

MODEL = "studio-host"
CONVERSATION = "conv_1"
SILENCE_MS = 500
PREFIX_MS = 300
BLOCK_MS = 100
WORD_MS = 300
"""How long the synthetic voice speaks one word."""

_LOUD = base64.b64encode(b"\x00\x20" * (PCM16.ms_to_bytes(BLOCK_MS) // 2)).decode()
_QUIET = base64.b64encode(b"\x00\x00" * (PCM16.ms_to_bytes(BLOCK_MS) // 2)).decode()
_VOICE = base64.b64encode(b"\x00\x10" * (PCM16.ms_to_bytes(WORD_MS) // 2)).decode()


@dataclass(slots=True)
class Talk:
    """A conversation being written; ids and times follow from what was written before."""

    script: Script = field(default_factory=Script)
    settings: SessionSettings = DEFAULTS
    sent_ms: int = 0
    tail: str | None = None
    items: int = 0
    replies: int = 0

    @property
    def envelopes(self) -> tuple[Envelope, ...]:
        """Everything so far."""
        return tuple(self.script.envelopes)

    def connect(self, settings: SessionSettings = DEFAULTS) -> Talk:
        """A session with the local server, its devices open, its settings asked and echoed."""
        said = self.script
        self.settings = settings
        said.local(
            ConnectWanted(
                provider="local",
                url="ws://127.0.0.1:8765/v1/realtime",
                model=MODEL,
                dialect=said.dialect,
                settings=settings,
            )
        )
        for direction, name in (("input", "demo voice"), ("output", "silent speaker")):
            said.wait(4).local(
                DeviceOpened.model_validate(
                    {"direction": direction, "name": name, "virtual": True, "rate_hz": 24_000}
                )
            )
        said.wait(12).local(ConnectionOpened())
        said.wait(8).server(SessionCreated(event_id="event_hello", session=self._session(DEFAULTS)))
        said.client(SessionUpdate(event_id="event_ask", session=settings.to_wire(Dialect.GA)))
        said.wait(6).server(SessionUpdated(event_id="event_ok", session=self._session(settings)))
        return self

    def _session(self, settings: SessionSettings) -> dict[str, object]:
        described = {
            "object": "realtime.session",
            "id": "sess_1",
            "model": MODEL,
            "expires_at": 1_767_272_400,
        }
        return settings.to_wire(Dialect.GA) | described

    def sound(self, ms: int, *, loud: bool = False) -> Talk:
        """The microphone's sound flows for `ms`."""
        for _ in range(ms // BLOCK_MS):
            self.script.wait(BLOCK_MS)
            self.script.client(InputAudioBufferAppend(audio=_LOUD if loud else _QUIET))
            self.sent_ms += BLOCK_MS
        return self

    def user_speaks(
        self, text: str, *, ms: int = 1_800, words_first: bool = False, transcribed: bool = True
    ) -> Talk:
        """The user says this; server and local VAD hear it, the turn ends, the words come."""
        self.user_begins(text, ms=ms)
        return self.user_ends(text, words_first=words_first, transcribed=transcribed)

    def user_begins(self, text: str = "", *, ms: int = 1_800) -> Talk:
        """The user speaks for `ms` and has not been silent long enough."""
        item_id = f"item_user_{self.items + 1}"
        if text:
            self.script.local(CallerSaid(text=text, audio_ms=self.sent_ms))
        start_ms = self.sent_ms
        self.sound(BLOCK_MS, loud=True)
        self.script.local(LocalSpeechStarted(audio_ms=start_ms))
        self.script.wait(20).server(
            InputAudioBufferSpeechStarted(
                audio_start_ms=max(0, start_ms - PREFIX_MS), item_id=item_id
            )
        )
        return self.sound(ms - BLOCK_MS, loud=True)

    def user_ends(self, text: str, *, words_first: bool = False, transcribed: bool = True) -> Talk:
        """Silence, the server's decision, the user's item and its words."""
        said = self.script
        item_id = f"item_user_{self.items + 1}"
        end_ms, stopped_at = self.sent_ms, said.now
        self.sound(SILENCE_MS)
        said.local(LocalSpeechStopped(audio_ms=end_ms, stopped_at=stopped_at))
        if words_first:
            self._words(item_id, text)
        said.wait(15).server(
            InputAudioBufferSpeechStopped(audio_end_ms=end_ms + SILENCE_MS, item_id=item_id)
        )
        self.committed()
        if transcribed and not words_first:
            said.wait(30)
            self._words(item_id, text)
        return self

    def committed(self) -> Talk:
        """The input buffer becomes the next user item."""
        self.items += 1
        item_id = f"item_user_{self.items}"
        self.script.server(InputAudioBufferCommitted(item_id=item_id, previous_item_id=self.tail))
        part = ContentPart(type="input_audio", transcript=None)
        self._item(
            Item(id=item_id, type="message", role="user", status="completed", content=(part,))
        )
        return self

    def words(self, text: str) -> Talk:
        """The words of the latest user item come."""
        self._words(f"item_user_{self.items}", text)
        return self

    def _words(self, item_id: str, text: str) -> None:
        for word in _pieces(text):
            self.script.server(
                ConversationItemInputAudioTranscriptionDelta(
                    item_id=item_id, content_index=0, delta=word
                )
            )
        self.script.server(
            ConversationItemInputAudioTranscriptionCompleted(
                item_id=item_id,
                content_index=0,
                transcript=text,
                usage=Usage(type="duration", seconds=2.0),
            )
        )

    def _item(self, item: Item) -> None:
        """The item is added and done at once, after the tail."""
        for event in (ConversationItemAdded, ConversationItemDone):
            self.script.server(event(item=item, previous_item_id=self.tail))
        self.tail = item.id

    def user_types(self, text: str) -> Talk:
        """The user types this and asks for a reply."""
        said = self.script
        self.items += 1
        part = ContentPart(type="input_text", text=text)
        item = Item(type="message", role="user", content=(part,))
        said.local(TextWanted(text=text))
        said.wait(1).client(ConversationItemCreate(event_id=f"event_item_{self.items}", item=item))
        said.client(ResponseCreate(event_id=f"event_create_{self.items}"))
        said.wait(5)
        self._item(item.model_copy(update={"id": f"item_user_{self.items}", "status": "completed"}))
        return self

    def reply_begins(self, *, after_ms: float = 40) -> Talk:
        """A response and its message item begin."""
        self.replies += 1
        said = self.script.wait(after_ms)
        response = Response(id=self.response_id, status="in_progress", conversation_id=CONVERSATION)
        said.server(ResponseCreated(response=response))
        item = Item(id=self.item_id, type="message", role="assistant", status="in_progress")
        said.server(
            ResponseOutputItemAdded(response_id=self.response_id, output_index=0, item=item)
        )
        said.server(ConversationItemAdded(item=item, previous_item_id=self.tail))
        self.tail = self.item_id
        return self

    @property
    def response_id(self) -> str:
        """The latest response."""
        return f"resp_{self.replies}"

    @property
    def item_id(self) -> str:
        """The latest response's item."""
        return f"item_assistant_{self.replies}"

    def says(self, text: str, *, heard_after_ms: float = 25) -> Talk:
        """Words and their audio come, faster than they are heard; the first of it is heard."""
        said = self.script
        place = {"item_id": self.item_id, "response_id": self.response_id}
        said.server(
            ResponseContentPartAdded(**place, part=ContentPart(type="audio", transcript=""))
        )
        first = True
        for word in _pieces(text):
            said.wait(20).server(ResponseOutputAudioTranscriptDelta(**place, delta=word))
            said.wait(10).server(ResponseOutputAudioDelta(**place, delta=_VOICE))
            if first:
                heard_at = round(said.now + heard_after_ms / 1000, 6)
                said.wait(heard_after_ms).local(
                    PlaybackStarted(item_id=self.item_id, content_index=0, heard_at=heard_at)
                )
            first = False
        return self

    def writes(self, text: str) -> Talk:
        """A text-only reply comes."""
        said = self.script
        place = {"item_id": self.item_id, "response_id": self.response_id}
        said.server(ResponseContentPartAdded(**place, part=ContentPart(type="text", text="")))
        for word in _pieces(text):
            said.wait(20).server(ResponseOutputTextDelta(**place, delta=word))
        said.server(ResponseOutputTextDone(**place, text=text))
        part = ContentPart(type="text", text=text)
        said.server(ResponseContentPartDone(**place, part=part))
        item = self._assistant("completed", ContentPart(type="output_text", text=text))
        return self.response_ends(item)

    def voice_ends(self, text: str, *, status: str = "completed", reason: str = "") -> Talk:
        """The tail of a spoken response: complete, or cancelled by the server."""
        said = self.script
        place = {"item_id": self.item_id, "response_id": self.response_id}
        said.wait(5).server(ResponseOutputAudioDone(**place))
        said.server(ResponseOutputAudioTranscriptDone(**place, transcript=text))
        part = ContentPart(type="audio", transcript=text)
        said.server(ResponseContentPartDone(**place, part=part))
        state = "completed" if status == "completed" else "incomplete"
        item = self._assistant(state, ContentPart(type="output_audio", transcript=text))
        return self.response_ends(item, status=status, reason=reason)

    def _assistant(self, status: str, part: ContentPart) -> Item:
        return Item(
            id=self.item_id, type="message", role="assistant", status=status, content=(part,)
        )

    def response_ends(self, item: Item, *, status: str = "completed", reason: str = "") -> Talk:
        """The item is done, the response is done, the limits are told."""
        said = self.script
        said.server(ConversationItemDone(item=item, previous_item_id=None))
        said.server(ResponseOutputItemDone(response_id=self.response_id, output_index=0, item=item))
        details = StatusDetails(type=status, reason=reason) if reason else None
        said.server(
            ResponseDone(
                response=Response(
                    id=self.response_id,
                    status=status,
                    status_details=details,
                    output=(item,),
                    usage=_usage(self.replies),
                    conversation_id=CONVERSATION,
                )
            )
        )
        limit = RateLimit(name="tokens", limit=40_000, remaining=39_000, reset_seconds=1.5)
        said.wait(30).server(RateLimitsUpdated(rate_limits=(limit,)))
        return self

    def heard_whole(self, text: str) -> Talk:
        """The voice is heard to its end; silence is sent meanwhile."""
        played_ms = len(_pieces(text)) * WORD_MS
        self.sound(played_ms)
        self.script.local(
            PlaybackFinished(item_id=self.item_id, content_index=0, played_ms=float(played_ms))
        )
        return self

    def reply(self, text: str) -> Talk:
        """A whole spoken reply, heard to its end."""
        return self.reply_begins().says(text).voice_ends(text).heard_whole(text)

    def flushed(self, played_ms: float, received_ms: float, *, reason: str = "barge-in") -> Talk:
        """Playback was cut, and the server is told what was heard."""
        said = self.script
        said.wait(8).local(
            PlaybackFlushed.model_validate(
                {
                    "item_id": self.item_id,
                    "content_index": 0,
                    "played_ms": played_ms,
                    "received_ms": received_ms,
                    "reason": reason,
                }
            )
        )
        heard_ms = int(min(played_ms, received_ms))
        said.client(
            ConversationItemTruncate(
                event_id=f"event_cut_{self.replies}",
                item_id=self.item_id,
                content_index=0,
                audio_end_ms=heard_ms,
            )
        )
        said.wait(6).server(
            ConversationItemTruncated(item_id=self.item_id, content_index=0, audio_end_ms=heard_ms)
        )
        return self

    def calls(self, name: str, arguments: str, call_id: str) -> Talk:
        """A response that calls a function and says nothing."""
        self.replies += 1
        said = self.script.wait(60)
        said.server(
            ResponseCreated(
                response=Response(
                    id=self.response_id, status="in_progress", conversation_id=CONVERSATION
                )
            )
        )
        item = Item(
            id=self.item_id,
            type="function_call",
            status="in_progress",
            name=name,
            call_id=call_id,
            arguments="",
        )
        said.server(
            ResponseOutputItemAdded(response_id=self.response_id, output_index=0, item=item)
        )
        said.server(ConversationItemAdded(item=item, previous_item_id=self.tail))
        self.tail = self.item_id
        place = {"item_id": self.item_id, "response_id": self.response_id, "call_id": call_id}
        for at in range(0, len(arguments), 6):
            said.wait(4).server(
                ResponseFunctionCallArgumentsDelta(**place, delta=arguments[at : at + 6])
            )
        said.server(ResponseFunctionCallArgumentsDone(**place, name=name, arguments=arguments))
        done = item.model_copy(update={"status": "completed", "arguments": arguments})
        return self.response_ends(done)

    def answers(self, call_id: str, output: str) -> Talk:
        """The person answers the call; the model is asked to go on."""
        said = self.script
        said.wait(120).local(ToolAnswered(call_id=call_id, output=output))
        item = Item(type="function_call_output", call_id=call_id, output=output)
        said.client(ConversationItemCreate(event_id=f"event_{call_id}", item=item))
        said.client(ResponseCreate(event_id=f"event_go_{call_id}"))
        said.wait(5)
        self._item(item.model_copy(update={"id": f"item_output_{call_id}"}))
        return self

    def end(self) -> Talk:
        """The person leaves."""
        self.script.wait(200).local(ConnectionClosed(code=1000, expected=True))
        self.script.local(SessionEnded(reason="left"))
        return self


def _pieces(text: str) -> list[str]:
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def _usage(replies: int) -> Usage:
    """Each response pays for the whole conversation again; from the second on, some is cached."""
    cached = 64 if replies > 1 else 0
    return Usage(
        total_tokens=100 * replies + 80,
        input_tokens=100 * replies,
        output_tokens=80,
        input_token_details=InputTokens(
            text_tokens=60 * replies, audio_tokens=40 * replies, cached_tokens=cached
        ),
        output_token_details=OutputTokens(text_tokens=20, audio_tokens=60),
    )


QUESTION = "What time is it?"
ANSWER = "It is twelve o'clock."
STORY = (
    "Once upon a time a lighthouse keeper counted the ships that passed, "
    "and every night there was one more than the sea had room for."
)
WEATHER_TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def connected() -> tuple[Envelope, ...]:
    """A session that is open; nobody has said anything."""
    return Talk().connect().envelopes


def refused_key() -> tuple[Envelope, ...]:
    """The service shakes hands, refuses the key and closes."""
    said = Script()
    said.local(
        ConnectWanted(
            provider="openai",
            url="wss://api.openai.com/v1/realtime",
            model="gpt-realtime-2.1",
            dialect=Dialect.GA,
            settings=DEFAULTS,
        )
    )
    said.wait(310).local(ConnectionOpened())
    said.wait(40).server(
        Error(
            event_id="event_no",
            error=ErrorDetail(
                type="invalid_request_error",
                code="invalid_api_key",
                message="Incorrect API key provided.",
            ),
        )
    )
    said.local(ConnectionClosed(code=3000, reason="invalid_request_error.invalid_api_key"))
    return tuple(said.envelopes)


def unreachable() -> tuple[Envelope, ...]:
    """Nothing listens at the address."""
    said = Script()
    said.local(
        ConnectWanted(
            provider="local",
            url="ws://127.0.0.1:1/v1/realtime",
            model=MODEL,
            dialect=Dialect.GA,
            settings=DEFAULTS,
        )
    )
    said.wait(30).local(
        ConnectionFailed(
            title="Cannot connect",
            message="127.0.0.1:1 refused the connection.",
            hint="Start the local server with `studio serve`.",
        )
    )
    return tuple(said.envelopes)


def listening() -> tuple[Envelope, ...]:
    """The user is speaking and has not finished."""
    return Talk().connect().sound(600).user_begins(QUESTION, ms=900).envelopes


def answering() -> tuple[Envelope, ...]:
    """The assistant is speaking: more words have come than were heard."""
    return Talk().connect().sound(600).user_speaks(QUESTION).reply_begins().says(STORY).envelopes


def spoken_turn() -> tuple[Envelope, ...]:
    """A question and an answer that was heard to its end, and a clean end."""
    talk = Talk().connect().sound(600).user_speaks(QUESTION).reply(ANSWER)
    return talk.sound(400).end().envelopes


def two_turns() -> tuple[Envelope, ...]:
    """Two questions and two answers; the second finds some of its tokens cached."""
    talk = Talk().connect().sound(600).user_speaks(QUESTION).reply(ANSWER).sound(700)
    talk.user_speaks("And how long is a minute?").reply("Sixty seconds, or a kettle and a half.")
    return talk.end().envelopes


def typed_turn() -> tuple[Envelope, ...]:
    """A typed question and a spoken answer."""
    return Talk().connect().user_types(QUESTION).reply(ANSWER).end().envelopes


def text_only() -> tuple[Envelope, ...]:
    """A typed question and a written answer."""
    settings = apply(DEFAULTS, SessionSettings(output_modalities=("text",)))
    talk = Talk().connect(settings).user_types(QUESTION).reply_begins().writes(ANSWER)
    return talk.end().envelopes


def barge_in() -> tuple[Envelope, ...]:
    """The user cuts in while the response is still being made; the server cancels it."""
    talk = Talk().connect().sound(600).user_speaks("Tell me a story.")
    words = " ".join(STORY.split(" ")[:8])
    talk.reply_begins().says(words).sound(1_000)
    talk.user_begins("Stop.", ms=BLOCK_MS)
    talk.voice_ends(words, status="cancelled", reason="turn_detected")
    talk.flushed(1_090.5, 2_400.0).sound(500, loud=True).user_ends("Stop.")
    return talk.reply("All right.").end().envelopes


def late_barge_in() -> tuple[Envelope, ...]:
    """The user cuts in when the response is complete but not yet heard."""
    talk = Talk().connect().sound(600).user_speaks("Tell me a story.")
    talk.reply_begins().says(STORY).voice_ends(STORY).sound(1_500)
    talk.user_begins("Stop.", ms=BLOCK_MS)
    talk.flushed(1_590.0, len(STORY.split(" ")) * float(WORD_MS))
    talk.sound(500, loud=True).user_ends("Stop.")
    return talk.reply("All right.").end().envelopes


def interrupted() -> tuple[Envelope, ...]:
    """The person presses the interrupt key."""
    talk = Talk().connect().sound(600).user_speaks("Tell me a story.")
    words = " ".join(STORY.split(" ")[:8])
    talk.reply_begins().says(words).sound(700)
    talk.script.local(InterruptWanted())
    talk.script.client_raw(
        json.dumps(
            {"type": "response.cancel", "event_id": "event_hush", "response_id": talk.response_id}
        )
    )
    talk.flushed(740.0, 2_400.0, reason="interrupt")
    talk.voice_ends(words, status="cancelled", reason="client_cancelled")
    return talk.sound(300).end().envelopes


def self_interruption() -> tuple[Envelope, ...]:
    """The speaker is heard by the microphone, and the assistant falls silent at its own voice."""
    talk = Talk().connect()
    said = talk.script
    said.local(SoundWanted(cleaning=Cleaning(echo="off")))
    said.local(LinkMeasured(rtt_ms=12.0))
    talk.sound(600).user_speaks("Tell me a story.")
    talk.reply_begins().says(STORY).voice_ends(STORY).sound(1_500)
    talk.user_begins(ms=BLOCK_MS)
    talk.flushed(1_590.0, len(STORY.split(" ")) * float(WORD_MS))
    said.local(PlaybackSilenced(silent_at=round(said.now - 0.004, 6)))
    said.local(
        EchoScored(
            item_id="item_user_2", audio_start_ms=talk.sent_ms - 400, score=0.91, lag_ms=42.0
        )
    )
    talk.sound(500, loud=True).user_ends("Once upon")
    return talk.reply("Once upon what?").end().envelopes


def tool_round() -> tuple[Envelope, ...]:
    """The model calls a function, is answered, and says the result."""
    settings = apply(DEFAULTS, SessionSettings.model_validate({"tools": [WEATHER_TOOL]}))
    talk = Talk().connect(settings).sound(600).user_speaks("What is the weather in London?")
    talk.calls("get_weather", '{"city": "London"}', "call_1")
    talk.answers("call_1", '{"sky": "foggy", "degrees": 12}')
    return talk.reply("It is foggy and twelve degrees in London.").end().envelopes


def waiting_for_a_tool() -> tuple[Envelope, ...]:
    """The model has called a function that nobody has answered."""
    settings = apply(DEFAULTS, SessionSettings.model_validate({"tools": [WEATHER_TOOL]}))
    talk = Talk().connect(settings).sound(600).user_speaks("What is the weather in London?")
    return talk.calls("get_weather", '{"city": "London"}', "call_1").envelopes


def push_to_talk() -> tuple[Envelope, ...]:
    """Turn detection is off; the key is held while the user speaks."""
    manual = apply(DEFAULTS, SessionSettings(turn_detection=None))
    talk = Talk().connect(manual)
    said = talk.script
    said.wait(500).local(TalkKeySet(held=True))
    said.client(InputAudioBufferClear(event_id="event_clear"))
    said.local(LocalSpeechStarted(audio_ms=0))
    talk.sound(1_500, loud=True)
    said.local(LocalSpeechStopped(audio_ms=1_500, stopped_at=said.now))
    talk.sound(BLOCK_MS)
    said.local(TalkKeySet(held=False))
    said.client(InputAudioBufferCommit(event_id="event_commit"))
    said.client(ResponseCreate(event_id="event_create"))
    said.wait(6)
    talk.committed()
    talk.words(QUESTION)
    return talk.reply(ANSWER).end().envelopes


def refused_setting(
    why: str = "Cannot update a conversation's voice if assistant audio is present.",
) -> tuple[Envelope, ...]:
    """An update is refused as a whole, with the server's words."""
    talk = Talk().connect()
    said = talk.script
    asked = apply(DEFAULTS, SessionSettings.model_validate({"speed": 1.5, "voice": "cedar"}))
    said.wait(900).local(SettingsAsked(settings=asked))
    update = {"type": "realtime", "audio": {"output": {"voice": "cedar", "speed": 1.5}}}
    said.client(SessionUpdate(event_id="event_bad", session=update))
    said.wait(7).server(
        Error(
            event_id="event_err",
            error=ErrorDetail(
                type="invalid_request_error",
                code="cannot_update_voice",
                message=why,
                param="session.audio.output.voice",
                event_id="event_bad",
            ),
        )
    )
    return talk.envelopes


def words_before_item() -> tuple[Envelope, ...]:
    """The recogniser is faster than the conversation: words come before their item exists."""
    talk = Talk().connect().sound(600).user_speaks(QUESTION, words_first=True)
    return talk.reply(ANSWER).end().envelopes


def unheard_words() -> tuple[Envelope, ...]:
    """Transcription fails; the conversation goes on."""
    talk = Talk().connect().sound(600).user_speaks(QUESTION, transcribed=False)
    talk.script.wait(50).server(
        ConversationItemInputAudioTranscriptionFailed(
            item_id="item_user_1",
            error=ErrorDetail(
                type="transcription_error",
                code="audio_unintelligible",
                message="The audio could not be transcribed.",
            ),
        )
    )
    return talk.reply(ANSWER).end().envelopes


def failed_response() -> tuple[Envelope, ...]:
    """The service cannot answer."""
    talk = Talk().connect().user_types(QUESTION).reply_begins()
    talk.script.wait(200).server(
        ResponseDone(
            response=Response(
                id=talk.response_id,
                status="failed",
                status_details=StatusDetails(
                    type="failed",
                    error=ErrorDetail(
                        type="insufficient_quota",
                        code="insufficient_quota",
                        message="You exceeded your current quota.",
                    ),
                ),
                conversation_id=CONVERSATION,
            )
        )
    )
    return talk.envelopes


def idle_timeout() -> tuple[Envelope, ...]:
    """Nobody speaks, and the server asks whether anybody is there."""
    talk = Talk().connect().sound(600).user_speaks(QUESTION).reply(ANSWER).sound(5_000)
    said = talk.script
    said.server(
        InputAudioBufferTimeoutTriggered(
            audio_start_ms=talk.sent_ms - 5_000, audio_end_ms=talk.sent_ms, item_id="item_user_2"
        )
    )
    words = ContentPart(type="input_text", text="No user speech was detected for a while.")
    talk._item(
        Item(id="item_nudge", type="message", role="system", status="completed", content=(words,))
    )
    talk.committed()
    return talk.reply("Are you still there?").end().envelopes


def dropped_connection() -> tuple[Envelope, ...]:
    """The network goes away in the middle of an answer."""
    talk = Talk().connect().sound(600).user_speaks(QUESTION).reply_begins().says(STORY)
    talk.script.wait(40).local(ConnectionClosed(code=1006))
    talk.script.local(SessionEnded(reason="the connection closed"))
    return talk.envelopes


def hostile() -> tuple[Envelope, ...]:
    """Terminal codes, markup, bidi overrides, broken frames and unknown events."""
    talk = Talk().connect().user_types("\x1b[2J\x1b]0;owned\x07 [bold]not markup[/bold] \u202eabc")
    talk.reply("# Heading <script>alert(1)</script> | `code` \x9b31m [link](x) 漢字 👩‍👩‍👧")
    said = talk.script
    said.server_raw('{"type": "response.output_audio.delta", "delta": 7}')
    said.server_raw("not json at all\n\x1b[31m")
    said.server_raw('{"type": "ping", "timestamp": 1785214080296}')
    said.server_raw('{"type": "x.y", "note": {"$audio": {"track": "input"}}}')
    said.local(
        ProblemSeen(severity="warning", title="Odd\x1b[0m", message="a\r\nb\x00c", hint="[red]?")
    )
    return talk.envelopes


def beta_turn() -> tuple[Envelope, ...]:
    """A typed turn in the beta dialect: one word for added items, none for done ones."""
    said = Script(dialect=Dialect.BETA)
    frames = (
        {"type": "session.created", "session": {"id": "sess_1", "model": MODEL, "voice": "alloy"}},
        {
            "type": "conversation.item.created",
            "previous_item_id": None,
            "item": _beta_item("item_user_1", "user", {"type": "input_text", "text": QUESTION}),
        },
        {
            "type": "response.created",
            "response": {"id": "resp_1", "status": "in_progress", "conversation_id": CONVERSATION},
        },
        {
            "type": "conversation.item.created",
            "previous_item_id": "item_user_1",
            "item": _beta_item("item_assistant_1", "assistant"),
        },
        _beta_piece("response.audio_transcript.delta", delta=ANSWER),
        _beta_piece("response.audio.delta", delta=_VOICE),
        _beta_piece("response.audio.done"),
        _beta_piece("response.audio_transcript.done", transcript=ANSWER),
        {
            "type": "response.done",
            "response": {
                "id": "resp_1",
                "status": "completed",
                "output": [
                    _beta_item(
                        "item_assistant_1", "assistant", {"type": "audio", "transcript": ANSWER}
                    )
                ],
            },
        },
    )
    for frame in frames:
        said.wait(50).server_raw(json.dumps(frame))
    return tuple(said.envelopes)


def _beta_item(item_id: str, role: str, *content: dict[str, str]) -> dict[str, object]:
    return {
        "id": item_id,
        "object": "realtime.item",
        "type": "message",
        "role": role,
        "status": "completed",
        "content": list(content),
    }


def _beta_piece(event_type: str, **fields: str) -> dict[str, object]:
    place = {"response_id": "resp_1", "item_id": "item_assistant_1"}
    return {"type": event_type, "output_index": 0, "content_index": 0} | place | fields


def long_talk(turns: int = 30) -> tuple[Envelope, ...]:
    """Many turns, as in an hour of work."""
    talk = Talk().connect()
    for turn in range(turns):
        talk.sound(400).user_speaks(f"Question number {turn + 1}, please.", ms=1_200)
        talk.reply(f"Answer number {turn + 1}, at your service.")
    return talk.end().envelopes


def planted() -> tuple[Envelope, ...]:
    """A cut-off, a ghost turn and a refused update, among turns in good order."""
    talk = Talk().connect().sound(600).user_speaks(QUESTION).reply(ANSWER).sound(700)
    talk.user_speaks("I would like to book").sound(200).user_speaks("a table for two.")
    talk.reply("For which evening?").sound(900)
    talk.user_speaks("", ms=700).reply("Pardon?").sound(500)
    talk.user_speaks("On Friday.").reply("A table for two on Friday.")
    update = {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}
    talk.script.wait(400).client(SessionUpdate(event_id="event_bad", session=update))
    talk.script.wait(7).server(
        Error(
            event_id="event_err",
            error=ErrorDetail(
                type="invalid_request_error",
                code="cannot_update_voice",
                message="Cannot update a conversation's voice if assistant audio is present.",
                param="session.audio.output.voice",
                event_id="event_bad",
            ),
        )
    )
    return talk.sound(1_000).end().envelopes


LIBRARY: Mapping[str, Callable[[], tuple[Envelope, ...]]] = {
    make.__name__: make
    for make in (
        connected,
        refused_key,
        unreachable,
        listening,
        answering,
        spoken_turn,
        two_turns,
        typed_turn,
        text_only,
        barge_in,
        late_barge_in,
        interrupted,
        self_interruption,
        tool_round,
        waiting_for_a_tool,
        push_to_talk,
        refused_setting,
        words_before_item,
        unheard_words,
        failed_response,
        idle_timeout,
        dropped_connection,
        hostile,
        beta_turn,
        planted,
        long_talk,
    )
}
"""Every conversation by name."""
