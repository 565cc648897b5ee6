"""Why a connection could not be made, in words with the next step; secrets are cut out."""

from __future__ import annotations

import json
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from websockets.exceptions import (
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
    NegotiationError,
)

from studio.core.errors import StudioError
from studio.core.text import one_line, without_secrets
from studio.protocol.problems import describe_error
from studio.protocol.waiting import wait_in_headers_s, wait_said_s

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.protocol.connecting import ConnectRequest
    from studio.transport.peer import Closing

_LONGEST_WORDS = 300

_STATUS_WORDS = {
    400: ("The request was refused", "Check the model, the dialect and the address."),
    401: ("The key was refused", "Check the key in the environment and that it fits the provider."),
    403: ("Not allowed", "Check that the key's project may use this model and region."),
    404: ("Nothing there", "Check the address and the model or deployment name."),
    429: ("Too many requests", "Wait, or check the account's quota."),
    503: ("The service is busy", "Try again in a moment."),
}

_BUSY_STATUSES = (429, 503)
_NO_CREDIT = "insufficient_quota"

_PLAIN_WORDS: tuple[tuple[tuple[type[Exception], ...], str, str, str], ...] = (
    (
        (socket.gaierror,),
        "Unknown host",
        "No host named {host} could be found.",
        "Check the address and the network.",
    ),
    (
        (TimeoutError,),
        "No answer",
        "{place} did not answer in time.",
        "Check the address, the network and any proxy, then try again.",
    ),
    (
        (NegotiationError,),
        "No common subprotocol",
        "{place} agreed to none of the offered subprotocols.",
        "Connect with the key in a header instead of a subprotocol.",
    ),
    (
        (InvalidProxy,),
        "Bad proxy",
        "The proxy in the environment has an unusable address.",
        "Check HTTPS_PROXY and NO_PROXY.",
    ),
    (
        (InvalidHandshake, EOFError),
        "Not a Realtime server",
        "{place} did not answer like a WebSocket server.",
        "Check the port and whether the address wants wss:// or ws://.",
    ),
    (
        (InvalidURI, ValueError),
        "Bad address",
        "{place} is not a WebSocket address.",
        "An address looks like wss://host/v1/realtime.",
    ),
)


class BusyError(StudioError):
    """It was too much at once.

    Attributes:
        wait_s: how long the service asks to wait; None where it does not say.
    """

    wait_s: float | None = None


class RefusedError(StudioError):
    """Nobody listens at the address: the one failure that waiting can cure."""


def connect_failure(failure: Exception, request: ConnectRequest) -> StudioError:
    """The words for an exception of the WebSocket client."""
    return in_words(failure, request.url, secrets_of(request))


def in_words(failure: Exception, url: str, secrets: tuple[str, ...] = ()) -> StudioError:
    """The words for what went wrong on the way to `url`; its query is never shown."""
    place, host = bare(url), urlsplit(url).hostname or url
    if isinstance(failure, InvalidStatus):
        body = bytes(failure.response.body or b"")
        headers = dict(failure.response.headers.raw_items())
        return status_failure(failure.response.status_code, body, place, secrets, headers)
    if isinstance(failure, ssl.SSLError):
        return _tls_failure(failure, host)
    if isinstance(failure, ConnectionRefusedError):
        return _refused(place)
    for kinds, title, words, hint in _PLAIN_WORDS:
        if isinstance(failure, kinds):
            return StudioError(words.format(place=place, host=host), title=title, hint=hint)
    return _unreachable(failure, place)


def _refused(place: str) -> RefusedError:
    return RefusedError(
        f"Nobody listens at {place}.",
        title="Connection refused",
        hint="Start the server (studio serve) or check the address.",
    )


def _unreachable(failure: Exception, place: str) -> StudioError:
    # A host with several addresses reports all refusals at once, without an error number.
    if isinstance(failure, OSError) and "Connect call failed" in str(failure):
        return _refused(place)
    words = one_line(str(failure) or type(failure).__name__, _LONGEST_WORDS)
    return StudioError(
        f"{place} could not be reached: {words}",
        title="No connection",
        hint="Check the address and the network.",
    )


def _tls_failure(failure: ssl.SSLError, host: str) -> StudioError:
    if isinstance(failure, ssl.SSLCertVerificationError):
        return StudioError(
            f"The certificate of {host} is not trusted: {one_line(str(failure), _LONGEST_WORDS)}.",
            title="Untrusted certificate",
            hint="Check the clock and the address, or name your authority in SSL_CERT_FILE.",
        )
    return StudioError(
        f"No secure connection to {host} came about ({one_line(str(failure), _LONGEST_WORDS)}).",
        title="TLS failed",
        hint="Check whether the address wants wss:// or ws://.",
    )


def status_failure(
    status: int,
    body: bytes,
    place: str,
    secrets: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> StudioError:
    """The words for an HTTP answer that is no success, with what its body says."""
    title, hint = _STATUS_WORDS.get(
        status, ("The server refused", "Check the address, or try again later.")
    )
    said = without_secrets(one_line(_message_in(body), _LONGEST_WORDS), *secrets)
    words = f"{place} answered HTTP {status}" + (f": {said}" if said else ".")
    if status not in _BUSY_STATUSES:
        return StudioError(words, title=title, hint=hint)
    if _NO_CREDIT.encode() in body:  # the same status, and no waiting helps
        known = describe_error(_NO_CREDIT)
        assert known is not None
        return StudioError(words, title=known.title, hint=known.hint)
    wait_s = wait_in_headers_s(headers or {})
    wait_s = wait_said_s(said) if wait_s is None else wait_s
    if wait_s is not None:
        hint = f"It asks to wait {wait_s:,.0f} s. {hint}"
    failure = BusyError(words, title=title, hint=hint)
    failure.wait_s = wait_s
    return failure


def closed_before_greeting(
    error_message: str, closing: Closing, request: ConnectRequest
) -> StudioError:
    """The words for a socket that opened, then closed instead of greeting.

    Providers check key and model only after the handshake: an `error` event, then a close whose
    reason is `<error type>.<error code>`.
    """
    reason = one_line(closing.reason)
    said = one_line(error_message, _LONGEST_WORDS) or "it said nothing"
    how = f"close {closing.code}" + (f", {reason}" if reason else "")
    title, hint = _reason_words(reason)
    words = without_secrets(f"{bare(request.url)}: {said} ({how})", *secrets_of(request))
    return StudioError(words, title=title, hint=hint)


def _reason_words(reason: str) -> tuple[str, str]:
    if "api_key" in reason or "auth" in reason.lower():
        return _STATUS_WORDS[401]
    if "model" in reason:
        return "No such model", "Check the model's name and that the key may use it."
    if "beta_api_shape" in reason:
        return "The beta dialect is refused", "Connect with --dialect ga."
    return "The server closed instead of greeting", "Check the address, key, model and dialect."


def bare(url: str) -> str:
    """An address without user, query and fragment, where keys may hide."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def secrets_of(request: ConnectRequest) -> tuple[str, ...]:
    """Every string in a request that may be a key."""
    values = [*request.headers.values(), *request.subprotocols]
    query = [part.partition("=")[2] for part in urlsplit(request.url).query.split("&")]
    words = [word for value in values for word in (value, value.rpartition(" ")[2])]
    keys = [word.partition("openai-insecure-api-key.")[2] or word for word in words]
    return tuple(word for word in (*keys, *query) if len(word) >= 8 and "realtime" not in word)


def _message_in(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        values = json.loads(text)
    except ValueError:
        return text
    error = values.get("error", values) if isinstance(values, dict) else values
    message = error.get("message", error) if isinstance(error, dict) else error
    return message if isinstance(message, str) else json.dumps(message)
