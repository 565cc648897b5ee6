from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from studio.export.comparison import comparison_json, comparison_markdown
from studio.session.compare import Comparison, Side, TurnPair, compare
from studio.session.cost import Charge, Cost
from studio.session.word_diff import word_diff
from tests.fakes.shelf import state_of

STARTED = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
COST = Cost(
    (Charge("audio out", Decimal(1200), "tokens", Decimal(64), Decimal(1_000_000)),),
    ("No price is known for ears (transcription).",),
    ("a test",),
)
NAMES = ("two_turns", "barge_in", "failed_response", "hostile", "connected")


def compared(one: str, other: str, lag_ms: float | None = None) -> Comparison:
    return compare(
        Side("a", state_of(one), COST, "One | two", STARTED, "openai", "gpt"),
        Side("b", state_of(other)),
        lambda _one, _other: lag_ms,
    )


def pair_of_first(pair: TurnPair) -> TurnPair:
    (turn, *_) = Side("a", state_of("two_turns")).turns
    return replace(pair, one=turn, other=turn)


def test_the_document_tells_what_differs() -> None:
    told = comparison_markdown(compared("two_turns", "barge_in", -12.0))
    for words in (
        "# One \\| two and b",
        "| provider | openai |  |",
        "| in all | ≥ $0.0768 | $0 |",
        "| audio out | 1,200 tokens, $0.0768 | – |",
        "| not known | No price is known for ears \\(transcription\\). |  |",
        "## Latency",
        "| total | 0.64 s |",
        "### – and 1",
    ):
        assert words in told


def test_what_was_refused_stands_beside_the_other_session() -> None:
    found = compared("two_turns", "refused_setting")
    words = "refused: Cannot update a conversation's voice if assistant audio is present."
    assert f"| voice, speed | – | {words} |" in comparison_markdown(found)
    (told,) = comparison_json(found)["verdicts"]
    assert (told["path"], told["a"], told["b"]["verdict"]) == ("voice, speed", None, "refused")


def test_the_same_session_differs_in_nothing() -> None:
    told = comparison_markdown(compared("two_turns", "two_turns", -12.0))
    assert "All the same." in told
    assert "As many of each in both." in told
    assert "| 1 | 1 | +12.0 | +12.0 |" in told
    assert "**" not in told


def test_words_of_one_side_are_bold() -> None:
    pair = TurnPair(None, None, word_diff("Tell me a story.", "Tell me the story."))
    found = replace(compared("two_turns", "two_turns"), turns=(pair_of_first(pair),))
    told = comparison_markdown(found)
    assert "  - user: Tell me **a** story." in told
    assert "  - user: Tell me **the** story." in told


@pytest.mark.parametrize("pair", itertools.product(NAMES, repeat=2))
def test_any_two_sessions_can_be_told(pair: tuple[str, str]) -> None:
    found = compared(*pair)
    told = comparison_markdown(found)
    assert "\x1b" not in told
    rows = [line for line in told.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in rows)
    again = json.loads(json.dumps(comparison_json(found)))
    assert again["a"]["turns"] == sum(pair["a"] is not None for pair in again["turns"])
    assert again["b"]["turns"] == sum(pair["b"] is not None for pair in again["turns"])


def test_json_says_the_same_in_numbers() -> None:
    told = comparison_json(compared("two_turns", "two_turns", -12.0))
    assert told["a"]["cost"]["usd"] == pytest.approx(0.0768)
    assert told["a"]["cost"]["is_whole"] is False
    assert told["b"]["cost"]["usd"] == 0
    assert told["latency_ms"]["total"]["a"]["count"] == 2
    assert told["turns"][0]["edges_ms"] == {"start": 12.0, "end": 12.0}
    assert told["turns"][0]["user_is_same"] is True
