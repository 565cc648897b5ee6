"""A session as a document that nothing from outside can shape."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.export.markdown import escaped, export_markdown
from studio.export.sharing import Redaction
from tests.conversations import LIBRARY
from tests.fakes.told import told


def document(name: str, *without: str) -> str:
    return export_markdown(told(LIBRARY[name]()), Redaction(without))


def test_a_turn_is_told_with_its_times() -> None:
    text = document("spoken_turn")

    assert text.startswith("# Session of 2026-01-01 12:00:00 UTC\n")
    assert "## 1 at 0:00.8" in text
    assert "**User:** What time is it?" in text
    assert "**Assistant:** It is twelve o'clock." in text
    assert "*First sound after 640 ms: silence 500 ms, vad 15 ms, response 70 ms" in text
    assert text.endswith("\n")


def test_calls_stand_with_their_answers() -> None:
    text = document("tool_round")

    assert '**Function** `get_weather` was called with:\n\n```\n{"city": "London"}\n```' in text
    assert '```\n{"sky": "foggy", "degrees": 12}\n```' in text
    assert "It was not answered." in document("waiting_for_a_tool")


def test_what_was_cut_off_is_struck_through() -> None:
    assert "~~lighthouse keeper counted~~" in document("barge_in")


def test_an_interruption_is_told_with_what_was_heard() -> None:
    words = (
        "*Cut off (barge-in) after 1,590 ms of 7,500 ms that had arrived; the server keeps 1,590"
    )
    assert words in document("late_barge_in")


def test_the_latency_of_the_session_is_summed_up() -> None:
    latency = document("two_turns").partition("## Latency\n\n")[2].partition("\n\n")[0]
    assert latency == (
        "- All 2 turns: half within 640 ms, 95 % within 640 ms\n"
        "- Slowest: turn 1: 0.64 s, of which silence 0.50 s"
    )
    assert "## Latency" not in document("connected")


def test_problems_and_usage_are_told() -> None:
    assert "## Problems\n\n- 0:00.3 error: The reply failed." in document("failed_response")
    usage = document("two_turns").partition("## Usage")[2]
    assert usage == "\n\n- Responses: 2\n- Tokens in: 300, of them cached: 64\n- Tokens out: 160\n"


@pytest.mark.parametrize("name", LIBRARY)
def test_every_conversation_becomes_a_document_without_control_codes(name: str) -> None:
    text = document(name)

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert text.count("\n# ") == 0


def test_hostile_words_mean_nothing_but_themselves() -> None:
    text = document("hostile")

    assert "<script>" not in text
    assert "\\# Heading \\<script\\>" in text
    assert "\\[link\\]\\(x\\)" in text


def test_an_address_does_not_become_a_link() -> None:
    assert escaped("https://x.y me@x.y WWW.x.y") == "https\\://x.y me\\@x.y WWW\\.x.y"


@given(st.text(max_size=60))
def test_escaped_text_is_one_line_without_live_markup(text: str) -> None:
    line = escaped(text)

    assert "\n" not in line
    assert not re.search(r"(?<!\\)(?:\\\\)*[<*_`\[#|~]", line)


def test_words_are_withheld() -> None:
    text = document("spoken_turn", "text")

    assert "**User:** ███ ███ ███ ███?" in text
    assert "twelve" not in text
