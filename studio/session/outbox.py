"""What is sent because of an event: settings, typed text, the answers of tools, response requests.

Whether a `response.create` may go out at once is decided in the responses slice; here it is sent
when that slice says that one is awaited since this very event.
"""

from __future__ import annotations

from collections.abc import Mapping
from json import dumps

from studio.protocol.events import (
    ConversationItemCreate,
    ResponseCreate,
    SessionCreated,
    SessionUpdate,
)
from studio.protocol.provider_list import PROVIDERS, Quirk
from studio.protocol.providers import session_payload
from studio.protocol.settings import SessionSettings, smallest_update
from studio.protocol.values import ContentPart, Item
from studio.session.effects import Effect, SendEvent, SendRaw
from studio.session.folding import Reaction
from studio.session.local import SendWanted, SettingsAsked, TextWanted, ToolAnswered
from studio.session.state import SessionState


def _update(state: SessionState, old: SessionSettings, new: SessionSettings) -> tuple[Effect, ...]:
    provider = PROVIDERS.get(state.connection.provider)
    quirks = provider.quirks if provider is not None else ()
    session = smallest_update(
        old,
        new,
        state.connection.dialect,
        full_turn_detection=Quirk.FULL_TURN_DETECTION in quirks,
    )
    if session is None:
        return ()
    laid_out = session_payload(provider, session) if provider is not None else session
    return (SendEvent(SessionUpdate(session=laid_out)),)


def _greeted(
    _before: SessionState, after: SessionState, _event: SessionCreated
) -> tuple[Effect, ...]:
    echoed = after.settings.echoed or SessionSettings()
    return _update(after, echoed, after.settings.asked)


def _settings_asked(
    before: SessionState, after: SessionState, _event: SettingsAsked
) -> tuple[Effect, ...]:
    """Before the greeting nothing is sent: the whole of it will be."""
    if after.connection.phase != "open":
        return ()
    return _update(after, before.settings.asked, after.settings.asked)


def _text(_before: SessionState, _after: SessionState, event: TextWanted) -> tuple[Effect, ...]:
    part = ContentPart(type="input_text", text=event.text)
    item = Item(type="message", role="user", content=(part,))
    return (SendEvent(ConversationItemCreate(item=item)),)


def _answer(_before: SessionState, _after: SessionState, event: ToolAnswered) -> tuple[Effect, ...]:
    item = Item(type="function_call_output", call_id=event.call_id, output=event.output)
    return (SendEvent(ConversationItemCreate(item=item)),)


def _by_hand(_before: SessionState, _after: SessionState, event: SendWanted) -> tuple[Effect, ...]:
    written = event.payload
    return (SendRaw(written if isinstance(written, str) else dumps(written, ensure_ascii=False)),)


def response_request(
    before: SessionState, after: SessionState, event: object
) -> tuple[Effect, ...]:
    """The `response.create` that became due with this event."""
    since = after.responses.awaited_since
    if since is None or after.responses is before.responses or isinstance(event, ResponseCreate):
        return ()
    fresh = before.responses.awaited_since is None
    return (SendEvent(ResponseCreate()),) if fresh else ()


REACTIONS: Mapping[type, Reaction] = {
    SessionCreated: _greeted,
    SettingsAsked: _settings_asked,
    TextWanted: _text,
    ToolAnswered: _answer,
    SendWanted: _by_hand,
}
"""What is sent, by type of event."""
