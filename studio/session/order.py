"""Events that come late or out of order, told from the events before them.

It stands beside the fold and changes nothing there: the state takes what comes, this says what is
odd about when it came. Each oddity is told once for what it is about, so that a service with an
order of its own does not mark every row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from studio.protocol import events as wire
from studio.protocol.lint import Finding
from studio.session import local

if TYPE_CHECKING:
    from studio.protocol.lint import Severity
    from studio.protocol.values import Item
    from studio.session.envelope import Envelope


class Order:
    """Takes the envelopes of a session one by one.

    Attributes:
        findings: what was odd, by the envelope's seq.
    """

    def __init__(self) -> None:
        self.findings: dict[int, Finding] = {}
        self._seen = _Seen()

    def take(self, envelope: Envelope) -> Finding | None:
        """Take the next envelope; what is odd about its place comes back, and is kept."""
        event = envelope.event
        if isinstance(event, local.ConnectionOpened):
            self._seen = _Seen()
            return None
        finding = _JUDGES.get(type(event), _belonging)(self._seen, event)
        if finding is not None:
            self.findings[envelope.seq] = finding
        return finding


@dataclass(slots=True)
class _Seen:
    """What has come over a connection, as far as the order of what comes next depends on it."""

    is_greeted: bool = False
    items: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    responses: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    active: str | None = None
    told: set[tuple[str, str]] = field(default_factory=set)

    def once(
        self, what: str, about: str, words: str, severity: Severity = "warning"
    ) -> Finding | None:
        """A finding, unless it was told of this before."""
        if (what, about) in self.told:
            return None
        self.told.add((what, about))
        return Finding((), "order", severity, words)

    def learn(self, item: Item) -> None:
        """An item is there."""
        if item.id:
            self.items.add(item.id)
        if item.call_id and item.type != "function_call_output":
            self.calls.add(item.call_id)


def _greeted(seen: _Seen, _event: wire.SessionCreated) -> Finding | None:
    again, seen.is_greeted = seen.is_greeted, True
    return seen.once("greeting", "", "The session was greeted already.") if again else None


def _updating(seen: _Seen, _event: wire.SessionUpdate) -> Finding | None:
    if seen.is_greeted:
        return None
    words = "Sent before `session.created`: a service may drop it. Wait for the greeting."
    return seen.once("early", "update", words)


def _created(seen: _Seen, event: wire.ResponseCreated) -> Finding | None:
    response = event.response
    known = response.id or ""
    again = known in seen.responses
    seen.responses.add(known)
    if again:
        return seen.once("created", known, f"`{known}` was created already.")
    if "conversation_id" in response.model_fields_set and not response.conversation_id:
        return None  # outside of the conversation, where several may be made at once
    before, seen.active = seen.active, known
    if before is None:
        return None
    return seen.once("active", known, f"`{before}` is still being made: two at once.")


def _done(seen: _Seen, event: wire.ResponseDone) -> Finding | None:
    known = event.response.id or ""
    again = known in seen.ended
    seen.ended.add(known)
    for item in event.response.output:
        seen.learn(item)
    if known == seen.active:
        seen.active = None
    if again:
        return seen.once("done", known, f"`{known}` was done already.")
    if known and known not in seen.responses:
        return seen.once("unmade", known, f"`{known}` was never created.")
    return None


def _item_came(seen: _Seen, event: Any) -> Finding | None:  # noqa: ANN401 an event with an item
    seen.learn(event.item)
    return _belonging(seen, event)


def _announced(seen: _Seen, event: Any) -> None:  # noqa: ANN401 an event of the input buffer
    seen.items.add(event.item_id)


def _making_item(seen: _Seen, event: wire.ConversationItemCreate) -> Finding | None:
    item, call_id = event.item, event.item.call_id or ""
    seen.learn(item)
    if item.type != "function_call_output" or call_id in seen.calls:
        return None
    return seen.once("call", call_id, f"No call `{call_id}` was made before. Check its `call_id`.")


def _changing_item(seen: _Seen, event: Any) -> Finding | None:  # noqa: ANN401 names an item
    if event.item_id in seen.items:
        return None
    words = f"No item `{event.item_id}` was added before; the service will refuse this."
    return seen.once("item", event.item_id, words)


def _belonging(seen: _Seen, event: object) -> Finding | None:
    """A part of a response: the response lives, and the item was added before."""
    if not isinstance(event, wire.ServerEvent) or not event.type.startswith("response."):
        return None
    response_id = getattr(event, "response_id", None)
    if not response_id:
        return None
    if response_id in seen.ended:
        words = f"Late: `{response_id}` was done before. Leave out what comes under its id."
        return seen.once("late", response_id, words)
    if response_id not in seen.responses:
        return seen.once("unmade", response_id, f"`{response_id}` was never created.")
    item_id = getattr(event, "item_id", None)
    if item_id and item_id not in seen.items:
        return seen.once("unseen", item_id, f"Its item `{item_id}` was never added.", "info")
    return None


_JUDGES: Mapping[type, Callable[[_Seen, Any], Finding | None]] = {
    wire.SessionCreated: _greeted,
    wire.SessionUpdate: _updating,
    wire.ResponseCreated: _created,
    wire.ResponseDone: _done,
    wire.ResponseOutputItemAdded: _item_came,
    wire.ResponseOutputItemDone: _item_came,
    wire.ConversationItemAdded: _item_came,
    wire.ConversationItemCreated: _item_came,
    wire.ConversationItemDone: _item_came,
    wire.ConversationItemRetrieved: _item_came,
    wire.ConversationItemCreate: _making_item,
    wire.ConversationItemDelete: _changing_item,
    wire.ConversationItemRetrieve: _changing_item,
    wire.ConversationItemTruncate: _changing_item,
    wire.InputAudioBufferSpeechStarted: _announced,
    wire.InputAudioBufferCommitted: _announced,
    wire.InputAudioBufferTimeoutTriggered: _announced,
}
