from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.lab.wording import compared, share_of

WORDS = st.lists(st.sampled_from(["table", "for", "two", "at", "seven", "please"]), min_size=1)


@pytest.mark.parametrize(
    ("line", "said", "wrong", "differences"),
    [
        ("A table for two?", "a table, for TWO", 0, ""),
        ("A table for two?", "A table for you", 1, "two? → you"),
        ("A table for two?", "Sure! A table for two?", 1, "+ Sure!"),
        ("A table for two?", "A table.", 2, "− for two?"),
        ("A table for two?", "", 4, "− A table for two?"),
    ],
)
def test_words_are_compared_by_letters_and_digits(
    line: str, said: str, wrong: int, differences: str
) -> None:
    wording = compared(line, said)
    assert wording.wrong == wrong
    assert wording.differences == differences
    assert wording.share == pytest.approx(1 - wrong / 4)


@given(WORDS, WORDS)
def test_the_share_is_whole_only_where_every_word_is_the_lines(
    line: list[str], said: list[str]
) -> None:
    wording = compared(" ".join(line), " ".join(said))
    assert 0 <= wording.share <= 1
    assert (wording.wrong == 0) == (line == said)
    assert (not wording.differences) == (line == said)


def test_lines_are_weighed_by_their_words() -> None:
    assert share_of([compared("one two three", "one two three"), compared("four", "five")]) == 0.75
    assert share_of([]) is None
