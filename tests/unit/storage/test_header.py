"""The first line of a log: nothing secret, and a version of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from studio.core.errors import StudioError
from studio.storage.header import Header, parse_header, public_url
from studio.storage.migrations import SCHEMA, Migration, migrated

STARTED = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "public"),
    [
        (
            "wss://api.openai.com/v1/realtime?model=gpt-realtime",
            "wss://api.openai.com/v1/realtime?model=gpt-realtime",
        ),
        ("wss://me:secret@host:1/x", "wss://host:1/x"),
        ("wss://h/x?apiKey=abc&model=m", "wss://h/x?apiKey=[secret]&model=m"),
        ("wss://h/x?key=abc#frag", "wss://h/x?key=[secret]"),
        ("wss://h/sk-abcdefghijklmnop/x", "wss://h/sk-[secret]/x"),
        ("wss://[broken", ""),
    ],
)
def test_an_address_is_kept_without_its_secrets(url: str, public: str) -> None:
    assert public_url(url) == public
    assert Header(started_at=STARTED, url=url).url == public


def test_a_header_comes_back_with_the_fields_of_later_versions() -> None:
    header = Header.model_validate({"started_at": STARTED, "provider": "p", "mood": "good"})

    again, steps = parse_header(header.to_line())

    assert again == header
    assert again.model_extra == {"mood": "good"}
    assert steps == ()


def test_earlier_versions_are_brought_here_step_by_step() -> None:
    steps = {
        "studio.session/0.1": Migration(
            lambda header: header | {"schema": "studio.session/0.2", "first": True},
            lambda line: f"{line}1",
        ),
        "studio.session/0.2": Migration(
            lambda header: header | {"schema": SCHEMA, "second": True}, lambda line: f"{line}2"
        ),
    }

    header, lines = migrated({"schema": "studio.session/0.1"}, steps)

    assert header == {"schema": SCHEMA, "first": True, "second": True}
    line = "0"
    for step in lines:
        line = step(line)
    assert line == "012"


def test_a_chain_that_leads_nowhere_is_refused() -> None:
    circle = {"a": Migration(lambda header: header, lambda line: line)}

    with pytest.raises(StudioError, match="this studio reads"):
        migrated({"schema": "a"}, circle)
    with pytest.raises(StudioError) as told:
        parse_header(json.dumps({"schema": "studio.session/2\x1b[0m"}))
    assert "\x1b" not in told.value.message


def test_a_first_line_nested_without_end_is_no_header() -> None:
    with pytest.raises(StudioError):
        parse_header("[" * 100_000)
