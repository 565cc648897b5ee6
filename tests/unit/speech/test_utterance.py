from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.speech.utterance import (
    FIRST_PIECE_PHONEMES,
    LONGEST_PIECE_PHONEMES,
    phoneme_pieces,
    speakable,
)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("See https://www.example.com/a/b?x=1#y now.", "See example dot com now."),
        ("wss://user:pass@api.example.com:443/v1", "api dot example dot com"),
        ("red\x1b[0m and\x07 bell", "red [0m and  bell"),
        ("a\ud800b\u202ec", "a b c"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_what_cannot_be_said_is_left_out(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@given(st.text())
def test_any_text_can_be_made_speakable(text: str) -> None:
    assert speakable(speakable(text)) == speakable(text)
    speakable(text).encode()


def test_short_sentences_stay_whole() -> None:
    assert list(phoneme_pieces(["abc.", "d e f!"])) == ["abc.", "d e f!"]


def test_punctuation_alone_is_not_spoken() -> None:
    assert list(phoneme_pieces(["...", "!?", "a."])) == ["a."]


def test_a_long_first_sentence_is_cut_at_its_last_clause_in_reach() -> None:
    sentence = "a" * 60 + ", " + "b" * 40 + ", " + "c" * 60 + "."
    assert list(phoneme_pieces([sentence])) == [
        "a" * 60 + ", " + "b" * 40 + ",",
        "c" * 60 + ".",
    ]


@given(st.lists(st.text("ab ,.", max_size=900), max_size=4))
def test_pieces_are_bounded_and_lose_nothing(sentences: list[str]) -> None:
    pieces = list(phoneme_pieces(sentences))
    assert all(len(piece) <= LONGEST_PIECE_PHONEMES for piece in pieces)
    assert all(len(piece) <= FIRST_PIECE_PHONEMES for piece in pieces[:1])
    letters = "".join("".join(sentences).split()).replace(",", "").replace(".", "")
    kept = "".join("".join(pieces).split()).replace(",", "").replace(".", "")
    assert kept == letters
