from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.session.speaking import _words_after, spoken_words


def length_ms(text: str) -> float:
    return spoken_words(text)[-1].ends_ms


@given(st.text(max_size=80))
def test_words_end_one_after_the_other(text: str) -> None:
    words = spoken_words(text)

    assert all(a.end < b.end and a.next_ms <= b.ends_ms for a, b in pairwise(words))
    assert all(word.ends_ms <= word.next_ms for word in words)
    assert "".join(text.split()) == "".join(text[: words[-1].end].split() if words else ())


@given(st.lists(st.text(st.sampled_from("abe. ,\n漢1"), max_size=50), max_size=6))
def test_a_text_that_grew_is_told_as_one_that_was_said_at_once(pieces: list[str]) -> None:
    text = ""
    for piece in pieces:
        text += piece
        grown = spoken_words(text)
        assert grown == _words_after((), text)


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("photosynthesis", "a"),
        ("lived there", "lived"),
        ("naming", "name"),
        ("12", "1"),
        ("漢字", "漢"),
    ],
)
def test_what_takes_longer_to_say(longer: str, shorter: str) -> None:
    assert length_ms(longer) > length_ms(shorter)


def test_a_voice_rests_after_sentences_and_clauses() -> None:
    first, second, third = spoken_words('So, "well." Now')

    assert second.next_ms - second.ends_ms > first.next_ms - first.ends_ms > 0
    assert (first.ends_sentence, second.ends_sentence) == (False, True)
    assert third.next_ms == third.ends_ms


def test_a_script_without_spaces_is_told_by_its_characters() -> None:
    assert [word.end for word in spoken_words("漢字 ok")] == [1, 2, 5]
