from __future__ import annotations

import json
import socket
import ssl

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import InvalidMessage, InvalidStatus, InvalidURI
from websockets.http11 import Response

from studio.protocol.dialect import Dialect
from studio.protocol.providers import ConnectRequest
from studio.transport.failures import (
    BusyError,
    RefusedError,
    bare,
    closed_before_greeting,
    connect_failure,
    secrets_of,
)
from studio.transport.peer import Closing

KEY = "sk-proj-abcdefghijklmnop"
URL = f"wss://api.example.com/v1/realtime?model=gpt-realtime&api_key={KEY}"
REQUEST = ConnectRequest(
    URL,
    Dialect.GA,
    {"Authorization": f"Bearer {KEY}", "x-odd": "Zm9vYmFyYmF6"},
    ("realtime", f"openai-insecure-api-key.{KEY}"),
)


def status(code: int, body: bytes = b"", **headers: str) -> InvalidStatus:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return InvalidStatus(Response(code, "", Headers(named), body))


@pytest.mark.parametrize(
    ("failure", "title"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Unknown host"),
        (ConnectionRefusedError(111, "refused"), "Connection refused"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed"), "Connection refused"),
        (TimeoutError(), "No answer"),
        (ssl.SSLCertVerificationError("self-signed"), "Untrusted certificate"),
        (ssl.SSLError(1, "wrong version number"), "TLS failed"),
        (InvalidURI("x", "no scheme"), "Bad address"),
        (InvalidMessage("did not receive a valid HTTP response"), "Not a Realtime server"),
        (status(401), "The key was refused"),
        (status(403), "Not allowed"),
        (status(404), "Nothing there"),
        (status(418), "The server refused"),
        (OSError(113, "No route to host"), "No connection"),
    ],
)
def test_every_way_to_fail_has_words_and_a_next_step(failure: Exception, title: str) -> None:
    words = connect_failure(failure, REQUEST)
    assert words.title == title
    assert words.hint
    assert KEY not in words.in_words()


def test_only_a_refusal_is_worth_waiting_for() -> None:
    assert isinstance(connect_failure(ConnectionRefusedError(), REQUEST), RefusedError)
    assert not isinstance(connect_failure(TimeoutError(), REQUEST), RefusedError)


@pytest.mark.parametrize(
    ("failure", "wait_s"),
    [
        (status(429), None),
        (status(429, retry_after="20"), 20.0),
        (status(503, b"Please try again in 1.5s."), 1.5),
        (status(429, x_ratelimit_reset_tokens="6m0s", x_ratelimit_remaining_tokens="0"), 360.0),
    ],
)
def test_too_much_at_once_says_how_long_to_wait(
    failure: InvalidStatus, wait_s: float | None
) -> None:
    words = connect_failure(failure, REQUEST)
    assert isinstance(words, BusyError)
    assert words.wait_s == wait_s
    assert words.hint.startswith("It asks to wait") == (wait_s is not None)


def test_an_account_without_credit_is_not_busy() -> None:
    body = b'{"error": {"code": "insufficient_quota", "message": "You exceeded your quota."}}'
    words = connect_failure(status(429, body, retry_after="20"), REQUEST)
    assert not isinstance(words, BusyError)
    assert words.title == "The account has no credit left"


def test_the_words_of_an_http_error_are_kept_without_secrets() -> None:
    error = {"error": {"code": "OperationNotSupported", "message": f"Bad key {KEY}, Zm9vYmFyYmF6."}}
    words = connect_failure(status(400, json.dumps(error).encode()), REQUEST).message
    assert words.startswith("wss://api.example.com/v1/realtime answered HTTP 400: Bad key")
    assert KEY not in words
    assert "Zm9vYmFyYmF6" not in words


def test_terminal_codes_in_a_body_are_defused() -> None:
    assert "\x1b" not in connect_failure(status(500, b"\x1b[2Jboo"), REQUEST).message


def test_an_address_is_shown_without_its_query_and_user() -> None:
    assert bare(f"wss://me:{KEY}@host:8443/v1?key={KEY}#x") == "wss://host:8443/v1"


def test_secrets_are_found_wherever_a_request_carries_them() -> None:
    assert KEY in secrets_of(REQUEST)
    assert "realtime" not in secrets_of(REQUEST)


@pytest.mark.parametrize(
    ("reason", "title"),
    [
        ("invalid_request_error.invalid_api_key", "The key was refused"),
        ("invalid_request_error.model_not_found", "No such model"),
        ("invalid_request_error.beta_api_shape_disabled", "The beta dialect is refused"),
        ("", "The server closed instead of greeting"),
    ],
)
def test_a_close_instead_of_a_greeting_keeps_its_reason(reason: str, title: str) -> None:
    words = closed_before_greeting("Incorrect API key.", Closing(3000, reason), REQUEST)
    assert words.title == title
    assert "Incorrect API key. (close 3000" in words.message
    assert reason in words.message
