"""Who has the floor: playing the assistant's voice, and cutting it off when the user takes over.

The server cancels its response by itself when its VAD hears the user; it does not know what was
heard of it, so the client says so with `conversation.item.truncate`. A `response.cancel` beside
that could hit the next response.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor

from studio.protocol.events import (
    ConversationItemTruncate,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    InputAudioBufferSpeechStarted,
    ResponseCancel,
    ResponseCreated,
    ResponseDone,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
)
from studio.protocol.provider_list import PROVIDERS, Quirk
from studio.session import speech
from studio.session.effects import (
    CloseConnection,
    Effect,
    EndAudio,
    FlushPlayback,
    PlayAudio,
    SendEvent,
    SetMicrophone,
    Speak,
)
from studio.session.folding import Reaction
from studio.session.local import (
    DisconnectWanted,
    InterruptWanted,
    PlaybackFlushed,
    SpeakWanted,
    TalkKeySet,
)
from studio.session.playback import head_of, sounding
from studio.session.state import SessionState


def _has(state: SessionState, quirk: Quirk) -> bool:
    provider = PROVIDERS.get(state.connection.provider)
    return provider is not None and quirk in provider.quirks


def _play(
    _before: SessionState, after: SessionState, event: ResponseOutputAudioDelta
) -> tuple[Effect, ...]:
    """Audio that was on its way when its response was stopped is not played."""
    response = after.responses.by_id.get(event.response_id)
    head = head_of(after.playback, event.item_id, event.content_index)
    if (response is not None and response.muted) or (head is not None and head.cut):
        return ()
    return (PlayAudio(event.item_id, event.content_index, event.delta),)


def _end(
    before: SessionState, _after: SessionState, event: ResponseOutputAudioDone
) -> tuple[Effect, ...]:
    head = head_of(before.playback, event.item_id, event.content_index)
    if head is None or head.ended_at is not None:
        return ()
    return (EndAudio(event.item_id, event.content_index),)


def _barge_in(
    before: SessionState, _after: SessionState, _event: InputAudioBufferSpeechStarted
) -> tuple[Effect, ...]:
    if not speech.interrupts(before) or not sounding(before.playback):
        return ()
    return (FlushPlayback("barge-in"),)


def _interrupt(
    before: SessionState, _after: SessionState, _event: InterruptWanted
) -> tuple[Effect, ...]:
    return (FlushPlayback("interrupt"), *_cancelled(before))


def _cancelled(state: SessionState) -> tuple[Effect, ...]:
    active = state.responses.active
    if not active or _has(state, Quirk.NO_CANCEL):
        return ()
    return (SendEvent(ResponseCancel(response_id=active)),)


def _unwanted(
    before: SessionState, after: SessionState, event: ResponseCreated
) -> tuple[Effect, ...]:
    """A response that was interrupted before it began is cancelled by its id, now that it has."""
    is_ours = before.responses.unwanted and not after.responses.unwanted
    return _cancelled(after) if is_ours and after.responses.active == event.response.id else ()


def _truncate(
    before: SessionState, after: SessionState, event: PlaybackFlushed
) -> tuple[Effect, ...]:
    """Tell the server what was heard, unless that is all there ever was.

    What an out-of-band response says is no item of the conversation: there is nothing to truncate.
    """
    head = head_of(before.playback, event.item_id, event.content_index)
    if event.reason == "closed" or head is None or head.ended_at is not None:
        return ()
    response = after.responses.by_id.get(head.response_id)
    if response is not None and not response.in_conversation:
        return ()
    complete = response is not None and response.status == "completed"
    if (complete and event.played_ms >= event.received_ms) or _has(after, Quirk.NO_TRUNCATE):
        return ()
    heard_ms = min(event.played_ms, event.received_ms)
    if not 0 <= heard_ms < float("inf"):
        return ()
    return (_truncation(event.item_id, event.content_index, floor(heard_ms)),)


def _truncation(item_id: str, content_index: int, heard_ms: int) -> SendEvent:
    return SendEvent(
        ConversationItemTruncate(
            item_id=item_id, content_index=content_index, audio_end_ms=heard_ms
        )
    )


def _never_sounded(
    before: SessionState, after: SessionState, event: ResponseDone
) -> tuple[Effect, ...]:
    """A reply that was stopped before its first sound may have words that the model remembers.

    While it is still being made there may be nothing to truncate, so its end is waited for.
    """
    response = after.responses.by_id.get(event.response.id or "")
    known = before.responses.by_id.get(event.response.id or "")
    if response is None or known is None or known.done_at is not None:
        return ()
    if not response.in_conversation or _has(after, Quirk.NO_TRUNCATE):
        return ()
    return tuple(
        _truncation(each.item_id, each.content_index, 0)
        for each in after.interruptions.values()
        if each.received_ms == 0 and each.requested_at is None and each.item_id in response.item_ids
    )


def _talk_key(before: SessionState, after: SessionState, event: TalkKeySet) -> tuple[Effect, ...]:
    """Down: the floor is the user's, and the turn begins now. Up: the turn ends, if we end it."""
    if event.held == before.speech.talk_key:
        return ()
    microphone = SetMicrophone(live=speech.microphone_live(after))
    if event.held:
        flush = (FlushPlayback("talk-key"),) if sounding(before.playback) else ()
        return (*flush, *_cancelled(before), SendEvent(InputAudioBufferClear()), microphone)
    if not speech.commits_on_release(before):
        return (microphone,)
    return (SendEvent(InputAudioBufferCommit()), microphone)


def _speak(_before: SessionState, _after: SessionState, event: SpeakWanted) -> tuple[Effect, ...]:
    return (Speak(event.text, event.voice),)


def _leave(
    _before: SessionState, _after: SessionState, _event: DisconnectWanted
) -> tuple[Effect, ...]:
    return (FlushPlayback("closed"), CloseConnection())


REACTIONS: Mapping[type, Reaction] = {
    ResponseOutputAudioDelta: _play,
    ResponseOutputAudioDone: _end,
    InputAudioBufferSpeechStarted: _barge_in,
    InterruptWanted: _interrupt,
    ResponseCreated: _unwanted,
    PlaybackFlushed: _truncate,
    ResponseDone: _never_sounded,
    TalkKeySet: _talk_key,
    SpeakWanted: _speak,
    DisconnectWanted: _leave,
}
"""What follows for the ear and the microphone, by type of event."""
