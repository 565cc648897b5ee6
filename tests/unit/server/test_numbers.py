from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.server.replies.numbers import LARGEST_IN_WORDS, in_words, numbers_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("twenty two", [22]),
        ("one two three", [1, 2, 3]),
        ("two hundred and five", [205]),
        ("count from 5 to ten", [5, 10]),
        ("3.5 and -2", [3.5, -2]),
        ("a hundred", [100]),
        ("someone stone", []),
    ],
)
def test_numbers_are_found(text: str, numbers: list[float]) -> None:
    assert numbers_in(text) == numbers


@given(st.integers(0, LARGEST_IN_WORDS))
def test_words_are_read_back(number: int) -> None:
    assert numbers_in(in_words(number)) == [number]
