from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from rich.text import Text

from studio.session.hearing import HeardText
from studio.ui.present.palette import Palette
from studio.ui.present.voice import _Voice, voice_lines

PALETTE = Palette(foreground="white", muted="grey50", accent="blue")
WORDS = st.text(st.sampled_from("ab e-.\n漢é\t\x1b"), max_size=40)
LOOKS = st.lists(st.tuples(WORDS, st.integers(0, 200), st.booleans()), min_size=1, max_size=6)
WIDTH = 34
MANY = 60


def said(words: str, heard: int, *, is_lost: bool = False) -> HeardText:
    rest = words[heard:]
    return HeardText(words[:heard], "" if is_lost else rest, rest if is_lost else "")


def voice() -> _Voice:
    return _Voice("item", "0.50 s", WIDTH, PALETTE)


@given(LOOKS)
def test_lines_that_grew_are_those_that_are_made_at_once(
    looks: list[tuple[str, int, bool]],
) -> None:
    words, grown = "", voice()
    for more, heard, is_lost in looks:
        words += more
        pieces = said(words, heard, is_lost=is_lost)
        lines, afresh = grown.lines(pieces), voice().lines(pieces)
        assert lines == afresh
        assert [line.spans for line in lines] == [line.spans for line in afresh]


@given(LOOKS)
def test_another_text_of_the_same_name_is_made_anew(looks: list[tuple[str, int, bool]]) -> None:
    kept = voice()
    for words, heard, is_lost in looks:
        pieces = said(words, heard, is_lost=is_lost)
        assert kept.lines(pieces) == voice().lines(pieces)


def others(before: list[Text], after: list[Text]) -> list[int]:
    """The numbers of the lines that were made anew."""
    return [at for at, line in enumerate(after) if at >= len(before) or line is not before[at]]


def test_only_what_is_new_is_made_anew() -> None:
    words = " ".join(f"word{number}" for number in range(MANY))
    kept = voice()
    before = kept.lines(said(words, 5))
    assert len(before) > MANY // 3
    after = kept.lines(said(f"{words} and more", 5))
    assert others(before, after) == [*range(len(before) - 1, len(after))]
    moved = kept.lines(said(f"{words} and more", 11))
    assert set(others(after, moved)) <= {0, 1}
    assert not others(moved, kept.lines(said(f"{words} and more", 11)))
    cut = kept.lines(said(f"{words} and more", 11, is_lost=True))
    assert len(others(moved, cut)) >= len(cut) - 2


def test_every_word_tells_where_it_stands_in_its_item() -> None:
    words = "Once upon a time there was a fox that liked to sleep in the sun."
    found = {}
    for line in voice_lines(said(words, len(words)), "told", "", WIDTH, PALETTE):
        for span in line.spans:
            if isinstance(span.style, Style) and span.style.meta:
                word = line.plain[span.start : span.end]
                found[span.style.meta["character"]] = word
    assert all(words.startswith(word, at) for at, word in found.items())
    assert " ".join(found.values()) == words
