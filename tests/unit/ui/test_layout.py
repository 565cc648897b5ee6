from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.layout import Mode, Pane, Rect, Sizes, Wishes, arrange, mode_of, resized

PANES = st.sampled_from(list(Pane))
WISHES = st.builds(
    Wishes,
    sizes=st.builds(
        Sizes,
        config_columns=st.integers(0, 300),
        transcript_percent=st.integers(0, 100),
        meter_rows=st.integers(0, 80),
    ),
    hidden=st.frozensets(PANES),
    zoomed=st.booleans(),
    current=PANES,
)


@pytest.mark.parametrize(
    ("columns", "rows", "mode"),
    [
        (20, 5, Mode.TOO_SMALL),
        (59, 40, Mode.TOO_SMALL),
        (60, 15, Mode.TABS),
        (80, 24, Mode.TABS),
        (99, 60, Mode.TABS),
        (200, 29, Mode.TABS),
        (120, 40, Mode.MIDDLE),
        (160, 40, Mode.WIDE),
        (200, 60, Mode.WIDE),
    ],
)
def test_the_mode_follows_the_size(columns: int, rows: int, mode: Mode) -> None:
    assert mode_of(columns, rows) is mode


def cells(rect: Rect) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(rect.x, rect.x + rect.width)
        for y in range(rect.y, rect.y + rect.height)
    }


@given(
    WISHES, st.sampled_from([Mode.MIDDLE, Mode.WIDE]), st.integers(100, 140), st.integers(26, 40)
)
def test_panes_stay_inside_and_apart(wishes: Wishes, mode: Mode, width: int, height: int) -> None:
    rects = arrange(mode, width, height, wishes)
    taken: set[tuple[int, int]] = set()
    for rect in rects.values():
        assert rect.width > 0
        assert rect.height > 0
        assert rect.x + rect.width <= width
        assert rect.y + rect.height <= height
        assert not taken & cells(rect)
        taken |= cells(rect)


@given(WISHES)
def test_what_is_hidden_does_not_show_and_something_always_does(wishes: Wishes) -> None:
    shown = set(arrange(Mode.MIDDLE, 120, 36, wishes))
    if wishes.zoomed or len(wishes.hidden) == len(Pane):
        assert shown == {wishes.current}
    else:
        assert shown == set(Pane) - wishes.hidden


def test_tabs_show_one_pane() -> None:
    wishes = Wishes(current=Pane.METER)
    assert arrange(Mode.TABS, 80, 20, wishes) == {Pane.METER: Rect(0, 0, 80, 20)}


def test_wide_puts_the_talk_side_by_side() -> None:
    rects = arrange(Mode.WIDE, 200, 56, Wishes())
    assert rects[Pane.TRANSCRIPT].y == rects[Pane.INSPECTOR].y
    rects = arrange(Mode.MIDDLE, 120, 36, Wishes())
    assert rects[Pane.TRANSCRIPT].x == rects[Pane.INSPECTOR].x


def test_resizing_moves_what_the_axis_can_move() -> None:
    config = Wishes(current=Pane.CONFIG)
    assert resized(config, Mode.MIDDLE, 1, 0).sizes.config_columns == 44
    assert resized(config, Mode.MIDDLE, 0, 1) == config
    transcript = Wishes(current=Pane.TRANSCRIPT)
    assert resized(transcript, Mode.MIDDLE, 0, 1).sizes.transcript_percent == 50
    assert resized(transcript, Mode.WIDE, 0, 1) == transcript
    inspector = replace(transcript, current=Pane.INSPECTOR)
    assert resized(inspector, Mode.WIDE, 1, 0).sizes.transcript_percent == 40
    meter = Wishes(current=Pane.METER)
    assert resized(meter, Mode.WIDE, 0, -100).sizes.meter_rows == 4
