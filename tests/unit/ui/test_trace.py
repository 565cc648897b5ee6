from __future__ import annotations

import pytest

from studio.runtime.cells import Cells
from studio.ui.trace import Trace


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
