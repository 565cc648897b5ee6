"""Lines on their ground look as rich draws them, and are made once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.filter import Monochrome

from studio.ui.widgets.paper import Ground, Look

CONSOLE = Console(width=80, color_system="truecolor")
OWN = Style.parse("#d9dee7 on #12161d")
STYLES = ("", "#7dbac4", "bold #e1727b", "#12161d on #dec06c", "not bold", "reverse")

words = st.text(st.sampled_from("ab ━░─話é"), max_size=24)
spans = st.lists(
    st.tuples(st.integers(0, 24), st.integers(0, 24), st.sampled_from(STYLES)), max_size=5
)


def line(plain: str, own: str, marks: list[tuple[int, int, str]]) -> Text:
    text = Text(plain, own, no_wrap=True, end="")
    for start, end, style in marks:
        text.stylize(style, start, end)
    return text


def cells(segments: list[Segment]) -> list[tuple[str, Style | None]]:
    """Each letter with its style; what stands together says nothing of the pieces it came in."""
    return [(letter, style) for text, style, _ in segments for letter in text]


@given(words, st.sampled_from(STYLES), spans, st.integers(0, 2), st.integers(0, 2))
def test_a_line_looks_as_rich_draws_it(
    plain: str, own: str, marks: list[tuple[int, int, str]], left: int, right: int
) -> None:
    text = line(plain, own, marks)
    width = cell_len(plain) + 3
    ground = OWN + Style.parse("on #3b545c")
    drawn = Ground(Look(OWN, (), left, width, right), ground, CONSOLE).strip(text)
    blank = ground + Style.parse(own)
    assert cells(list(drawn)) == [
        *[(" ", OWN)] * left,
        *cells(list(Segment.apply_style(text.render(CONSOLE), blank))),
        *[(" ", blank)] * 3,
        *[(" ", OWN)] * right,
    ]
    assert drawn.cell_length == left + width + right == cell_len(drawn.text)


@given(words, st.integers(1, 12))
def test_a_line_that_is_too_long_is_cut(plain: str, width: int) -> None:
    drawn = Ground(Look(OWN, (), 0, width, 1), OWN, CONSOLE).strip(Text(plain, end=""))
    assert cell_len(drawn.text) == drawn.cell_length == width + 1


def test_the_same_line_is_made_once() -> None:
    ground, text = Ground(Look(OWN, (), 0, 8, 0), OWN, CONSOLE), Text("once", end="")
    assert ground.strip(text) is ground.strip(text)
    assert ground.strip(text.copy()) is not ground.strip(text)


def test_a_terminal_without_colours_gets_none() -> None:
    look = Look(OWN, (Monochrome(),), 1, 8, 1)
    drawn = Ground(look, OWN, CONSOLE).strip(line("red", "", [(0, 3, "bold #ff0000")]))
    styles = [segment.style for segment in drawn]
    colors = [each.color.triplet for each in styles if each is not None and each.color is not None]
    assert colors
    assert all(each is not None and len(set(each)) == 1 for each in colors)
