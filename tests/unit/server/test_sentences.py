from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.server.engine.sentences import SentenceSplitter


def split(*pieces: str) -> list[str]:
    splitter = SentenceSplitter()
    found = [sentence for piece in pieces for sentence in splitter.push(piece)]
    rest = splitter.flush()
    return [*found, rest] if rest else found


def test_sentences_come_as_soon_as_they_are_over() -> None:
    splitter = SentenceSplitter()
    assert splitter.push("Hello the") == []
    assert splitter.push("re. How are ") == ["Hello there. "]
    assert splitter.push("you? ") == ["How are you? "]


def test_a_number_is_not_cut() -> None:
    assert split("It costs 3.50 today. ", "1. Open it.") == ["It costs 3.50 today. ", "1. Open it."]


def test_a_long_first_sentence_is_cut_at_a_comma() -> None:
    first = "When the lights went out in the whole harbour, "
    rest = "the keeper climbed the tower once more, carrying a lamp, a kettle and a spoon. "
    assert split(first, rest, rest) == [first, rest, rest]


@given(st.lists(st.text(alphabet="ab1 .,!?\n", max_size=12)))
def test_nothing_but_blanks_is_lost(pieces: list[str]) -> None:
    assert "".join(split(*pieces)).split() == "".join(pieces).split()
