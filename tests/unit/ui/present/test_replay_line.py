from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.present.palette import Palette
from studio.ui.present.replay_line import Landmarks, line_span, moment_at, replay_line
from studio.ui.present.words import seconds_of
from studio.ui.recording import SPEEDS, Recording

PALETTE = Palette()
HALF = Recording(at=30.0, end=60.0)


def words(recording: Recording, marks: Landmarks | None = None, width: int = 80) -> str:
    return replay_line(recording, marks or Landmarks(), width, PALETTE).plain


@given(
    at=st.floats(0, 40_000),
    end=st.floats(0, 40_000),
    speed=st.sampled_from(SPEEDS),
    ready=st.floats(0, 1),
    width=st.integers(40, 250),
    turns=st.lists(st.floats(-5, 50_000), max_size=30),
)
def test_it_is_as_wide_as_it_may_be(
    at: float, end: float, speed: float, ready: float, width: int, turns: list[float]
) -> None:
    recording = Recording(at=at, end=end, speed=speed, ready=ready, is_playing=True)
    assert len(words(recording, Landmarks(turns, turns[:2]), width)) == width


def test_it_says_how_it_plays() -> None:
    assert words(HALF).startswith(" ‖ 1×")
    playing = replace(HALF, is_playing=True, speed=0.25, sound="without sound")
    assert words(playing).startswith(" ▶ 0.25×")
    assert "without sound" in words(playing)
    assert " 0:30 " in words(HALF)
    assert words(HALF).endswith(" 1:00 ")
    assert "being written, followed" in words(replace(HALF, is_written=True, follows=True))
    assert "reading 40%" in words(replace(HALF, ready=0.4))


def test_what_was_played_what_is_to_come_and_what_cannot_be_had_yet() -> None:
    start, cells = line_span(80)
    rail = words(HALF)[start : start + cells]
    assert rail[: cells // 2 - 1] == "━" * (cells // 2 - 1)
    assert rail.count("●") == 1
    assert rail.endswith("─")
    assert words(replace(HALF, at=0.0, ready=0.5)).count("╌") >= cells // 5


def test_turns_and_problems_are_marked_where_there_is_room() -> None:
    few = Landmarks(turns=(10.0, 50.0), problems=(55.0,))
    assert words(HALF, few).count("┷") == 1
    assert words(HALF, few).count("┴") == 2
    crowded = Landmarks(turns=tuple(each / 2 for each in range(120)), problems=(55.0,))
    assert words(HALF, crowded).count("┴") == 1


@given(st.integers(0, 300), st.integers(40, 250))
def test_a_cell_is_the_second_that_is_drawn_there(cell: int, width: int) -> None:
    at = moment_at(cell, width, 60.0)
    start, cells = line_span(width)
    assert (at is not None) == (start <= cell < start + cells)
    if at is not None:
        assert words(Recording(at=at, end=60.0), width=width)[cell] == "●"


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("90", 90.0), ("12.5", 12.5), ("1:30", 90.0), (" 1:02:03 ", 3723.0), ("0:05.5", 5.5)],
)
def test_times_are_typed_as_people_write_them(typed: str, seconds: float) -> None:
    assert seconds_of(typed) == seconds


@pytest.mark.parametrize("typed", ["", "soon", "-3", "1:2:3:4", "1e9", "nan", "٣", ":"])
def test_what_is_no_time_is_none(typed: str) -> None:
    assert seconds_of(typed) is None
