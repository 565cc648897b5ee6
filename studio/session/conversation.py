"""Items as values: how one enters the conversation and how tellings of it merge."""

from __future__ import annotations

from msgspec.structs import replace

from studio.protocol.values import ContentPart
from studio.protocol.values import Item as WireItem
from studio.session.ordering import placed
from studio.session.state import Item, Items, Part, SessionState

_MOST_PARTS = 64
"""No service sends more than a few; an index beyond this is noise and must not fill the memory."""
_ASSISTANT_TYPES = {"text": "output_text", "audio": "output_audio"}


def with_item(items: Items, item: Item) -> Items:
    """`items` with this one put in place of its former self; the order stays."""
    known = items.by_id.get(item.id)
    if known == item:
        return items
    followers, before = items.followers, known.previous_id if known is not None else None
    if item.previous_id != before:
        for previous_id, more in ((before, -1), (item.previous_id, 1)):
            if previous_id is not None:
                followers = followers.put(previous_id, followers.get(previous_id, 0) + more)
    return replace(items, by_id=items.by_id.put(item.id, item), followers=followers)


def merged(state: SessionState, known: Item | None, wire: WireItem) -> Item:
    """An item after one more telling of it; what the telling leaves out stays as it was."""
    base = known or Item(id=wire.id, added_at=state.last_at, added_seq=state.last_seq)
    late = base.done_at is not None and wire.status == "in_progress"
    output = wire.output if isinstance(wire.output, str) else ""
    item = replace(
        base,
        type=wire.type or base.type,
        role=wire.role or base.role,
        status=base.status if late else wire.status or base.status,
        parts=_merged_parts(base.parts, wire.content, done=wire.status != "in_progress"),
        name=wire.name or base.name,
        call_id=wire.call_id or base.call_id,
        arguments=wire.arguments or base.arguments,
        output=output or base.output,
    )
    return base if known == item else item


def _merged_parts(
    known: tuple[Part, ...], content: tuple[ContentPart, ...], *, done: bool
) -> tuple[Part, ...]:
    if not content:
        return known
    merged = [
        merged_part(known[index] if index < len(known) else None, part, done=done)
        for index, part in enumerate(content[:_MOST_PARTS])
    ]
    return (*merged, *known[len(merged) :])


def merged_part(known: Part | None, wire: ContentPart, *, done: bool) -> Part:
    """A part after one more telling of it; one without words takes none away."""
    base = known or Part(type="")
    return Part(
        type=_ASSISTANT_TYPES.get(wire.type, wire.type) or base.type,
        text=wire.text or wire.transcript or base.text,
        done=base.done or done,
        image_url=wire.image_url or base.image_url,
    )


def known_or_assistant(state: SessionState, item_id: str, response_id: str) -> Items:
    """The items with this one among them: deltas may come where the item was never announced."""
    items = state.items
    if item_id in items.by_id:
        return items
    item = Item(
        id=item_id,
        role="assistant",
        response_id=response_id,
        added_at=state.last_at,
        added_seq=state.last_seq,
    )
    return entered(state, with_item(items, item), item, None)


def known_or_user(state: SessionState, item_id: str) -> Items:
    """The items with this one among them: its words, or its commit, may be the first news of it."""
    items = state.items
    if item_id in items.by_id:
        return items
    item = Item(
        id=item_id,
        type="message",
        role="user",
        added_at=state.last_at,
        added_seq=state.last_seq,
    )
    return placed(with_item(items, item), item_id, None)


def entered(state: SessionState, items: Items, item: Item, previous_id: str | None) -> Items:
    """The item takes its place, unless it is the output of an out-of-band response."""
    response = state.responses.by_id.get(item.response_id)
    if response is not None and not response.in_conversation:
        return items
    return placed(items, item.id, previous_id)


def awaiting_words(state: SessionState, item: Item) -> Item:
    """A user's audio waits for its words where transcription is on."""
    heard = state.settings.echoed or state.settings.asked
    waits = (
        item.role == "user"
        and item.transcription == "none"
        and heard.transcription is not None
        and any(part.type == "input_audio" and not part.text for part in item.parts)
    )
    return replace(item, transcription="pending") if waits else item


def part_at(item: Item, index: int, part_type: str) -> Part | None:
    """The part at `index`, fresh where it is not there yet; None where no part can be."""
    if not 0 <= index < _MOST_PARTS:
        return None
    return item.parts[index] if index < len(item.parts) else Part(type=part_type)


def with_part(item: Item, index: int, part: Part) -> Item:
    """The item with this part at `index`, which `part_at` has found to be a possible one."""
    missing = (Part(type=""),) * (index - len(item.parts))
    parts = (*item.parts, *missing)
    return replace(item, parts=(*parts[:index], part, *parts[index + 1 :]))
