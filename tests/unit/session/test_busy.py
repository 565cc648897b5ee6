from __future__ import annotations

import pytest

from studio.protocol.events import Error, RateLimitsUpdated
from studio.protocol.values import ErrorDetail, RateLimit
from studio.session.busy import busy
from studio.session.local import ConnectionFailed
from studio.session.state import SessionState
from tests.builders import Script
from tests.conversations import LIBRARY, Talk


def limited(message: str, code: str = "rate_limit_exceeded") -> Talk:
    talk = Talk().connect()
    talk.script.server(Error(error=ErrorDetail(type="x", code=code, message=message)))
    return talk


def test_who_is_not_busy_is_not() -> None:
    assert busy(SessionState()) is None
    for name in ("two_turns", "refused_key", "refused_setting", "unreachable"):
        assert busy(Script(envelopes=list(LIBRARY[name]())).state) is None


@pytest.mark.parametrize(
    ("message", "wait_s"), [("Please try again in 1.5s.", 1.5), ("Not now.", None)]
)
def test_an_error_says_how_long_in_its_words(message: str, wait_s: float | None) -> None:
    told = busy(limited(message).script.state)
    assert told is not None
    assert told.wait_s == wait_s
    assert message in told.words


def test_limits_that_are_used_up_say_when_they_are_reset() -> None:
    talk = Talk().connect()
    limits = (
        RateLimit(name="tokens", limit=10, remaining=0, reset_seconds=8.0),
        RateLimit(name="requests", limit=10, remaining=3, reset_seconds=60.0),
    )
    talk.script.server(RateLimitsUpdated(rate_limits=limits))
    error = ErrorDetail(type="x", code="rate_limit_exceeded", message="Not now.")
    talk.script.server(Error(error=error))
    told = busy(talk.script.state)
    assert told is not None
    assert told.wait_s == 8.0


def test_a_connection_that_was_refused_says_it_apart() -> None:
    script = Script()
    script.local(ConnectionFailed(title="Too many requests", message="HTTP 429", wait_s=20.0))
    assert busy(script.state) == ("Too many requests: HTTP 429", 20.0)


def test_no_credit_is_no_crowd() -> None:
    assert busy(limited("You exceeded your quota.", "insufficient_quota").script.state) is None
