"""The words of spoken user items, as the server's recogniser brings them: beside the conversation.

They may come before their item exists, after the response to it, several times, or never.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from studio.protocol.events import (
    ConversationItemInputAudioTranscriptionCompleted,
    ConversationItemInputAudioTranscriptionDelta,
    ConversationItemInputAudioTranscriptionFailed,
    Unknown,
)
from studio.session.conversation import known_or_user, part_at, with_item, with_part
from studio.session.folding import Handler
from studio.session.state import Item, Items, Part, SessionState, Transcription

_CUMULATIVE = "conversation.item.input_audio_transcription.updated"
"""xAI's word for all that was recognised so far."""


def _heard_piece(state: SessionState, event: ConversationItemInputAudioTranscriptionDelta) -> Items:
    items = known_or_user(state, event.item_id)
    item = items.by_id[event.item_id]
    if item.transcription in ("completed", "failed"):
        return items
    part = part_at(item, event.content_index, "input_audio")
    if part is None:
        return items
    part = replace(part, text=part.text + (event.delta or ""))
    return with_item(items, _recognised(item, event.content_index, part, "streaming"))


def _heard_whole(
    state: SessionState, event: ConversationItemInputAudioTranscriptionCompleted
) -> Items:
    """Look-alikes send several; those that say `in_progress` are not the last word."""
    provisional = (event.model_extra or {}).get("status") == "in_progress"
    items = _heard_words(
        state, event.item_id, event.content_index, event.transcript, provisional=provisional
    )
    item = items.by_id[event.item_id]
    if event.usage is None or item.transcription_usage == event.usage:
        return items
    return with_item(items, replace(item, transcription_usage=event.usage))


def _heard_so_far(state: SessionState, event: Unknown) -> Items:
    item_id, words = event.payload.get("item_id"), event.payload.get("transcript")
    if event.type != _CUMULATIVE or not isinstance(item_id, str) or not isinstance(words, str):
        return state.items
    known = state.items.by_id.get(item_id)
    if known is not None and known.transcription == "completed":
        return state.items
    return _heard_words(state, item_id, 0, words, provisional=True)


def _heard_words(
    state: SessionState, item_id: str, index: int, words: str, *, provisional: bool
) -> Items:
    items = known_or_user(state, item_id)
    item = items.by_id[item_id]
    part = part_at(item, index, "input_audio")
    if part is None:
        return items
    part = replace(part, text=words, done=not provisional)
    if provisional:
        return with_item(items, _recognised(item, index, part, "streaming"))
    completed = _recognised(item, index, part, "completed")
    return with_item(items, replace(completed, transcription_seq=state.last_seq))


def _recognised(item: Item, index: int, part: Part, transcription: Transcription) -> Item:
    return replace(with_part(item, index, part), transcription=transcription)


def _unheard(state: SessionState, event: ConversationItemInputAudioTranscriptionFailed) -> Items:
    items = known_or_user(state, event.item_id)
    item = items.by_id[event.item_id]
    return with_item(
        items,
        replace(
            item,
            transcription="failed",
            transcription_error=event.error.message,
            transcription_seq=state.last_seq,
        ),
    )


HANDLERS: Mapping[type, Handler[Items]] = {
    ConversationItemInputAudioTranscriptionDelta: _heard_piece,
    ConversationItemInputAudioTranscriptionCompleted: _heard_whole,
    ConversationItemInputAudioTranscriptionFailed: _unheard,
    Unknown: _heard_so_far,
}
"""What brings the user's words, by type of event."""
