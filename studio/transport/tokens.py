"""Minting an ephemeral key over REST, as a backend does for a browser.

GA answers with the key at `.value`, beta at `.client_secret.value`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.transport.failures import bare, in_words, status_failure

if TYPE_CHECKING:
    from studio.protocol.settings import SessionSettings

_TIMEOUT_S = 15.0
_PATHS = {Dialect.GA: "client_secrets", Dialect.BETA: "sessions"}


@dataclass(frozen=True, slots=True)
class EphemeralKey:
    """A short-lived key, and the Unix second after which it opens no more sessions."""

    value: str = field(repr=False)
    expires_at: int


async def mint(
    realtime_url: str, key: str, settings: SessionSettings, dialect: Dialect = Dialect.GA
) -> EphemeralKey:
    """A key for one client, made at the REST side of a Realtime address with a real key.

    Raises:
        StudioError: refused, unreachable, or an answer without a key.
    """
    import httpx2

    url = _rest_url(realtime_url, dialect)
    session = settings.to_wire(dialect)
    body = {"session": session} if dialect is Dialect.GA else session
    try:
        async with httpx2.AsyncClient(timeout=_TIMEOUT_S) as client:
            answer = await client.post(url, json=body, headers={"Authorization": f"Bearer {key}"})
    except httpx2.TimeoutException as failure:
        raise in_words(TimeoutError(), url) from failure
    except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
        raise in_words(failure, url, (key,)) from failure
    if not answer.is_success:
        raise status_failure(answer.status_code, answer.content, bare(url), (key,), answer.headers)
    return _read(answer.content, url)


def _rest_url(realtime_url: str, dialect: Dialect) -> str:
    parts = urlsplit(realtime_url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    path = f"{parts.path.rstrip('/')}/{_PATHS[dialect]}"
    return urlunsplit((scheme, parts.netloc, path, "", ""))


def _read(body: bytes, url: str) -> EphemeralKey:
    try:
        values: dict[str, Any] = json.loads(body)
        found = values.get("client_secret", values)
        return EphemeralKey(str(found["value"]), int(found["expires_at"]))
    except (ValueError, KeyError, TypeError, AttributeError) as failure:
        raise StudioError(
            f"{bare(url)} answered without a key.",
            title="No ephemeral key",
            hint="Check that the address is a Realtime server's and the dialect fits.",
        ) from failure
