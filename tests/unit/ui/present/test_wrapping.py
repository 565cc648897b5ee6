from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from studio.core.text import one_line
from studio.ui.present.wrapping import fitted, wrapped

texts = st.text(st.sampled_from(["a", "b", " ", "時", "間", "é", "\x1b", "\n"]), max_size=60)


def test_long_words_are_broken_and_short_ones_kept() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"]
    assert wrapped("", 10) == [""]
    assert fitted("時間です", 5) == "時間…"
    assert fitted("ab", 5) == "ab   "


@given(texts, st.integers(2, 30))
def test_lines_fit_and_lose_nothing(text: str, cells: int) -> None:
    lines = wrapped(text, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == one_line(text).replace(" ", "")


@given(texts, st.integers(0, 30))
def test_a_fitted_line_has_its_cells(text: str, cells: int) -> None:
    assert cell_len(fitted(text, cells)) == cells
