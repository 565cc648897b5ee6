"""The connection slice: how far the socket and the session behind it have come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from studio.protocol.events import SessionCreated, SessionUpdated
from studio.session.folding import Handler
from studio.session.local import (
    ConnectionClosed,
    ConnectionFailed,
    ConnectionOpened,
    ConnectWanted,
)
from studio.session.state import Connection, SessionState


def _wanted(state: SessionState, event: ConnectWanted) -> Connection:
    return Connection(
        phase="connecting",
        provider=event.provider,
        url=event.url,
        model=event.model,
        dialect=event.dialect,
        wanted_at=state.last_at,
    )


def _opened(state: SessionState, _event: ConnectionOpened) -> Connection:
    return replace(state.connection, opened_at=state.last_at)


def _greeted(state: SessionState, event: SessionCreated) -> Connection:
    return _described(
        replace(state.connection, phase="open", greeted_at=state.last_at), event.session
    )


def _updated(state: SessionState, event: SessionUpdated) -> Connection:
    """Some services never greet: their first answer to an update opens the session."""
    known = state.connection
    if known.phase == "connecting":
        known = replace(known, phase="open", greeted_at=state.last_at)
    return _described(known, event.session)


def _described(known: Connection, session: Mapping[str, Any]) -> Connection:
    session_id, model, expires_at = (session.get(key) for key in ("id", "model", "expires_at"))
    described = replace(
        known,
        session_id=session_id if isinstance(session_id, str) else known.session_id,
        model=model if isinstance(model, str) else known.model,
        expires_at=expires_at if isinstance(expires_at, int) else known.expires_at,
    )
    return known if described == known else described


def _failed(state: SessionState, event: ConnectionFailed) -> Connection:
    return replace(
        state.connection, phase="failed", closed_at=state.last_at, close_reason=event.message
    )


def _closed(state: SessionState, event: ConnectionClosed) -> Connection:
    """A close before the greeting is a refusal: services check the key after the handshake."""
    refused = state.connection.phase in ("connecting", "failed") and not event.expected
    return replace(
        state.connection,
        phase="failed" if refused else "closed",
        closed_at=state.last_at,
        close_code=event.code,
        close_reason=event.message or event.reason,
    )


HANDLERS: Mapping[type, Handler[Connection]] = {
    ConnectWanted: _wanted,
    ConnectionOpened: _opened,
    SessionCreated: _greeted,
    SessionUpdated: _updated,
    ConnectionFailed: _failed,
    ConnectionClosed: _closed,
}
"""What changes the connection, by type of event."""
