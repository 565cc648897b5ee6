"""A word is found whatever its script, and whatever the case of its letters."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.storage.search import Needle

ALPHABET = "aikKI0İſßẞéÉσςΣωΩпПрРћЋ\u0307\u212aǅა漢"  # noqa: RUF001 they look alike, and are meant
LETTERS = st.text(st.sampled_from(ALPHABET), min_size=1, max_size=5)
CASINGS = st.sampled_from([str.lower, str.upper, str.swapcase, str.title, str])


def finds(word: str, frame: str) -> bool:
    encoded = frame.encode("utf-8", "surrogatepass")
    return Needle(word, ignore_case=True).rows(encoded, [0], [len(encoded)]) == [0]


@pytest.mark.parametrize("word", ["погода", "рука", "été", "ΩΔΕΣ", "Straße", "İzmir", "天気"])
def test_a_word_is_found_in_every_case(word: str) -> None:
    for cased in (word, word.lower(), word.title()):
        assert finds(word, f'{{"text":"a {cased} b"}}')
    assert not finds(word, '{"text":"another one"}')


def test_a_sign_that_lowering_makes_ascii_of_is_found_as_such() -> None:
    assert finds("\u212a", "a K")
    assert finds("\u212a", "a \u212a")
    assert not finds("\u212a", "a c")


@given(LETTERS, LETTERS, LETTERS, CASINGS)
def test_other_than_ascii_is_found_where_lowering_makes_it_the_same(
    before: str, word: str, after: str, cased: type[str]
) -> None:
    frame = before + cased(word) + after
    if not word.isascii():
        assert finds(word, frame) == (word.lower() in frame.lower())


def test_every_letter_is_found_by_each_that_lowering_makes_of_it() -> None:
    for letter in map(chr, range(0x80, sys.maxunicode + 1)):
        lowered = letter.lower()
        if lowered != letter and not lowered.isascii():
            assert finds(f"{lowered}é", f"{letter}É")
            assert finds(f"{letter}é", f"{lowered}É")
