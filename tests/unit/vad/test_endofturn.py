from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.vad.endofturn import LONGEST_WAIT_MS, Ending, judge, wait_ms


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        ("What time is it?", Ending.COMPLETE),
        ("Turn on the lights.", Ending.COMPLETE),
        ("Yes", Ending.COMPLETE),
        ("no, go ahead", Ending.OPEN),
        ("Go ahead", Ending.COMPLETE),
        ("I would like to", Ending.UNFINISHED),
        ("I would like to.", Ending.UNFINISHED),
        ("Please call my", Ending.UNFINISHED),
        ("And then, um", Ending.UNFINISHED),
        ("My number is five five", Ending.UNFINISHED),
        ("The code is 4 2", Ending.UNFINISHED),
        ("I have two cats and", Ending.UNFINISHED),
        ("Who are you talking to?", Ending.OPEN),
        ("Let me think...", Ending.UNFINISHED),
        ("the red house by the sea", Ending.OPEN),
        ("", Ending.OPEN),
    ],
)
def test_words_are_judged(words: str, ending: Ending) -> None:
    assert judge(words) is ending


def test_unknown_words_shorten_nothing() -> None:
    assert wait_ms(None, "low") == 8000


@given(st.text() | st.none(), st.sampled_from(sorted(LONGEST_WAIT_MS)))
def test_no_wait_exceeds_the_eagerness(words: str | None, eagerness: str) -> None:
    assert 256 <= wait_ms(words, eagerness) <= LONGEST_WAIT_MS[eagerness]


@pytest.mark.parametrize("words", ["What time is it?", "the red house", "I would like to"])
def test_more_eager_never_waits_longer(words: str) -> None:
    waits = [wait_ms(words, eagerness) for eagerness in ("high", "medium", "low")]
    assert waits == sorted(waits)
