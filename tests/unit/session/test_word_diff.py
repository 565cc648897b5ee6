from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.session.word_diff import Words, bare_words, word_diff

texts = st.lists(st.sampled_from(["a", "B,", "c.", "d'e", "—", "f"])).map(" ".join)


def test_case_and_punctuation_are_not_heard() -> None:
    assert word_diff("What time is it?", "what time is it") == (
        Words("What time is it?", "what time is it", same=True),
    )
    assert bare_words("What's — that, then?") == ("what's", "that", "then")


def test_words_that_differ_stand_beside_each_other() -> None:
    assert word_diff("Tell me a story.", "Sell me the story.") == (
        Words("Tell", "Sell", same=False),
        Words("me", "me", same=True),
        Words("a", "the", same=False),
        Words("story.", "story.", same=True),
    )


def test_one_side_may_be_silent() -> None:
    assert word_diff("", "Hello.") == (Words("", "Hello.", same=False),)
    assert word_diff("", "") == ()


@given(texts, texts)
def test_both_texts_are_whole(one: str, other: str) -> None:
    runs = word_diff(one, other)
    assert " ".join(run.one for run in runs if run.one) == one
    assert " ".join(run.other for run in runs if run.other) == other
    assert all(bare_words(run.one) == bare_words(run.other) for run in runs if run.same)
