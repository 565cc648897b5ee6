from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from studio.core.clock import ManualClock
from studio.session.envelope import Envelope
from studio.session.reduce import fold
from studio.session.state import SessionState
from studio.ui.reading import Reading
from tests import conversations
from tests.fakes.desk import FakeDesk, FakeRecorded


@cache
def talk() -> tuple[Envelope, ...]:
    return conversations.long_talk(6)


class WorkingClock(ManualClock):
    """Three milliseconds pass between two looks at it."""

    @override
    def monotonic(self) -> float:
        self.advance(0.003)
        return super().monotonic()


def laid(envelopes: tuple[Envelope, ...], slice_lines: int = 1_000_000) -> FakeRecorded:
    recorded = FakeDesk().lay("session", envelopes)
    recorded.slice = slice_lines
    return recorded


def test_all_rows_are_there_before_any_is_folded() -> None:
    recorded = laid(talk(), 100)
    reading = Reading(recorded, WorkingClock())
    for rows in range(100, len(talk()), 100):
        reading.work()
        assert len(recorded.store) == rows
        assert reading.folded == 0
        assert reading.end == talk()[rows - 1].at
        assert not reading.is_ready
    reading.work()
    assert len(recorded.store) == len(talk())
    assert 0 < reading.folded < len(talk())


def test_it_is_read_for_longer_where_keys_and_paints_take_long() -> None:
    clock, recorded = ManualClock(), laid(talk(), 10)
    reading = Reading(recorded, clock)
    for others_s in (0.001, 0.05, 2.0):
        clock.advance(others_s)
        reading.work()
    assert recorded.budgets_s == pytest.approx([0.03, 0.1, 0.12])


def test_it_is_folded_a_moment_at_a_time() -> None:
    reading = Reading(laid(talk()), WorkingClock())
    looks: list[tuple[int, float]] = []
    while not reading.is_ready:
        reading.work()
        looks.append((reading.folded, reading.ready))
    assert looks[0][0] < len(talk())
    assert looks == sorted(looks)
    assert looks[-1] == (len(talk()), 1.0)
    assert reading.state_at(len(talk())) == fold(talk())


def test_marks_are_those_of_what_was_folded_when_they_were_made() -> None:
    reading = Reading(laid(talk()), ManualClock())
    reading.work()
    assert reading.whole == SessionState()
    assert not reading.landmarks.turns
    reading.mark()
    assert reading.whole == fold(talk())
    assert len(reading.landmarks.turns) >= 6
    marks = reading.landmarks
    reading.mark()
    assert reading.landmarks is marks


@given(
    times=st.lists(st.floats(0, 1e9), min_size=1, max_size=30),
    cut=st.integers(1, 30),
)
def test_the_play_heads_time_never_goes_back_whatever_the_log_says(
    times: list[float], cut: int
) -> None:
    envelopes = tuple(replace(each, at=at) for each, at in zip(talk(), times, strict=False))
    reading = Reading(laid(envelopes, cut), ManualClock())
    while not reading.is_ready:
        reading.work()
    moments = [reading.moment(place) for place in range(1, len(times) + 1)]
    expected = np.minimum(np.maximum.accumulate(times), 1e6)
    assert moments == pytest.approx(expected.tolist(), abs=1e-5)
    for place, moment in enumerate(moments, 1):
        assert reading.place(moment) >= place


def test_where_its_sound_lies_is_worked_out_once() -> None:
    reading = Reading(laid(talk()), ManualClock())
    reading.work()
    placed = reading.placement()
    assert len(placed.output) == 6
    assert reading.placement() is placed
