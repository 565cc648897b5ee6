"""The WebSocket request that opens a session: address, headers, subprotocols, as a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from typing_extensions import override

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.provider_list import Provider, Quirk

_SCHEMES = {"https": "wss", "http": "ws", "wss": "wss", "ws": "ws"}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_KEY_IN_QUERY = re.compile(r"(?i)((?:api[-_]?key|apikey|token|secret|sig)=)[^&#]+")
_PLAIN = re.compile(r"[\x21-\x7e]+")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_TITLE = "Cannot use this address"


@dataclass(frozen=True, slots=True, repr=False)
class ConnectRequest:
    """What a WebSocket client needs to open a session; its `repr` shows no secret."""

    url: str
    dialect: Dialect
    headers: Mapping[str, str] = field(default_factory=dict)
    subprotocols: tuple[str, ...] = ()

    @property
    def safe_url(self) -> str:
        """The address with keys in its query cut out, for screens and logs."""
        return _KEY_IN_QUERY.sub(r"\1[secret]", self.url)

    @override
    def __repr__(self) -> str:
        names = ", ".join(self.headers)
        return (
            f"ConnectRequest({self.safe_url!r}, {self.dialect.value}, headers: {names or 'none'})"
        )


def connect_request(
    provider: Provider,
    *,
    base_url: str | None,
    model: str | None,
    key: str | None,
    dialect: Dialect | None,
) -> ConnectRequest:
    """The request that opens a session with `provider`; None takes the provider's own default.

    `base_url` may be a host, a prefix such as `https://gateway/v1`, or the whole address; its query
    is kept, and what it states there wins.

    Raises:
        StudioError: the address or the key cannot be used, or one is missing.
    """
    spoken = dialect or provider.dialect
    parts = _split(provider, base_url or provider.base_url)
    if not key and _needs_key(provider, parts):
        raise StudioError(
            f"{provider.title} wants an API key, and none is set",
            title="No API key",
            hint=f"Set {' or '.join(provider.key_env)} in the environment.",
        )
    url = urlunsplit(
        (
            _SCHEMES[parts.scheme],
            parts.netloc,
            _joined(parts.path, provider.path),
            _query(provider, parts.query, model),
            "",
        )
    )
    return ConnectRequest(url=url, dialect=spoken, headers=_headers(provider, key, spoken))


def _split(provider: Provider, address: str) -> SplitResult:
    if not address:
        raise StudioError(
            f"{provider.title} has a different address for every customer, and none is set",
            title="No address",
            hint=provider.address_hint,
        )
    if not _PLAIN.fullmatch(address.strip()):
        raise _unusable(provider, address, "has a space or another character no address has")
    try:
        parts = urlsplit(address.strip())
        _ = parts.port  # raises for a port that is no number
    except ValueError as error:
        raise StudioError(f"{address!r}: {error}", title=_TITLE, hint=_example(provider)) from None
    if "://" not in address:
        raise _unusable(provider, address, "has no scheme; it begins with https:// or wss://")
    if parts.scheme not in _SCHEMES:
        raise _unusable(provider, address, f"begins with {parts.scheme}://, which is no WebSocket")
    if not parts.hostname:
        raise _unusable(provider, address, "names no host")
    if parts.username is not None:
        raise StudioError(
            "the address carries a user name or password",
            title=_TITLE,
            hint="Give the key in the environment instead.",
        )
    return parts


def _unusable(provider: Provider, address: str, why: str) -> StudioError:
    return StudioError(f"{address!r} {why}", title=_TITLE, hint=_example(provider))


def _example(provider: Provider) -> str:
    return provider.address_hint or f"For example: {provider.base_url}"


def _needs_key(provider: Provider, parts: SplitResult) -> bool:
    optional = provider.auth == "none" or Quirk.KEY_OPTIONAL in provider.quirks
    in_query = _KEY_IN_QUERY.search(parts.query) is not None
    return not optional and not in_query and parts.hostname not in _LOOPBACK


def _joined(base: str, path: str) -> str:
    """The provider's path after the address's, where the two do not overlap already."""
    before, after = base.strip("/").split("/"), path.strip("/").split("/")
    if before == [""]:
        return path
    if before[-1] == after[-1]:
        return base
    shared = next(
        (n for n in range(min(len(before), len(after)), 0, -1) if before[-n:] == after[:n]), 0
    )
    return "/" + "/".join(before + after[shared:])


def _query(provider: Provider, given: str, model: str | None) -> str:
    stated = parse_qsl(given, keep_blank_values=True)
    names = {name for name, _ in stated}
    name = "deployment" if Quirk.DEPLOYMENT_IN_QUERY in provider.quirks else "model"
    defaults = [*provider.query, (name, model or provider.default_model)]
    if names & {"intent", "call_id"} and not model:
        defaults = [*provider.query]
    return urlencode([*stated, *(each for each in defaults if each[0] not in names)])


def _headers(provider: Provider, key: str | None, dialect: Dialect) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    if key:
        headers |= _authorization(provider, key.strip())
    if dialect is Dialect.BETA and Quirk.BETA_HEADER in provider.quirks:
        headers["OpenAI-Beta"] = "realtime=v1"
    return headers


def _authorization(provider: Provider, key: str) -> Mapping[str, str]:
    if not _PLAIN.fullmatch(key):
        raise StudioError(
            "the API key has a space or another character that no key has",
            title="Cannot use this API key",
            hint=f"Look at {' or '.join(provider.key_env)}: copy the key again, without quotes.",
        )
    if provider.auth != "none" and _JWT.fullmatch(key):
        return {"Authorization": f"Bearer {key}"}
    match provider.auth:
        case "bearer":
            return {"Authorization": f"Bearer {key}"}
        case "basic":
            return {"Authorization": f"Basic {key}"}
        case "api-key":
            return {"api-key": key}
        case "none":
            return {}
