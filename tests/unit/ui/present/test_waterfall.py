from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.session.latency import PARTS as PART_NAMES
from studio.ui.present.palette import Palette
from studio.ui.present.parts import PARTS
from studio.ui.present.waterfall import (
    Row,
    Scale,
    Sheet,
    axis_line,
    bar,
    legend_line,
    row_line,
    sheet_lines,
)

PALETTE = Palette()
KNOWN = (500.0, 30.0, 60.0, 20.0, 0.0, 620.0, 120.0, 50.0)


def row(parts: tuple[float | None, ...] = KNOWN, total: float | None = None, index: int = 1) -> Row:
    known = sum(ms for ms in parts if ms is not None)
    named = tuple(zip(PART_NAMES, parts, strict=True))
    return Row(index, "What is the weather like?", named, known if total is None else total)


def test_every_part_of_a_latency_has_a_look_of_its_own() -> None:
    assert tuple(PARTS) == PART_NAMES
    assert len({look.letter for look in PARTS.values()}) == len(PARTS)
    assert len({look.pattern for look in PARTS.values()}) == len(PARTS)


def test_a_bar_reads_without_colours() -> None:
    scale = Scale(cells=70, span_ms=1_400, step_ms=200)
    parts = (500.0, 40.0, 60.0, 40.0, 0.0, 600.0, 120.0, 40.0)
    pieces = (
        "░" * 12 + "S" + "░" * 12, "▒▒", "─N─", "┄┄", "█" * 14 + "M" + "█" * 15, "▓▓B▓▓▓", "▪▪",
    )  # fmt: skip
    assert bar(row(parts), scale, PALETTE).plain == "".join(pieces)


@given(
    st.lists(st.none() | st.floats(0, 5_000), min_size=8, max_size=8),
    st.none() | st.floats(0, 40_000),
    st.integers(60, 220),
)
def test_a_bar_is_as_long_as_its_turn(
    parts: list[float | None], total: float | None, width: int
) -> None:
    named = tuple(zip(PART_NAMES, parts, strict=True))
    drawn = Row(1, "words", named, total)
    scale = Scale.over([drawn], width)
    assert scale.span_ms >= drawn.length_ms
    cells = bar(drawn, scale, PALETTE).cell_len
    assert cells <= scale.cells
    if drawn.length_ms:
        assert abs(cells - drawn.length_ms / scale.span_ms * scale.cells) <= 1
    assert row_line(drawn, scale, PALETTE, width, is_at=True).cell_len == width


def test_time_that_no_part_explains_is_dotted_in_its_place() -> None:
    scale = Scale(cells=20, span_ms=1_000, step_ms=500)
    drawn = bar(
        row((200.0, 100.0, None, None, 0.0, 300.0, 100.0, 50.0), total=1_000.0), scale, PALETTE
    )
    assert drawn.plain.startswith("░S░░▒▒·····")


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_axis_and_legend_fit(width: int) -> None:
    scale = Scale.over([row()], width)
    axis = axis_line(scale, PALETTE, width).plain
    assert len(axis) <= width
    assert axis.rstrip().endswith("total")
    assert "0" in axis
    legend = legend_line(PALETTE, width)
    assert legend.cell_len <= width
    assert all(look.letter in legend.plain for look in PARTS.values())


def test_the_axis_is_one_for_all_turns() -> None:
    short, long = row(), row((4_000.0, *KNOWN[1:]))
    assert Scale.over([short, long], 120) == Scale.over([long], 120)


def test_a_turn_in_words_names_each_part() -> None:
    sentences = ("model 620 ms: from response.created until the first audio arrived.",)
    drawn = sheet_lines(Sheet(row(), 42.0, sentences), PALETTE, 120)
    text = "\n".join(line.plain for line in drawn)
    assert "turn 1 · at 0:42" in text
    assert "M█ model       620 ms  from response.created" in text
    assert "Nothing of its latency" in sheet_lines(Sheet(row(), 0.0), PALETTE, 80)[1].plain


@pytest.mark.parametrize("width", [40, 80, 200])
def test_sentences_wrap_under_themselves(width: int) -> None:
    sentences = ("buffer 620 ms: " + "word " * 40 + ".",)
    drawn = sheet_lines(Sheet(row(), 42.0, sentences), PALETTE, width)
    assert all(line.cell_len <= width for line in drawn)
    assert sum(line.plain.count("word") for line in drawn) == 40
