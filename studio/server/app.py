"""The ASGI application around the engine: WebSocket sessions, tokens over REST, health."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from studio.protocol.beta import session_to_beta, session_to_ga
from studio.protocol.codec import encode_server
from studio.protocol.dialect import Dialect
from studio.protocol.events import Error
from studio.server.engine.engine import Engine, EngineConfig
from studio.server.engine.errors import Refused, invalid_api_key, invalid_json, invalid_type
from studio.server.engine.settings import (
    SessionValues,
    realtime_defaults,
    transcription_defaults,
)
from studio.server.handshake import (
    DEFAULT_MODEL,
    Admission,
    Ask,
    admit,
    close_code,
    dialect_of,
    key_fits,
)
from studio.server.shell import Session
from studio.server.tokens import Token, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.core.clock import Clock
    from studio.core.ids import IdSource
    from studio.server.models import Speech
    from studio.server.replies.context import Replier
    from studio.server.settings import ServerConfig
    from studio.vad.detector import SpeechDetector

SOCKET_PATHS = ("/v1/realtime", "/openai/v1/realtime", "/realtime")
PREVIEW_PATH = "/openai/realtime"

LARGEST_BODY_BYTES = 1024 * 1024
"""Of a REST request: a session with many tools."""

_BUSY = 1013


@dataclass(slots=True)
class RealtimeServer:
    """What all connections share."""

    config: ServerConfig
    speech: Speech
    replier: Replier
    new_detector: Callable[[], SpeechDetector]
    clock: Clock
    ids: IdSource
    sessions: int = 0
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.clock, self.ids)

    def app(self) -> Starlette:
        """The application."""
        routes: list[Route | WebSocketRoute] = [
            WebSocketRoute(path, partial(self.connect, preview=False)) for path in SOCKET_PATHS
        ]
        routes += [
            WebSocketRoute(PREVIEW_PATH, partial(self.connect, preview=True)),
            Route("/health", self.health),
        ]
        for prefix in ("/v1", "/openai/v1", ""):
            at = f"{prefix}/realtime"
            routes += [
                Route(f"{at}/client_secrets", self.mint_ga, methods=["POST"]),
                Route(f"{at}/sessions", self.mint_beta, methods=["POST"]),
                Route(f"{at}/transcription_sessions", self.mint_transcription, methods=["POST"]),
            ]
        return Starlette(routes=routes)

    # Sessions.

    async def connect(self, websocket: WebSocket, *, preview: bool) -> None:
        """Serve one WebSocket; refusals are said after it was accepted, as OpenAI does."""
        offered = tuple(websocket.scope.get("subprotocols", ()))
        ask = Ask(websocket.query_params, websocket.headers, offered, preview)
        socket = _AcceptedSocket(websocket)
        await websocket.accept(subprotocol=ask.subprotocol)
        try:
            admission = admit(ask, self.config, self.tokens)
        except Refused as refusal:
            await self._turn_away(socket, refusal, close_code(refusal), ask)
            return
        if self.sessions >= self.config.most_sessions:
            words = f"This server serves {self.config.most_sessions} sessions at once. Try later."
            busy = Refused("session_limit_reached", words, error_type="rate_limit_error")
            await self._turn_away(socket, busy, _BUSY, ask)
            return
        self.sessions += 1
        try:
            await self._serve(socket, admission)
        finally:
            self.sessions -= 1

    async def _serve(self, socket: _AcceptedSocket, admission: Admission) -> None:
        longest_s = self.config.longest_session_s
        config = EngineConfig(
            model=admission.model,
            dialect=admission.dialect,
            transcription=admission.transcription,
            expires_at=int(self.clock.wall().timestamp() + longest_s),
            longest_s=longest_s,
            preset=admission.token.session if admission.token is not None else None,
            profile=self.config.profile,
        )
        engine = Engine(config, self.ids, self.new_detector(), self.clock.monotonic())
        session = Session(
            engine,
            socket,
            admission.dialect,
            self.speech,
            self.replier,
            self.clock,
            pace=self.config.pace,
        )
        await session.run()

    async def _turn_away(
        self, socket: _AcceptedSocket, refusal: Refused, code: int, ask: Ask
    ) -> None:
        event = Error(event_id=self.ids.new("event"), error=refusal.detail())
        frame = encode_server(event, dialect_of(ask, self.tokens))
        assert frame is not None
        await socket.send(frame)
        await socket.close(code, refusal.close_reason)

    # REST.

    async def health(self, _request: Request) -> JSONResponse:
        """How the server is."""
        return JSONResponse(
            {"status": "ok", "sessions": self.sessions, "models": self.speech.state()}
        )

    async def mint_ga(self, request: Request) -> JSONResponse:
        """A GA token: `{value, expires_at, session}`."""
        return await self._mint(request, Dialect.GA, "realtime")

    async def mint_beta(self, request: Request) -> JSONResponse:
        """A beta token: a flat session with `client_secret` in it."""
        return await self._mint(request, Dialect.BETA, "realtime")

    async def mint_transcription(self, request: Request) -> JSONResponse:
        """A beta token for a transcription session."""
        return await self._mint(request, Dialect.BETA, "transcription")

    async def _mint(self, request: Request, dialect: Dialect, kind: str) -> JSONResponse:
        try:
            self._check_key(request)
            body = await _json_object(request)
            token, wire = self._minted(body, dialect, kind)
        except Refused as refusal:
            status = 401 if refusal.code == "invalid_api_key" else 400
            detail = refusal.detail().model_dump(exclude={"event_id"})
            return JSONResponse({"error": detail}, status_code=status)
        if dialect is Dialect.GA:
            return JSONResponse(
                {"value": token.value, "expires_at": token.expires_at, "session": wire}
            )
        secret = {"value": token.value, "expires_at": token.expires_at}
        return JSONResponse(session_to_beta(wire) | {"client_secret": secret})

    def _check_key(self, request: Request) -> None:
        key = Ask(request.query_params, request.headers).key
        if not key_fits(key, self.config.api_key, None):
            raise invalid_api_key()

    def _minted(
        self, body: dict[str, Any], dialect: Dialect, kind: str
    ) -> tuple[Token, dict[str, Any]]:
        if dialect is Dialect.GA:
            lifetime = body.get("expires_after")
            asked = body.get("session") or {"type": kind}
        else:
            secret = body.get("client_secret")
            lifetime = secret.get("expires_after") if isinstance(secret, dict) else None
            flat = {key: value for key, value in body.items() if key != "client_secret"}
            asked = session_to_ga(flat) | {"type": kind}
        if not isinstance(asked, dict):
            raise invalid_type("session", "an object", asked)
        kind = asked.get("type", kind)
        model = str(asked.get("model") or DEFAULT_MODEL)
        defaults = (
            transcription_defaults()
            if kind == "transcription"
            else realtime_defaults(model, dialect)
        )
        values = SessionValues(defaults, dialect).updated(asked, voice_locked=False)
        token = self.tokens.mint(dialect, asked, _seconds(lifetime))
        return token, values.wire | {"id": self.ids.new("sess"), "expires_at": 0}


def _seconds(lifetime: object) -> int | None:
    if lifetime is None:
        return None
    seconds = lifetime.get("seconds") if isinstance(lifetime, dict) else lifetime
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int)):
        raise invalid_type("expires_after.seconds", "an integer", seconds)
    return seconds


async def _json_object(request: Request) -> dict[str, Any]:
    text = bytearray()
    async for piece in request.stream():
        text += piece
        if len(text) > LARGEST_BODY_BYTES:
            words = f"The body is larger than {LARGEST_BODY_BYTES} bytes."
            raise Refused("request_too_large", words)
    if not text:
        return {}
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise invalid_json() from None
    if not isinstance(body, dict):
        raise invalid_type("body", "an object", body)
    return body


class _AcceptedSocket:
    """Starlette's WebSocket with the verbs that a session needs; a lost client is no error."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._gone = False

    async def receive(self) -> str | bytes | None:
        """The next frame; None once the client has gone."""
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            self._gone = True
            return None
        text: str | None = message.get("text")
        return text if text is not None else bytes(message["bytes"])

    async def send(self, text: str) -> None:
        """Send a text frame; waits for a slow client."""
        await self._unless_gone(self._websocket.send_text, text)

    async def close(self, code: int, reason: str) -> None:
        """Say good-bye."""
        await self._unless_gone(self._websocket.close, code, reason)

    async def _unless_gone(self, verb: Callable[..., Any], *arguments: object) -> None:
        if self._gone:
            return
        try:
            await verb(*arguments)
        except (WebSocketDisconnect, RuntimeError, OSError):
            self._gone = True
