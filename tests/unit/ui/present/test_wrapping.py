from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from studio.ui.present.transcript import _WRAPPER
from studio.ui.present.wrapping import broken

WORDS = st.text(st.sampled_from("ab e-.\n漢字é👍🏽\u200d\u0301"), max_size=60)
SHORT = st.lists(st.text(st.sampled_from("abc-.漢"), min_size=1, max_size=3), max_size=20)
CELLS = st.integers(2, 14)


def lines(words: str, cells: int) -> list[str]:
    return [words[start:stop] for start, stop in broken(words, cells)]


def test_lines_are_broken_between_words_within_long_ones_and_at_newlines() -> None:
    assert lines("one two three", 8) == ["one two", "three"]
    assert lines("a extraordinary day", 6) == ["a", "extrao", "rdinar", "y day"]
    assert lines("one\n\ntwo \n", 8) == ["one", "", "two", ""]
    assert lines(" one", 8) == [" one"]
    assert lines("", 8) == [""]


@given(SHORT, st.integers(6, 14))
def test_words_are_wrapped_as_they_are_elsewhere(words: list[str], cells: int) -> None:
    text = " ".join(words)
    wrapped = [line.plain.rstrip() for line in Text(text).wrap(_WRAPPER, cells)]
    assert lines(text, cells) == (wrapped or [""])


@given(WORDS, CELLS)
def test_nothing_but_blanks_is_lost_and_every_line_fits(words: str, cells: int) -> None:
    spans = broken(words, cells)
    assert "".join("".join(lines(words, cells)).split()) == "".join(words.split())
    assert all(start <= stop for start, stop in spans)
    assert all(cell_len(words[start:stop].strip()) <= cells for start, stop in spans)


@given(WORDS, WORDS, CELLS)
def test_all_lines_but_the_last_stay_where_a_text_grows(words: str, more: str, cells: int) -> None:
    before, after = broken(words, cells), broken(words + more, cells)
    *kept, (begin, _) = before
    assert [*kept, *broken(words + more, cells, begin)] == after
