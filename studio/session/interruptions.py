"""The interruptions: a ledger of every voice that was stopped, and what the server made of it.

Milliseconds come from three places that can disagree, which is what the ledger is for: how much
audio the server made, how much of it a person heard, and where the server says it has cut.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from studio.core.persistent import Register
from studio.protocol.events import (
    ConversationItemTruncate,
    ConversationItemTruncated,
    Error,
    ResponseOutputAudioDelta,
)
from studio.protocol.problems import is_benign
from studio.protocol.values import ErrorDetail, payload_bytes
from studio.session.folding import Handler
from studio.session.local import PlaybackFlushed, PlaybackSilenced
from studio.session.playback import head_of, is_stillborn
from studio.session.speech import output_format
from studio.session.state import Hush, Interruption, PartId, SessionState

Ledger = Register[PartId, Interruption]

_HUSH_S = 1.0
"""A flush follows at once upon what brought it about; it may also have no such cause."""
_ABOUT_TRUNCATION = ("already shorter than", "audio messages can be truncated")


def _cut(state: SessionState, event: PlaybackFlushed) -> Ledger:
    ledger = state.interruptions
    head = head_of(state.playback, event.item_id, event.content_index)
    if event.reason == "closed" or head is None or head.ended_at is not None:
        return ledger
    generated_ms = output_format(state).bytes_to_ms(head.received_bytes)
    hush = state.playback.hush
    if hush is None or hush.reason != event.reason or state.last_at - hush.at > _HUSH_S:
        hush = None
    interruption = Interruption(
        reason=event.reason,
        item_id=event.item_id,
        content_index=event.content_index,
        flushed_at=state.last_at,
        received_ms=event.received_ms,
        played_ms=event.played_ms,
        generated_ms=max(generated_ms, event.received_ms),
        flushed_seq=state.last_seq,
    )
    return ledger.put(head.part, _caused(interruption, hush))


def _caused(interruption: Interruption, hush: Hush | None) -> Interruption:
    if hush is None:
        return interruption
    return replace(interruption, speech_at=hush.at, speech_item_id=hush.item_id)


def _more_came(state: SessionState, event: ResponseOutputAudioDelta) -> Ledger:
    """Audio that was on its way; or the first of a reply that was stopped before it sounded."""
    ledger, hush = state.interruptions, state.playback.hush
    piece_ms = output_format(state).bytes_to_ms(payload_bytes(event.delta))
    if hush is not None and is_stillborn(state, event):
        stillborn = Interruption(
            reason=hush.reason,
            item_id=event.item_id,
            content_index=event.content_index,
            flushed_at=hush.at,
            received_ms=0.0,
            played_ms=0.0,
            generated_ms=piece_ms,
            silent_at=hush.at,
            flushed_seq=state.last_seq,
        )
        return ledger.put((event.item_id, event.content_index), _caused(stillborn, hush))
    part = event.item_id, event.content_index
    known = ledger.get(part)
    if known is None or not piece_ms:
        return ledger
    return ledger.put(part, replace(known, generated_ms=known.generated_ms + piece_ms))


def _silenced(state: SessionState, event: PlaybackSilenced) -> Ledger:
    """One silence for all the parts that were cut together."""
    ledger = state.interruptions
    for part, each in ledger.items():
        if each.silent_at is None:
            ledger = ledger.put(part, replace(each, silent_at=event.silent_at))
    return ledger


def _requested(state: SessionState, event: ConversationItemTruncate) -> Ledger:
    ledger = state.interruptions
    part = event.item_id, event.content_index
    known = ledger.get(part)
    if known is None or known.requested_at is not None:
        return ledger
    request = replace(
        known,
        requested_at=state.last_at,
        requested_ms=event.audio_end_ms,
        requested_seq=state.last_seq,
        request_id=event.event_id or "",
    )
    return ledger.put(part, request)


def _applied(state: SessionState, event: ConversationItemTruncated) -> Ledger:
    ledger = state.interruptions
    part = event.item_id, event.content_index
    known = ledger.get(part)
    if known is None or known.applied_at is not None:
        return ledger
    applied = replace(
        known,
        applied_at=state.last_at,
        applied_ms=event.audio_end_ms,
        applied_seq=state.last_seq,
    )
    return ledger.put(part, applied)


def _refused(state: SessionState, event: Error) -> Ledger:
    ledger, error = state.interruptions, event.error
    part = _refused_part(ledger, error)
    if part is None:
        return ledger
    refused = replace(
        ledger[part],
        refused=error.message or error.code or "The service did not say why.",
        benign=is_benign(error.code, error.message),
    )
    return ledger.put(part, refused)


def _refused_part(ledger: Ledger, error: ErrorDetail) -> PartId | None:
    """The request that an error answers: by its event id, else the oldest that is open."""
    pending = [
        part
        for part, each in ledger.items()
        if each.requested_at is not None and each.applied_at is None and not each.refused
    ]
    if error.event_id:
        return next((each for each in pending if ledger[each].request_id == error.event_id), None)
    told = (error.code or "").startswith("item_truncate_") or any(
        words in error.message for words in _ABOUT_TRUNCATION
    )
    return pending[0] if told and pending else None


HANDLERS: Mapping[type, Handler[Ledger]] = {
    PlaybackFlushed: _cut,
    PlaybackSilenced: _silenced,
    ResponseOutputAudioDelta: _more_came,
    ConversationItemTruncate: _requested,
    ConversationItemTruncated: _applied,
    Error: _refused,
}
"""What changes the ledger, by type of event."""
