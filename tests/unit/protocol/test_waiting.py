from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.protocol.waiting import duration_s, wait_in_headers_s, wait_said_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20", 20.0), ("1.5", 1.5), ("20ms", 0.02), ("6m0s", 360.0), ("1h2m3.5s", 3723.5),
        ("1d", 86_400.0), ("", None), ("soon", None), ("-3", None), ("6m0", None),
    ],
)  # fmt: skip
def test_durations_as_services_write_them(text: str, seconds: float | None) -> None:
    assert duration_s(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached for gpt-realtime. Please try again in 1.2s. Visit x.", 1.2),
        ("Please try again in 6m0s.", 360.0),
        ("Please retry after 10 seconds.", 10.0),
        ("Please wait 300ms before the next one.", 0.3),
        ("Too many requests in 20 s.", None),
        ("Please try again later.", None),
    ],
)
def test_what_a_sentence_asks(message: str, seconds: float | None) -> None:
    assert wait_said_s(message) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT",
          "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT",
          "Date": "Wed, 21 Oct 2026 07:28:30 GMT"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({"x-ratelimit-reset-requests": "2s", "x-ratelimit-remaining-requests": "5",
          "x-ratelimit-reset-tokens": "1s", "x-ratelimit-remaining-tokens": "0"}, 1.0),
    ],
)  # fmt: skip
def test_what_headers_ask(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_in_headers_s(headers) == seconds


@given(st.text())
def test_any_text_is_borne(text: str) -> None:
    for found in (duration_s(text), wait_said_s(text), wait_in_headers_s({"retry-after": text})):
        assert found is None or found >= 0
