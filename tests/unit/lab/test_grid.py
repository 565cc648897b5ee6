from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.lab.grid import Axis, Grid, grid_of, values_of
from studio.vad.segmenter import SegmenterSettings


def test_lists_and_ranges_are_read() -> None:
    grid = grid_of("0.3:0.5:0.05", "500,200,300:400:50", "0")
    assert grid.thresholds == (0.3, 0.35, 0.4, 0.45, 0.5)
    assert grid.silences_ms == (200, 300, 350, 400, 500)
    assert grid.prefixes_ms == (0,)
    assert grid.size == 25


def test_settings_come_with_the_prefix_changing_fastest() -> None:
    grid = Grid((0.3, 0.5), (200, 400), (0, 300))
    assert list(grid.settings())[:3] == [
        SegmenterSettings(0.3, 0, 200),
        SegmenterSettings(0.3, 300, 200),
        SegmenterSettings(0.3, 0, 400),
    ]
    assert grid.at(7) == SegmenterSettings(0.5, 300, 400)


def test_the_usual_grid_stands_for_what_is_left_out() -> None:
    assert grid_of() == Grid()
    assert 0.5 in Grid().thresholds
    assert 500 in Grid().silences_ms
    assert 300 in Grid().prefixes_ms


@pytest.mark.parametrize(
    ("axis", "text", "words"),
    [
        ("threshold", "1.2", "not from 0 to 1"),
        ("threshold", "high", "not a number"),
        ("threshold", "nan", "not a number"),
        ("silence", "200:100:50", "goes up"),
        ("silence", "200:300:0", "goes up"),
        ("silence", "200:300", "from:to:step"),
        ("silence", "200.5", "whole number"),
        ("prefix", "-1", "not from 0 to"),
        ("prefix", "1,,2", "not a number"),
        ("silence", "0:60000:0.001", "values"),
    ],
)
def test_mistakes_are_told(axis: Axis, text: str, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        values_of(axis, text)


def test_absurd_sizes_are_refused() -> None:
    with pytest.raises(StudioError, match="settings"):
        grid_of("0:1:0.001", "0:2000:10")
    with pytest.raises(StudioError, match="empty"):
        Grid(())


@given(
    st.sets(st.integers(0, 100), min_size=1), st.sets(st.integers(0, 3000), min_size=1, max_size=20)
)
def test_a_grid_that_is_told_is_read_again(shares: set[int], silences: set[int]) -> None:
    grid = Grid(tuple(at / 100 for at in sorted(shares)), tuple(sorted(silences)), (300,))
    lists = dict(each.split(" ", 1) for each in grid.told().split("; "))
    assert grid_of(**lists) == grid
