"""The tools slice: the functions that the model called, and the answers.

A call counts once its item is complete: `function_call_arguments.done` comes too for calls that
were cut off, and would make every other call count twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from studio.protocol.events import (
    ConversationItemAdded,
    ConversationItemCreate,
    ConversationItemCreated,
    ResponseDone,
    ResponseOutputItemDone,
)
from studio.protocol.values import Item as WireItem
from studio.session.folding import Handler
from studio.session.local import ToolAnswered
from studio.session.state import SessionState, ToolCall, Tools

_UNFINISHED = ("in_progress", "incomplete")


def call_of(state: SessionState, call_id: str) -> ToolCall | None:
    """The call with this id."""
    return state.tools.calls.get(call_id)


def unanswered(state: SessionState, response_id: str) -> tuple[ToolCall, ...]:
    """Calls of this response that have no output."""
    calls = (state.tools.calls[call_id] for call_id in state.tools.open)
    return tuple(call for call in calls if call.response_id == response_id)


def _output_done(state: SessionState, event: ResponseOutputItemDone) -> Tools:
    return _called(state.tools, event.item, event.response_id, state.last_at)


def _response_done(state: SessionState, event: ResponseDone) -> Tools:
    tools = state.tools
    for item in event.response.output:
        tools = _called(tools, item, event.response.id or "", state.last_at)
    return tools


def _called(tools: Tools, item: WireItem, response_id: str, now: float) -> Tools:
    call_id = item.call_id
    if item.type != "function_call" or not call_id or item.status in _UNFINISHED:
        return tools
    if call_id in tools.calls:
        return tools
    call = ToolCall(
        call_id=call_id,
        item_id=item.id,
        response_id=response_id,
        name=item.name or "",
        arguments=item.arguments or "",
        asked_at=now,
    )
    return replace(tools, calls=tools.calls.put(call_id, call), open=(*tools.open, call_id))


def _answered(state: SessionState, event: ToolAnswered) -> Tools:
    return _with_output(state.tools, event.call_id, event.output, state.last_at)


def _told(
    state: SessionState,
    event: ConversationItemCreate | ConversationItemAdded | ConversationItemCreated,
) -> Tools:
    """An answer that was sent by hand, or by another program."""
    item = event.item
    if item.type != "function_call_output" or not isinstance(item.output, str):
        return state.tools
    return _with_output(state.tools, item.call_id or "", item.output, state.last_at)


def _with_output(tools: Tools, call_id: str, output: str, now: float) -> Tools:
    """The first answer counts."""
    call = tools.calls.get(call_id)
    if call is None or call.output is not None:
        return tools
    answered = replace(call, output=output, answered_at=now)
    still_open = tuple(each for each in tools.open if each != call_id)
    return replace(tools, calls=tools.calls.put(call_id, answered), open=still_open)


HANDLERS: Mapping[type, Handler[Tools]] = {
    ResponseOutputItemDone: _output_done,
    ResponseDone: _response_done,
    ToolAnswered: _answered,
    ConversationItemCreate: _told,
    ConversationItemAdded: _told,
    ConversationItemCreated: _told,
}
"""What changes the calls, by type of event."""
