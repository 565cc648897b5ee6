"""Ephemeral tokens: minted over REST, presented on connecting, gone after a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.protocol.dialect import Dialect
from studio.server.engine.errors import Refused, out_of_range

if TYPE_CHECKING:
    from studio.core.clock import Clock
    from studio.core.ids import IdSource

SHORTEST_S, LONGEST_S = 10, 7200
DEFAULT_S = {Dialect.GA: 600, Dialect.BETA: 60}
MOST_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class Token:
    """A secret that opens sessions with these settings until it expires (unix seconds)."""

    value: str
    expires_at: int
    dialect: Dialect
    session: dict[str, Any]


class Tokens:
    """The tokens that are valid now."""

    def __init__(self, clock: Clock, ids: IdSource) -> None:
        self._clock = clock
        self._ids = ids
        self._tokens: dict[str, Token] = {}

    def mint(self, dialect: Dialect, session: dict[str, Any], seconds: int | None) -> Token:
        """A new token.

        Raises:
            Refused: the time is out of range, or too many tokens are valid.
        """
        lasts_s = DEFAULT_S[dialect] if seconds is None else seconds
        if not SHORTEST_S <= lasts_s <= LONGEST_S:
            raise out_of_range("expires_after.seconds", lasts_s, SHORTEST_S, LONGEST_S)
        self._forget_expired()
        if len(self._tokens) >= MOST_TOKENS:
            raise Refused("rate_limit_exceeded", "Too many tokens are valid at once.")
        token = Token(self._ids.new("ek"), self._now() + lasts_s, dialect, session)
        self._tokens[token.value] = token
        return token

    def find(self, value: str) -> Token | None:
        """The token with this value, while it is valid."""
        self._forget_expired()
        return self._tokens.get(value)

    def _now(self) -> int:
        return int(self._clock.wall().timestamp())

    def _forget_expired(self) -> None:
        now = self._now()
        self._tokens = {key: each for key, each in self._tokens.items() if each.expires_at > now}
