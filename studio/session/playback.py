"""The playback slice: what arrived of each audio part, and what of it reached the ear.

The position of the play-head is no part of it: only its start, its end and its cut are events.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from studio.protocol.events import (
    InputAudioBufferSpeechStarted,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
    ResponseOutputAudioTranscriptDelta,
)
from studio.protocol.values import payload_bytes
from studio.session import speech
from studio.session.folding import Handler
from studio.session.local import (
    DeviceOpened,
    InterruptWanted,
    PlaybackFinished,
    PlaybackFlushed,
    PlaybackStarted,
    TalkKeySet,
)
from studio.session.speaking import spoken_words
from studio.session.speech import output_format
from studio.session.state import CutReason, Head, Hush, Mark, Playback, SessionState

_MOST_MARKS = 256
"""A reply of an hour has fewer sentences; noise must not fill the memory."""
_TELLING_MS = 1_500
"""A shorter text tells little about the pace of a voice."""
_LATEST_HEADS = 16
"""What is known of earlier ones does not change any more."""
_PACES = (0.5, 4.0)
"""Beyond these it is no voice that speaks the text: the API's speeds are 0.25 to 1.5."""


def head_of(playback: Playback, item_id: str, content_index: int) -> Head | None:
    """The head of one audio part."""
    return playback.by_part.get((item_id, content_index))


def sounding(playback: Playback) -> tuple[Head, ...]:
    """Parts of which something arrived that has not been heard to its end: sounding or queued."""
    heads = (playback.by_part[part] for part in playback.unended)
    return tuple(head for head in heads if head.received_bytes)


def is_stillborn(state: SessionState, event: ResponseOutputAudioDelta) -> bool:
    """Whether this is the first audio of a part whose response was stopped before it sounded."""
    response = state.responses.by_id.get(event.response_id)
    is_muted = response is not None and response.muted
    return is_muted and head_of(state.playback, event.item_id, event.content_index) is None


def _with(playback: Playback, head: Head) -> Playback:
    part, unended = head.part, playback.unended
    known = playback.by_part.get(part)
    if known == head:
        return playback
    by_part = playback.by_part.put(part, head)
    if head.ended_at is not None and part in unended:
        unended = tuple(each for each in unended if each != part)
    elif known is None and head.ended_at is None:
        unended = (*unended, part)
    return replace(playback, by_part=by_part, unended=unended)


def _received(state: SessionState, event: ResponseOutputAudioDelta) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None:
        head = Head(event.item_id, event.content_index, event.response_id, pace=_pace_so_far(state))
        hush = state.playback.hush
        if hush is not None and is_stillborn(state, event):
            head = replace(
                head,
                ended_at=state.last_at,
                ended_seq=state.last_seq,
                played_ms=0.0,
                cut=hush.reason,
            )
    elif (late_ms := _late_ms(state, head)) > 0:
        dry_seqs = (*head.dry_seqs, state.last_seq)
        head = replace(head, dry_ms=head.dry_ms + late_ms, dry_seqs=dry_seqs)
    received = head.received_bytes + payload_bytes(event.delta)
    return _with(state.playback, replace(head, received_bytes=received))


def _late_ms(state: SessionState, head: Head) -> float:
    """How long ago the ear had heard all that had come, where more comes now."""
    if head.heard_at is None or head.ended_at is not None:
        return 0.0
    received_ms = output_format(state).bytes_to_ms(head.received_bytes)
    return (state.last_at - head.heard_at) * 1000 - received_ms - head.dry_ms


def _pace_so_far(state: SessionState) -> float:
    """That of the latest reply of some length that was spoken to its end.

    Where none of the latest is one, the first of them has gone by those before.
    """
    heads = state.playback.heads
    for head in reversed(heads[-_LATEST_HEADS:]):
        item = state.items.by_id.get(head.item_id)
        if not head.all_received or item is None or item.status == "incomplete":
            continue
        words = spoken_words(item.text)
        if words and words[-1].next_ms > _TELLING_MS:
            pace = output_format(state).bytes_to_ms(head.received_bytes) / words[-1].next_ms
            return min(max(pace, _PACES[0]), _PACES[1])
    return heads[-_LATEST_HEADS].pace if len(heads) >= _LATEST_HEADS else 1.0


def _more_words(state: SessionState, event: ResponseOutputAudioTranscriptDelta) -> Playback:
    """Words after audio: where a voice speaks sentence by sentence, one has just been made."""
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None or len(head.marks) >= _MOST_MARKS:
        return state.playback
    if head.marks and head.marks[-1].received_bytes == head.received_bytes:
        return state.playback
    item = state.items.by_id.get(event.item_id)
    parts = item.parts[event.content_index : event.content_index + 1] if item is not None else ()
    mark = Mark(len(parts[0].text) if parts else 0, head.received_bytes)
    return _with(state.playback, replace(head, marks=(*head.marks, mark)))


def _all_received(state: SessionState, event: ResponseOutputAudioDone) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None:
        return state.playback
    return _with(state.playback, replace(head, all_received=True))


def _started(state: SessionState, event: PlaybackStarted) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None or head.heard_at is not None:
        return state.playback
    started = replace(
        head, heard_at=event.heard_at, heard_seq=state.last_seq, device_ms=event.device_ms
    )
    return _with(state.playback, started)


def _finished(state: SessionState, event: PlaybackFinished) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None or head.ended_at is not None:
        return state.playback
    ended = replace(
        head, ended_at=state.last_at, ended_seq=state.last_seq, played_ms=event.played_ms
    )
    return _with(state.playback, ended)


def _flushed(state: SessionState, event: PlaybackFlushed) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None or head.ended_at is not None:
        return state.playback
    return _with(
        state.playback,
        replace(
            head,
            ended_at=state.last_at,
            ended_seq=state.last_seq,
            played_ms=event.played_ms,
            cut=event.reason,
        ),
    )


def _barge_in(state: SessionState, event: InputAudioBufferSpeechStarted) -> Playback:
    if not speech.interrupts(state):
        return state.playback
    return _hushed(state, "barge-in", event.item_id)


def _interrupted(state: SessionState, _event: InterruptWanted) -> Playback:
    return _hushed(state, "interrupt")


def _talk_key(state: SessionState, event: TalkKeySet) -> Playback:
    if not event.held or state.speech.talk_key:
        return state.playback
    return _hushed(state, "talk-key")


def _hushed(state: SessionState, reason: CutReason, item_id: str = "") -> Playback:
    if not sounding(state.playback) and not state.responses.active:
        return state.playback
    return replace(state.playback, hush=Hush(reason, state.last_at, item_id))


def _device(state: SessionState, event: DeviceOpened) -> Playback:
    if event.direction != "output":
        return state.playback
    return replace(state.playback, output_device=event.name, output_is_virtual=event.virtual)


HANDLERS: Mapping[type, Handler[Playback]] = {
    ResponseOutputAudioDelta: _received,
    ResponseOutputAudioDone: _all_received,
    ResponseOutputAudioTranscriptDelta: _more_words,
    PlaybackStarted: _started,
    PlaybackFinished: _finished,
    PlaybackFlushed: _flushed,
    InputAudioBufferSpeechStarted: _barge_in,
    InterruptWanted: _interrupted,
    TalkKeySet: _talk_key,
    DeviceOpened: _device,
}
"""What changes playback, by type of event."""
