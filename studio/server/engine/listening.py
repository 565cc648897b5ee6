"""The user's side of a session: the input buffer, the VAD, and the words of the current turn.

Recognition starts on speculation when the user has been silent for a moment, so that its answer is
there when the silence has lasted long enough; it is dropped where the user speaks on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from studio.server.engine.errors import buffer_full, commit_empty
from studio.server.engine.input_buffer import InputBuffer
from studio.vad.detector import ProbabilityStream, SpeechDetector
from studio.vad.endofturn import LONGEST_WAIT_MS, WORDS_AFTER_MS, wait_ms
from studio.vad.profile import OPENAI, Profile
from studio.vad.segmenter import (
    LONGEST_TURN_MS,
    Edge,
    Segmenter,
    SegmenterSettings,
    SilenceBegan,
    SilenceBroken,
    SpeechStarted,
    SpeechStopped,
)

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.core.ids import IdSource
    from studio.server.engine.settings import Json
    from studio.server.engine.transcripts import Recognition, Transcripts

KEPT_BEFORE_SPEECH_MS = 10_000
"""How much audio without speech is kept, for the longest prefix padding and commits by hand."""

SHORTEST_COMMIT_MS = 100


@dataclass(frozen=True, slots=True)
class TurnBegan:
    """The VAD heard speech; the turn will be the item `item_id`."""

    item_id: str
    audio_start_ms: int


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The VAD decided that the turn is over."""

    turn: SpokenTurn
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class IdleTooLong:
    """Nobody spoke since the last reply ended at `audio_start_ms`."""

    turn: SpokenTurn
    audio_start_ms: int
    audio_end_ms: int


Happening: TypeAlias = TurnBegan | TurnEnded | IdleTooLong


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """Audio that became a turn; `recognition` runs already where speculation fitted."""

    item_id: str
    audio: bytes
    recognition: Recognition | None = None


@dataclass(slots=True)
class _Speech:
    item_id: str
    start_ms: int
    recognition: Recognition | None = None


class Listening:
    """Takes audio in, gives turns out."""

    def __init__(
        self,
        detector: SpeechDetector,
        transcripts: Transcripts,
        ids: IdSource,
        profile: Profile = OPENAI,
    ) -> None:
        self._detector = detector
        self._transcripts = transcripts
        self._ids = ids
        self._buffer: InputBuffer | None = None
        self._rules: Json | None = None
        self._stream: ProbabilityStream | None = None
        self._stream_base_ms = 0
        self._segmenter = Segmenter(SegmenterSettings(), profile)
        self._speech: _Speech | None = None
        self._quiet_since_ms: float | None = None
        self._taken_until_ms = 0.0

    @property
    def speaking(self) -> bool:
        """Whether a turn is open."""
        return self._speech is not None

    def configure(self, audio_format: AudioFormat, rules: Json | None) -> None:
        """Use these settings from the next append on.

        Another format begins a new stretch of the timeline; another threshold does not.
        """
        buffer = self._buffer
        moved = buffer is None or buffer.audio_format is not audio_format
        if moved:
            self._buffer = InputBuffer(audio_format, buffer.position_ms if buffer else 0.0)
        if rules is None:
            self._stream = None
            self._drop_speech()
        else:
            self._segmenter.update(_segmenter_settings(rules))
            if moved or self._stream is None:
                self._begin_stream(audio_format)
        if rules is None or rules.get("idle_timeout_ms") is None:
            self._quiet_since_ms = None
        self._rules = rules

    def reply_ends_in(self, playing_ms: float) -> None:
        """A reply has been sent that takes so long to play: from then on idleness counts."""
        if self._rules and self._rules.get("idle_timeout_ms") and not self._speech:
            self._quiet_since_ms = self._held.position_ms + playing_ms

    def reply_begins(self) -> None:
        """While a reply is made, nobody is idle."""
        self._quiet_since_ms = None

    def append(self, payload: bytes) -> list[Happening]:
        """More of the user's audio; what it made happen, in order.

        Raises:
            Refused: the buffer is full.
        """
        buffer = self._held
        if self._stream is None:
            if buffer.held_ms + buffer.audio_format.bytes_to_ms(len(payload)) > LONGEST_TURN_MS:
                raise buffer_full(LONGEST_TURN_MS)
            buffer.append(payload)
            return []
        buffer.append(payload)
        found = [
            happening
            for _, probability in self._stream.push(payload)
            for happening in self._frame(probability)
        ]
        if self._speech is None:
            buffer.drop_before(buffer.position_ms - KEPT_BEFORE_SPEECH_MS)
        return found

    def commit(self) -> SpokenTurn:
        """Make what is held a turn, now.

        Raises:
            Refused: there is less than 100 ms.
        """
        buffer = self._held
        speech = self._speech
        start_ms = buffer.held_from_ms if speech is None else speech.start_ms
        if buffer.position_ms - max(start_ms, buffer.held_from_ms) < SHORTEST_COMMIT_MS:
            raise commit_empty(buffer.held_ms)
        audio = buffer.between(start_ms, buffer.position_ms)
        item_id = self._ids.new("item") if speech is None else speech.item_id
        self._drop_speech()
        self._quiet_since_ms = None
        self._taken_until_ms = buffer.position_ms
        buffer.clear()
        return SpokenTurn(item_id, audio)

    def clear(self) -> None:
        """Forget what is held, an open turn included."""
        self._drop_speech()
        self._taken_until_ms = self._held.position_ms
        self._held.clear()

    @property
    def _held(self) -> InputBuffer:
        assert self._buffer is not None, "configured before use"
        return self._buffer

    def _begin_stream(self, audio_format: AudioFormat) -> None:
        self._drop_speech()
        self._stream = ProbabilityStream(self._detector, audio_format)
        self._segmenter.reset()
        self._stream_base_ms = int(self._held.position_ms)

    def _drop_speech(self) -> None:
        self._segmenter.commit()
        if self._speech is not None and self._speech.recognition is not None:
            self._transcripts.drop(self._speech.recognition)
        self._speech = None

    def _frame(self, probability: float) -> list[Happening]:
        if self._now_ms() < self._taken_until_ms:
            probability = 0.0  # a frame that began before the cut must not open another turn
        edges = self._segmenter.push(probability)
        if self._segmenter.silence_ms >= WORDS_AFTER_MS:
            self._speculate()
        if self._must_end():
            edges = (*edges, *self._segmenter.commit())
        found = [happening for edge in edges if (happening := self._edge(edge)) is not None]
        if not found and (idle := self._idle()) is not None:
            return [idle]
        return found

    def _must_end(self) -> bool:
        """Whether the turn is over for a reason that the segmenter does not know."""
        speech = self._speech
        if speech is None or self._rules is None:
            return False
        if self._now_ms() - speech.start_ms >= LONGEST_TURN_MS:
            return True
        silence_ms = self._segmenter.silence_ms
        if self._rules["type"] != "semantic_vad" or not silence_ms:
            return False
        words = speech.recognition.words if speech.recognition is not None else None
        return silence_ms >= wait_ms(words, self._rules["eagerness"])

    def _edge(self, edge: Edge) -> Happening | None:
        match edge:
            case SpeechStarted():
                start_ms = edge.audio_start_ms + self._stream_base_ms
                self._speech = _Speech(self._ids.new("item"), start_ms)
                self._quiet_since_ms = None
                return TurnBegan(self._speech.item_id, start_ms)
            case SilenceBroken():
                self._forget_speculation()
            case SpeechStopped():
                return self._turn_ended(edge.audio_end_ms + self._stream_base_ms)
            case SilenceBegan():
                pass
        return None

    def _speculate(self) -> None:
        speech = self._speech
        if speech is None or speech.recognition is not None:
            return
        audio = self._held.between(speech.start_ms, self._now_ms())
        speech.recognition = self._transcripts.start(audio, self._held.audio_format)

    def _forget_speculation(self) -> None:
        assert self._speech is not None
        if self._speech.recognition is not None:
            self._transcripts.drop(self._speech.recognition)
            self._speech.recognition = None

    def _turn_ended(self, end_ms: int) -> TurnEnded:
        speech = self._speech
        assert speech is not None
        audio = self._held.between(speech.start_ms, end_ms)
        self._held.drop_before(end_ms)
        self._speech = None
        return TurnEnded(SpokenTurn(speech.item_id, audio, speech.recognition), end_ms)

    def _now_ms(self) -> int:
        return self._stream_base_ms + self._segmenter.position_ms

    def _idle(self) -> IdleTooLong | None:
        since_ms = self._quiet_since_ms
        if since_ms is None or self._speech is not None or self._rules is None:
            return None
        now_ms = self._now_ms()
        if now_ms - since_ms < self._rules["idle_timeout_ms"]:
            return None
        self._quiet_since_ms = None
        audio = self._held.between(since_ms, now_ms)
        self._held.drop_before(now_ms)
        turn = SpokenTurn(self._ids.new("item"), audio)
        return IdleTooLong(turn, int(since_ms), now_ms)


def _segmenter_settings(rules: Json) -> SegmenterSettings:
    if rules["type"] == "semantic_vad":
        return SegmenterSettings(silence_duration_ms=LONGEST_WAIT_MS[rules["eagerness"]])
    return SegmenterSettings(
        float(rules["threshold"]), rules["prefix_padding_ms"], rules["silence_duration_ms"]
    )
