"""What a connection asks for, read from its URL, headers and subprotocols; and whether it may."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.protocol.dialect import Dialect
from studio.server.engine.errors import (
    Refused,
    beta_disabled,
    invalid_api_key,
    missing_model,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.server.settings import ServerConfig
    from studio.server.tokens import Token, Tokens

DEFAULT_MODEL = "studio-local"
EPHEMERAL_PREFIX = "ek_"
SUBPROTOCOL = "realtime"

_KEY_SUBPROTOCOL = "openai-insecure-api-key."
_BETA_SUBPROTOCOL = "openai-beta.realtime-v1"
_BETA_HEADER = "realtime=v1"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a client's upgrade request says."""

    query: Mapping[str, str]
    headers: Mapping[str, str]
    subprotocols: tuple[str, ...] = ()
    preview_path: bool = False

    @property
    def subprotocol(self) -> str | None:
        """The one that is chosen in answer."""
        return SUBPROTOCOL if SUBPROTOCOL in self.subprotocols else None

    @property
    def key(self) -> str:
        """The API key or token that was presented, wherever it was put."""
        bearer = self.headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            return bearer[7:].strip()
        offered = (p for p in self.subprotocols if p.startswith(_KEY_SUBPROTOCOL))
        in_subprotocol = next(offered, "").removeprefix(_KEY_SUBPROTOCOL)
        return self.headers.get("api-key", "") or in_subprotocol

    @property
    def speaks_beta(self) -> bool:
        """Whether the client asks for the beta dialect by itself."""
        return (
            _BETA_HEADER in self.headers.get("openai-beta", "")
            or _BETA_SUBPROTOCOL in self.subprotocols
            or self.preview_path
        )


@dataclass(frozen=True, slots=True)
class Admission:
    """What a connection gets."""

    dialect: Dialect
    model: str
    transcription: bool
    token: Token | None


def dialect_of(ask: Ask, tokens: Tokens) -> Dialect:
    """The dialect in which even a refusal is said."""
    token = tokens.find(ask.key)
    beta = ask.speaks_beta or (token is not None and token.dialect is Dialect.BETA)
    return Dialect.BETA if beta else Dialect.GA


def admit(ask: Ask, config: ServerConfig, tokens: Tokens) -> Admission:
    """Whether a connection may be served, and how.

    Raises:
        Refused: it may not; the connection ends with this.
    """
    token = tokens.find(ask.key)
    if not key_fits(ask.key, config.api_key, token):
        raise invalid_api_key()
    dialect = dialect_of(ask, tokens)
    if config.strict and dialect is Dialect.BETA:
        raise beta_disabled()
    preset = token.session if token is not None else {}
    transcription = (
        ask.query.get("intent") == "transcription" or preset.get("type") == "transcription"
    )
    model = ask.query.get("model") or ask.query.get("deployment") or preset.get("model", "")
    if not model and config.strict and not transcription:
        raise missing_model()
    return Admission(dialect, model or DEFAULT_MODEL, transcription, token)


def key_fits(key: str, wanted: str, token: Token | None) -> bool:
    """Whether a key opens this server; an expired token never does."""
    if token is not None:
        return True
    if key.startswith(EPHEMERAL_PREFIX):
        return False
    return not wanted or hmac.compare_digest(key.encode(), wanted.encode())


def close_code(refusal: Refused) -> int:
    """The close code that the hosted service gives with a refusal."""
    return 3000 if refusal.code == "invalid_api_key" else 4000
