"""The speech slice: when the user spoke, as the server and as the local VAD heard it.

Also who may be heard: the mute switch and the talk key, and what they mean under the turn
detection that is in force.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from studio.audio.formats import AudioFormat
from studio.protocol.events import (
    InputAudioBufferAppend,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
)
from studio.protocol.knobs import TurnDetection
from studio.protocol.values import payload_bytes
from studio.session.folding import Handler
from studio.session.local import (
    DeviceOpened,
    LocalSpeechStarted,
    LocalSpeechStopped,
    MuteSet,
    TalkKeySet,
)
from studio.session.state import SessionState, Speech, SpeechSpan

SMALLEST_COMMIT_MS = 100
"""Services refuse to commit less audio than this."""


def input_format(state: SessionState) -> AudioFormat:
    """The encoding in which audio is sent."""
    return _format(state, "input_format")


def output_format(state: SessionState) -> AudioFormat:
    """The encoding in which audio comes."""
    return _format(state, "output_format")


def _format(state: SessionState, name: str) -> AudioFormat:
    for settings in (state.settings.echoed, state.settings.asked):
        stated = getattr(settings, name, None)
        if stated is not None:
            return AudioFormat(stated)
    return AudioFormat.PCM16


def turn_detection(state: SessionState) -> TurnDetection | None:
    """The turn detection in force: echoed, or asked where a service echoes none; None is manual."""
    settings = state.settings
    if settings.echoed is not None and "turn_detection" in settings.echoed.model_fields_set:
        return settings.echoed.turn_detection
    if "turn_detection" in settings.asked.model_fields_set:
        return settings.asked.turn_detection
    return TurnDetection()


def interrupts(state: SessionState) -> bool:
    """Whether the user's speech cuts the assistant off."""
    detection = turn_detection(state)
    return detection is not None and detection.interrupt_response is not False


def microphone_live(state: SessionState) -> bool:
    """Whether the microphone's sound is sent, and not silence."""
    speech = state.speech
    return speech.talk_key or (not speech.muted and turn_detection(state) is not None)


def commits_on_release(state: SessionState) -> bool:
    """Whether letting go of the talk key ends the turn: the server does not, and there is audio."""
    speech = state.speech
    if not speech.talk_key or turn_detection(state) is not None:
        return False
    held_bytes = speech.sent_bytes - speech.held_from_bytes
    return input_format(state).bytes_to_ms(held_bytes) >= SMALLEST_COMMIT_MS


def _started(state: SessionState, event: InputAudioBufferSpeechStarted) -> Speech:
    span = SpeechSpan(
        start_ms=event.audio_start_ms,
        started_at=state.last_at,
        item_id=event.item_id,
        started_seq=state.last_seq,
    )
    return replace(state.speech, server=state.speech.server.added(span))


def _stopped(state: SessionState, event: InputAudioBufferSpeechStopped) -> Speech:
    spans = state.speech.server
    for at in range(len(spans) - 1, -1, -1):
        if spans[at].item_id == event.item_id and spans[at].end_ms is None:
            span = replace(
                spans[at],
                end_ms=event.audio_end_ms,
                stopped_at=state.last_at,
                stopped_seq=state.last_seq,
            )
            return replace(state.speech, server=spans.replaced(at, span))
    return state.speech


def _timed_out(state: SessionState, event: InputAudioBufferTimeoutTriggered) -> Speech:
    span = SpeechSpan(
        start_ms=event.audio_start_ms,
        started_at=state.last_at,
        end_ms=event.audio_end_ms,
        stopped_at=state.last_at,
        item_id=event.item_id,
        timed_out=True,
        started_seq=state.last_seq,
        stopped_seq=state.last_seq,
    )
    return replace(state.speech, server=state.speech.server.added(span))


def _heard_start(state: SessionState, event: LocalSpeechStarted) -> Speech:
    span = SpeechSpan(event.audio_ms, state.last_at, started_seq=state.last_seq)
    return replace(state.speech, local=state.speech.local.added(span))


def _heard_stop(state: SessionState, event: LocalSpeechStopped) -> Speech:
    spans = state.speech.local
    if not spans or spans[-1].end_ms is not None:
        return state.speech
    span = replace(
        spans[-1],
        end_ms=event.audio_ms,
        stopped_at=event.stopped_at,
        stopped_seq=state.last_seq,
    )
    return replace(state.speech, local=spans.replaced(len(spans) - 1, span))


def _sent(state: SessionState, event: InputAudioBufferAppend) -> Speech:
    sent = state.speech.sent_bytes + payload_bytes(event.audio)
    return replace(state.speech, sent_bytes=sent)


def _muted(state: SessionState, event: MuteSet) -> Speech:
    if event.muted == state.speech.muted:
        return state.speech
    return replace(state.speech, muted=event.muted)


def _talk_key(state: SessionState, event: TalkKeySet) -> Speech:
    speech = state.speech
    if event.held == speech.talk_key:
        return speech
    from_bytes = speech.sent_bytes if event.held else speech.held_from_bytes
    return replace(speech, talk_key=event.held, held_from_bytes=from_bytes)


def _device(state: SessionState, event: DeviceOpened) -> Speech:
    if event.direction != "input":
        return state.speech
    return replace(state.speech, input_device=event.name, input_is_virtual=event.virtual)


HANDLERS: Mapping[type, Handler[Speech]] = {
    InputAudioBufferSpeechStarted: _started,
    InputAudioBufferSpeechStopped: _stopped,
    InputAudioBufferTimeoutTriggered: _timed_out,
    LocalSpeechStarted: _heard_start,
    LocalSpeechStopped: _heard_stop,
    InputAudioBufferAppend: _sent,
    MuteSet: _muted,
    TalkKeySet: _talk_key,
    DeviceOpened: _device,
}
"""What changes what is known of the user's speech, by type of event."""
