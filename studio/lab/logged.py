"""What a session's log tells of turn detection: what was sent, and which edges were reported.

A server takes the client's events in the order in which they were sent, so that a change of
settings has its place in the audio: behind the bytes that were appended before it. Whether it was
taken at all, only the answer tells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.protocol.events import (
    Error,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCleared,
    InputAudioBufferCommit,
    InputAudioBufferCommitted,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
    SessionCreated,
    SessionUpdate,
    SessionUpdated,
)
from studio.protocol.knobs import DEFAULT_TURN_DETECTION, TurnDetection
from studio.protocol.values import StoredAudio, payload_bytes
from studio.session.envelope import Envelope, Origin
from studio.session.local import ConnectWanted, SettingsAsked
from studio.session.reduce import reduce
from studio.session.settings import refused_update
from studio.session.speech import input_format, turn_detection
from studio.session.state import SessionState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.storage.reader import StoredSession

Side = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Changed:
    """Settings that hold from a byte of the audio on.

    Attributes:
        at_bytes: how much had been sent before.
        detection: None where the client takes turns by itself.
        audio_format: in which the audio from there on is sent.
    """

    at_bytes: int
    detection: TurnDetection | None
    audio_format: AudioFormat


@dataclass(frozen=True, slots=True)
class Taken:
    """The client committed or cleared what had been sent, and an open turn ended there."""

    at_bytes: int


Happening: TypeAlias = Changed | Taken


@dataclass(frozen=True, slots=True)
class Reported:
    """An edge that the server told.

    Attributes:
        side: whether speech began or ended.
        audio_ms: `audio_start_ms` or `audio_end_ms`.
        at: the session second at which the news came.
        is_timed: whether `server_vad` decided it, whose rules are arithmetic.
    """

    side: Side
    audio_ms: int
    at: float
    is_timed: bool


@dataclass(frozen=True, slots=True)
class Logged:
    """One session's input and what the server made of it.

    Attributes:
        name: the session's.
        audio: what was sent, in `audio_format`.
        happenings: in order, the first at byte 0.
        edges: in the order in which they came.
        left_out: what cannot be judged, in sentences.
    """

    name: str
    provider: str
    model: str
    audio_format: AudioFormat
    audio: bytes
    happenings: tuple[Happening, ...]
    edges: tuple[Reported, ...]
    left_out: tuple[str, ...] = ()


def read_logged(stored: StoredSession) -> Logged:
    """What a stored session tells.

    Raises:
        StudioError: it has no sound of its own.
    """
    log = read_events(stored.envelopes())
    audio = stored.read_track("input", 0, log.sent_bytes)
    name = one_line(stored.path.name, 100)
    if not audio:
        raise StudioError(
            f"{name} has no sound of what was sent.",
            title="Nothing to compare with",
            hint="Take a session that the studio recorded, with its input.wav.",
        )
    edges, left_out = log.edges, log.left_out
    if log.lost_from is not None or len(audio) < log.sent_bytes:
        audio = audio[: log.lost_from]
        kept_ms = log.audio_format.bytes_to_ms(len(audio))
        edges = [each for each in edges if each.audio_ms <= kept_ms]
        words = f"The track lacks sound from {kept_ms / 1000:.1f} s on; the rest is left out."
        left_out = [*left_out, words]
    return Logged(
        name,
        stored.header.provider,
        stored.header.model,
        log.audio_format,
        audio,
        tuple(each for each in log.happenings if each.at_bytes <= len(audio)),
        tuple(edges),
        tuple(left_out),
    )


def read_events(envelopes: Iterable[Envelope]) -> Log:
    """What a session's events tell, without its sound."""
    log = Log()
    for envelope in envelopes:
        log.take(envelope)
    log.end()
    return log


@dataclass(slots=True)
class Log:
    """Follows a session's events.

    Attributes:
        sent_bytes: how much audio was sent so far.
        lost_from: the first byte that was sent and is not in the track; None where all is.
        happenings: by their place in the audio.
    """

    sent_bytes: int = 0
    lost_from: int | None = None
    audio_format: AudioFormat = AudioFormat.PCM16
    happenings: list[Happening] = field(default_factory=list)
    edges: list[Reported] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    _state: SessionState = field(default_factory=SessionState)
    _updates: list[int] = field(default_factory=list)
    _commits: list[tuple[str, int]] = field(default_factory=list)
    _clears: list[int] = field(default_factory=list)
    _ended_items: set[str] = field(default_factory=set)
    _said: set[str] = field(default_factory=set)

    def take(self, envelope: Envelope) -> None:
        """Take the next event in."""
        handler = _HANDLERS.get(type(envelope.event))
        if handler is not None:
            handler(self, envelope, envelope.event)

    def end(self) -> None:
        """Put what happened in the order of the audio; what came at one place keeps its order."""
        self.happenings.sort(key=lambda each: each.at_bytes)

    def _append(self, envelope: Envelope, event: InputAudioBufferAppend) -> None:
        if envelope.origin is not Origin.CLIENT:
            return
        payload = event.audio
        is_there = isinstance(payload, StoredAudio) and payload.span.offset == self.sent_bytes
        if not is_there and self.lost_from is None:
            self.lost_from = self.sent_bytes
        self.sent_bytes += payload_bytes(payload)

    def _fold(self, envelope: Envelope, _event: object = None) -> None:
        self._state = reduce(self._state, envelope).state

    def _update(self, envelope: Envelope, _event: SessionUpdate) -> None:
        self._updates.append(self.sent_bytes)
        self._fold(envelope)

    def _created(self, envelope: Envelope, _event: SessionCreated) -> None:
        self._fold(envelope)
        self._changed(self.sent_bytes)

    def _updated(self, envelope: Envelope, _event: SessionUpdated) -> None:
        self._fold(envelope)
        self._changed(self._updates.pop(0) if self._updates else self.sent_bytes)

    def _error(self, envelope: Envelope, event: Error) -> None:
        update = refused_update(self._state.settings, event.error)
        if update is None:
            self._commit_refused(event)
        elif (at := self._state.settings.pending.index(update)) < len(self._updates):
            del self._updates[at]
        self._fold(envelope)

    def _commit_refused(self, event: Error) -> None:
        meant = event.error.event_id
        is_empty = event.error.code == "input_audio_buffer_commit_empty"
        for at, (event_id, _) in enumerate(self._commits):
            if meant == event_id if meant else is_empty:
                del self._commits[at]
                return

    def _commit(self, _envelope: Envelope, event: InputAudioBufferCommit) -> None:
        self._commits.append((event.event_id or "", self.sent_bytes))

    def _committed(self, _envelope: Envelope, event: InputAudioBufferCommitted) -> None:
        if event.item_id not in self._ended_items and self._commits:
            self.happenings.append(Taken(self._commits.pop(0)[1]))

    def _clear(self, _envelope: Envelope, _event: InputAudioBufferClear) -> None:
        self._clears.append(self.sent_bytes)

    def _cleared(self, _envelope: Envelope, _event: InputAudioBufferCleared) -> None:
        if self._clears:
            self.happenings.append(Taken(self._clears.pop(0)))

    def _started(self, envelope: Envelope, event: InputAudioBufferSpeechStarted) -> None:
        self._edge("start", event.audio_start_ms, envelope.at)

    def _stopped(self, envelope: Envelope, event: InputAudioBufferSpeechStopped) -> None:
        self._ended_items.add(event.item_id)
        self._edge("end", event.audio_end_ms, envelope.at)

    def _timed_out(self, _envelope: Envelope, event: InputAudioBufferTimeoutTriggered) -> None:
        self._ended_items.add(event.item_id)

    def _changed(self, at_bytes: int) -> None:
        self.audio_format = input_format(self._state)
        detection = turn_detection(self._state)
        self.happenings.append(Changed(at_bytes, self._filled(detection), self.audio_format))

    def _filled(self, detection: TurnDetection | None) -> TurnDetection | None:
        """The detection with what was neither asked nor echoed as OpenAI documents it."""
        if detection is None:
            return None
        if detection.type == "semantic_vad":
            return detection
        usual = DEFAULT_TURN_DETECTION
        for name in ("threshold", "prefix_padding_ms", "silence_duration_ms"):
            if getattr(detection, name) is None:
                value = getattr(usual, name)
                self._say(f"{name} was neither asked nor echoed: {value} is assumed.")
                detection = detection.model_copy(update={name: value})
        return detection

    def _say(self, words: str) -> None:
        if words not in self._said:
            self._said.add(words)
            self.left_out.append(words)

    def _edge(self, side: Side, audio_ms: int, at: float) -> None:
        last = next((each for each in reversed(self.happenings) if isinstance(each, Changed)), None)
        detection = last.detection if last is not None else None
        is_timed = detection is not None and detection.type == "server_vad"
        if detection is not None and not is_timed:
            words = detection.eagerness or "auto"
            self._say(
                f"What semantic_vad ({words}) decided is left out: it depends on words, not on "
                "silence alone."
            )
        self.edges.append(Reported(side, audio_ms, at, is_timed))


_HANDLERS: dict[type, Callable[[Log, Envelope, Any], None]] = {
    InputAudioBufferAppend: Log._append,  # noqa: SLF001  # the class's own table
    ConnectWanted: Log._fold,  # noqa: SLF001
    SettingsAsked: Log._fold,  # noqa: SLF001
    SessionUpdate: Log._update,  # noqa: SLF001
    SessionCreated: Log._created,  # noqa: SLF001
    SessionUpdated: Log._updated,  # noqa: SLF001
    Error: Log._error,  # noqa: SLF001
    InputAudioBufferCommit: Log._commit,  # noqa: SLF001
    InputAudioBufferCommitted: Log._committed,  # noqa: SLF001
    InputAudioBufferClear: Log._clear,  # noqa: SLF001
    InputAudioBufferCleared: Log._cleared,  # noqa: SLF001
    InputAudioBufferSpeechStarted: Log._started,  # noqa: SLF001
    InputAudioBufferSpeechStopped: Log._stopped,  # noqa: SLF001
    InputAudioBufferTimeoutTriggered: Log._timed_out,  # noqa: SLF001
}
