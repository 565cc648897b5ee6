"""The items slice: the conversation as the server tells it, in whatever order the telling comes.

`added`, `created`, `done`, `retrieved` and the outputs of responses all carry an item as it stands;
they are merged, so that none of them takes away words that deltas have brought. An item that we
asked for is there once it is acknowledged.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from studio.protocol.events import (
    ConversationItemAdded,
    ConversationItemCreate,
    ConversationItemCreated,
    ConversationItemDeleted,
    ConversationItemDone,
    ConversationItemRetrieved,
    ConversationItemTruncated,
    InputAudioBufferCommitted,
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ResponseDone,
    ResponseFunctionCallArgumentsDelta,
    ResponseFunctionCallArgumentsDone,
    ResponseMcpCallArgumentsDelta,
    ResponseMcpCallArgumentsDone,
    ResponseOutputAudioDelta,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone,
    ResponseOutputItemAdded,
    ResponseOutputItemDone,
    ResponseOutputTextDelta,
    ResponseOutputTextDone,
)
from studio.protocol.values import ContentPart
from studio.session.conversation import (
    awaiting_words,
    entered,
    known_or_assistant,
    known_or_user,
    merged,
    merged_part,
    part_at,
    with_item,
    with_part,
)
from studio.session.folding import Handler
from studio.session.ordering import ROOT, placed
from studio.session.state import Items, Part, SessionState


def _told(state: SessionState, event: ConversationItemAdded | ConversationItemCreated) -> Items:
    items, wire = state.items, event.item
    if not wire.id:
        return items
    known = items.by_id.get(wire.id)
    previous = event.previous_item_id or None
    item = awaiting_words(state, merged(state, known, wire))
    if previous is None and items.root_wanted and not item.response_id:
        items, previous = replace(items, root_wanted=items.root_wanted - 1), ROOT
    if item.previous_id is None and previous is not None:
        item = replace(item, previous_id=previous)
    changed = with_item(items, item)
    if previous is None and item.in_order:
        return changed
    return placed(changed, wire.id, previous)


def _done(state: SessionState, event: ConversationItemDone) -> Items:
    """The final content. `previous_item_id` is null here for items that do have a predecessor."""
    items, wire = state.items, event.item
    if not wire.id:
        return items
    item = awaiting_words(state, merged(state, items.by_id.get(wire.id), wire))
    if item.done_at is None:
        item = replace(item, done_at=state.last_at)
    changed = with_item(items, item)
    if item.in_order:
        return changed
    return entered(state, changed, item, event.previous_item_id)


def _retrieved(state: SessionState, event: ConversationItemRetrieved) -> Items:
    known = state.items.by_id.get(event.item.id)
    if known is None:
        return state.items
    return with_item(state.items, merged(state, known, event.item))


def _committed(state: SessionState, event: InputAudioBufferCommitted) -> Items:
    items = known_or_user(state, event.item_id)
    item = items.by_id[event.item_id]
    if not item.parts:
        item = replace(item, parts=(Part(type="input_audio"),))
    if event.previous_item_id and item.previous_id is None:
        item = replace(item, previous_id=event.previous_item_id)
    items = with_item(items, awaiting_words(state, item))
    return placed(items, item.id, event.previous_item_id) if event.previous_item_id else items


def _asked(state: SessionState, event: ConversationItemCreate) -> Items:
    if event.previous_item_id != ROOT:
        return state.items
    return replace(state.items, root_wanted=state.items.root_wanted + 1)


def _deleted(state: SessionState, event: ConversationItemDeleted) -> Items:
    known = state.items.by_id.get(event.item_id)
    return state.items if known is None else with_item(state.items, replace(known, deleted=True))


def _truncated(state: SessionState, event: ConversationItemTruncated) -> Items:
    known = state.items.by_id.get(event.item_id)
    if known is None:
        return state.items
    return with_item(state.items, replace(known, truncated_ms=event.audio_end_ms))


def _output_added(state: SessionState, event: ResponseOutputItemAdded) -> Items:
    items, wire = state.items, event.item
    if not wire.id:
        return items
    item = merged(state, items.by_id.get(wire.id), wire)
    item = replace(item, response_id=event.response_id)
    changed = with_item(items, item)
    return changed if item.in_order else entered(state, changed, item, None)


def _output_done(state: SessionState, event: ResponseOutputItemDone) -> Items:
    items, wire = state.items, event.item
    if not wire.id:
        return items
    item = merged(state, items.by_id.get(wire.id), wire)
    item = replace(item, response_id=event.response_id, done_at=item.done_at or state.last_at)
    changed = with_item(items, item)
    return changed if item.in_order else entered(state, changed, item, None)


def _response_done(state: SessionState, event: ResponseDone) -> Items:
    """Some services name an item's final state and words here and nowhere else."""
    items = state.items
    for wire in event.response.output:
        known = items.by_id.get(wire.id)
        if known is not None:
            item = merged(state, known, wire)
            done_at = item.done_at if item.done_at is not None else state.last_at
            items = with_item(items, replace(item, done_at=done_at))
    return items


def _part_added(
    state: SessionState, event: ResponseContentPartAdded | ResponseContentPartDone
) -> Items:
    """A part began or ended; an ending without words (they came in deltas) takes none away."""
    items = known_or_assistant(state, event.item_id, event.response_id)
    item = items.by_id[event.item_id]
    part = part_at(item, event.content_index, "")
    if part is None:
        return items
    done = isinstance(event, ResponseContentPartDone)
    merged = merged_part(part, event.part or ContentPart(), done=done)
    return with_item(items, with_part(item, event.content_index, merged))


def _text_piece(state: SessionState, event: ResponseOutputTextDelta) -> Items:
    return _grown(state, event, "output_text", text=event.delta)


def _spoken_piece(state: SessionState, event: ResponseOutputAudioTranscriptDelta) -> Items:
    return _grown(state, event, "output_audio", text=event.delta)


def _audio_piece(state: SessionState, event: ResponseOutputAudioDelta) -> Items:
    return _grown(state, event, "output_audio")


def _grown(
    state: SessionState,
    event: ResponseOutputTextDelta | ResponseOutputAudioTranscriptDelta | ResponseOutputAudioDelta,
    part_type: str,
    *,
    text: str = "",
) -> Items:
    items = known_or_assistant(state, event.item_id, event.response_id)
    item = items.by_id[event.item_id]
    known = part_at(item, event.content_index, part_type)
    if known is None or (text and known.done):
        return items
    part = replace(known, type=known.type or part_type, text=known.text + text)
    if part == known and event.content_index < len(item.parts):
        return items
    return with_item(items, with_part(item, event.content_index, part))


def _text_whole(state: SessionState, event: ResponseOutputTextDone) -> Items:
    return _whole(state, event, "output_text", event.text)


def _spoken_whole(state: SessionState, event: ResponseOutputAudioTranscriptDone) -> Items:
    return _whole(state, event, "output_audio", event.transcript)


def _whole(
    state: SessionState,
    event: ResponseOutputTextDone | ResponseOutputAudioTranscriptDone,
    part_type: str,
    text: str,
) -> Items:
    items = known_or_assistant(state, event.item_id, event.response_id)
    item = items.by_id[event.item_id]
    part = part_at(item, event.content_index, part_type)
    if part is None:
        return items
    part = replace(part, type=part.type or part_type, text=text or part.text, done=True)
    return with_item(items, with_part(item, event.content_index, part))


def _arguments_piece(
    state: SessionState,
    event: ResponseFunctionCallArgumentsDelta | ResponseMcpCallArgumentsDelta,
) -> Items:
    items = known_or_assistant(state, event.item_id, event.response_id)
    item = items.by_id[event.item_id]
    if item.done_at is not None:
        return items
    return with_item(items, replace(item, arguments=item.arguments + event.delta))


def _arguments_whole(
    state: SessionState,
    event: ResponseFunctionCallArgumentsDone | ResponseMcpCallArgumentsDone,
) -> Items:
    items = known_or_assistant(state, event.item_id, event.response_id)
    item = items.by_id[event.item_id]
    return with_item(items, replace(item, arguments=event.arguments or item.arguments))


HANDLERS: Mapping[type, Handler[Items]] = {
    ConversationItemAdded: _told,
    ConversationItemCreated: _told,
    ConversationItemDone: _done,
    ConversationItemRetrieved: _retrieved,
    ConversationItemDeleted: _deleted,
    ConversationItemTruncated: _truncated,
    ConversationItemCreate: _asked,
    InputAudioBufferCommitted: _committed,
    ResponseOutputItemAdded: _output_added,
    ResponseOutputItemDone: _output_done,
    ResponseDone: _response_done,
    ResponseContentPartAdded: _part_added,
    ResponseContentPartDone: _part_added,
    ResponseOutputTextDelta: _text_piece,
    ResponseOutputTextDone: _text_whole,
    ResponseOutputAudioTranscriptDelta: _spoken_piece,
    ResponseOutputAudioTranscriptDone: _spoken_whole,
    ResponseOutputAudioDelta: _audio_piece,
    ResponseFunctionCallArgumentsDelta: _arguments_piece,
    ResponseFunctionCallArgumentsDone: _arguments_whole,
    ResponseMcpCallArgumentsDelta: _arguments_piece,
    ResponseMcpCallArgumentsDone: _arguments_whole,
}
"""What changes the conversation, by type of event."""
