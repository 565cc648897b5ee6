from __future__ import annotations

import numpy as np
import pytest

from studio.audio.level import FLOOR_DB
from studio.runtime.cells import Cells
from studio.session.curves import Curves
from studio.session.reduce import fold
from studio.session.state import SessionState
from studio.ui.trace import KEPT_FRAMES, Trace
from tests import conversations


def test_overlapping_looks_give_each_frame_once() -> None:
    trace = Trace()
    first = Cells(at=1.0, sent_ms=96, probabilities=((0, 0.1), (1, 0.2), (2, 0.3)))
    assert trace.take(first)
    assert not trace.take(first)
    assert trace.take(Cells(at=1.1, sent_ms=160, probabilities=((2, 0.3), (3, 0.4))))
    assert list(trace.frames) == [(0, 0.1), (1, 0.2), (2, 0.3), (3, 0.4)]


def test_a_frame_stands_at_the_session_second_at_which_it_was_sent() -> None:
    trace = Trace()
    trace.take(Cells(at=10.0, sent_ms=4_000))
    assert trace.frame_at(0) == pytest.approx(6.0)
    assert trace.frame_at(100) == pytest.approx(9.2)


def curves(seconds: float) -> Curves:
    """Levels that grow with time, and probabilities that are known in every other frame."""
    count = int(seconds / 0.032)
    ramp = np.linspace(-60, -10, count, dtype=np.float32)
    probability = np.where(np.arange(count) % 2, np.float32(0.75), np.float32(np.nan))
    return Curves(input_db=ramp, output_db=ramp[::-1], probability=probability.astype(np.float32))


def test_a_recording_has_the_levels_of_its_moment() -> None:
    trace = Trace()
    known = curves(100.0)
    trace.replay(50.0, SessionState(), known)
    assert trace.cells is not None
    assert trace.cells.at == 50.0
    assert trace.cells.input_db == pytest.approx(-35.0, abs=0.1)
    assert len(trace.frames) == pytest.approx(KEPT_FRAMES / 2, abs=1)
    latest, probability = trace.frames[-1]
    assert 49.9 < trace.frame_at(latest) < 50.0
    assert probability == 0.75
    trace.replay(1.0, SessionState(), known)
    assert len(trace.frames) == 15
    trace.replay(1_000.0, SessionState(), known)
    assert trace.cells.input_db == FLOOR_DB


def test_curves_that_come_later_are_seen_where_one_stands() -> None:
    trace = Trace()
    trace.replay(50.0, SessionState(), None)
    before = trace.cells
    assert not trace.frames
    trace.replay(50.0, SessionState(), curves(100.0))
    assert trace.frames
    assert trace.cells is not before


def test_the_voice_at_the_ear_is_as_far_as_it_was() -> None:
    talk = conversations.long_talk(2)
    states = (fold(talk[:end]) for end in range(len(talk)))
    state, head = next(
        (state, head)
        for state in states
        for head in state.playback.heads
        if head.heard_at is not None and head.ended_at is None
    )
    assert head.heard_at is not None
    trace = Trace()
    trace.replay(head.heard_at + 0.01, state, None)
    assert trace.cells is not None
    assert trace.cells.playing is not None
    assert trace.cells.playing.item_id == head.item_id
    assert trace.cells.playing.played_ms == pytest.approx(10.0)
