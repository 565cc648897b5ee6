from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.present.columns import COLUMNS, Chosen, Column, chosen_from, help_of

COLUMN = st.sampled_from(COLUMNS)
CHANGES = st.lists(st.tuples(COLUMN, st.integers(-30, 30)), max_size=8)


def changed(changes: list[tuple[Column, int]], width: int) -> Chosen:
    chosen = Chosen()
    for column, steps in changes:
        chosen = chosen.resized(column, steps, width) if steps else chosen.toggled(column, width)
    return chosen


@given(CHANGES, st.integers(20, 240))
def test_columns_never_take_more_than_there_is(
    changes: list[tuple[Column, int]], width: int
) -> None:
    widths = changed(changes, width).widths(width)
    assert all(cells >= 0 for cells in widths.values())
    assert list(widths)[-2:] == ["type", "words"]
    if widths["words"]:
        assert 1 + 3 + sum(widths.values()) == width


@given(CHANGES)
def test_what_is_kept_comes_back(changes: list[tuple[Column, int]]) -> None:
    chosen = changed(changes, 120)
    shown, cells = chosen.kept()
    kept = json.loads(json.dumps({"shown": shown, "cells": cells}))
    assert chosen_from(kept) == chosen


@pytest.mark.parametrize("kept", [None, [], {"shown": 3}, {"cells": {"type": "wide", "x": 1}}])
def test_what_is_no_choice_is_passed_over(kept: object) -> None:
    assert chosen_from(kept) == Chosen()


def test_a_wider_pane_shows_more() -> None:
    few, many = (set(Chosen().widths(width)) for width in (79, 200))
    assert few < many == set(COLUMNS)
    assert {"time", "lanes", "type", "words"} <= few


def test_every_column_says_what_it_is() -> None:
    assert all(help_of(column) for column in COLUMNS)
