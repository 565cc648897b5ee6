from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from studio.session.compare import Side, compare
from studio.session.word_diff import word_diff
from studio.ui.present.compare import ComparisonLines
from studio.ui.present.palette import Palette
from tests.fakes.shelf import state_of

NAMES = ("two_turns", "barge_in", "failed_response", "hostile", "connected", "tool_round")


def lines(one: str, other: str, width: int, lag: float | None = 0.0) -> ComparisonLines:
    compared = compare(
        Side("a-session", state_of(one)), Side("b-session", state_of(other)), lambda _a, _b: lag
    )
    return ComparisonLines(compared, Palette(), width)


@pytest.mark.parametrize("width", [20, 80, 120, 200])
@pytest.mark.parametrize("pair", itertools.combinations(NAMES, 2))
def test_any_two_sessions_fit(pair: tuple[str, str], width: int) -> None:
    drawn = lines(*pair, width)
    assert all(line.cell_len <= width for line in drawn.lines)
    assert not any("\x1b" in line.plain or "\n" in line.plain for line in drawn.lines)
    assert all(0 <= at < len(drawn.lines) for at in drawn.headings)


def text(one: str, other: str, width: int, lag: float | None = 0.0) -> str:
    return "\n".join(line.plain for line in lines(one, other, width, lag).lines)


def test_the_same_session_says_that_it_is_the_same() -> None:
    said = text("two_turns", "two_turns", 120)
    assert "All the same." in said
    assert "As many of each in both." in said
    assert "2 turns with the same sound in both" in said
    assert "speech begins   the same" in said
    assert "same edges" in said
    assert "≠" not in said


@pytest.mark.parametrize("width", [80, 120, 200])
def test_what_was_refused_is_shown_with_its_evidence(width: int) -> None:
    said = " ".join(text("two_turns", "refused_setting", width).split())
    assert "Asked and done" in said
    assert "refused: Cannot update a" in said
    assert "Nothing shows that a setting is not obeyed." in text("two_turns", "two_turns", width)


def test_edges_say_which_came_later() -> None:
    assert "12 ms later" in text("two_turns", "two_turns", 120, -12.0)
    assert "No turn was spoken with the same sound" in text("two_turns", "two_turns", 120, None)


def test_words_that_differ_are_marked_without_colour() -> None:
    compared = compare(Side("a", state_of("two_turns")), Side("b", state_of("two_turns")))
    first = replace(compared.turns[0], user=word_diff("Tell me a story.", "Tell me the story."))
    drawn = ComparisonLines(replace(compared, turns=(first,)), Palette(), 200)
    marked = [
        line.plain[span.start : span.end]
        for line in drawn.lines
        for span in line.spans
        if "underline" in str(span.style)
    ]
    assert marked == ["a", "the"]


def test_turns_without_a_common_word_are_not_marked_all_over() -> None:
    spans = [span for line in lines("two_turns", "barge_in", 200).lines for span in line.spans]
    assert not any("underline" in str(span.style) for span in spans)


def test_turns_stand_below_each_other_where_it_is_narrow() -> None:
    assert "│" in text("two_turns", "two_turns", 120)
    narrow = text("two_turns", "two_turns", 80)
    assert "│" not in narrow
    assert " A   1" in narrow
    assert " B   1" in narrow


def test_what_nobody_said_is_said() -> None:
    said = text("connected", "connected", 80)
    assert "Nobody said anything in either." in said
    assert "No turn was measured in either." in said
