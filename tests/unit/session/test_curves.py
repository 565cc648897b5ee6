from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.session.curves import (
    NO_BLOCKS,
    STEP_S,
    Blocks,
    Curves,
    TrackCurves,
    Voice,
    captured_at,
    peaks,
    placed,
)

LEVELS = np.arange(-60, 0, dtype=np.float32)


def blocks(late_s: list[float], block_ms: float = 100.0) -> Blocks:
    """Blocks of sound, each sent so much later than it was captured."""
    ends = np.arange(1, len(late_s) + 1, dtype=np.float64) * block_ms
    return Blocks(ends, ends / 1000 + np.array(late_s))


def test_sound_lies_where_it_was_captured_however_late_blocks_were_sent() -> None:
    sent = blocks([2.0, 2.3, 2.0, 2.05, 2.0] * 10)
    at = captured_at(sent, np.array([0.0, 150.0, 4_000.0]))
    assert at == pytest.approx([2.0, 2.15, 6.0])


def test_a_burst_of_what_was_said_before_lies_before() -> None:
    """Two seconds are sent at once and the rest as it comes."""
    late = [2.0 - 0.1 * at for at in range(20)] + [0.0] * 40
    at = captured_at(blocks(late), np.array([500.0, 3_000.0]))
    assert at == pytest.approx([0.5, 3.0])


def test_sound_that_pauses_goes_on_where_it_does() -> None:
    sent = blocks([1.0] * 60 + [5.0] * 60)
    at = captured_at(sent, np.array([2_000.0, 9_000.0]))
    assert at == pytest.approx([3.0, 14.0])
    levels = np.full(375, -20.0, np.float32)
    curves = placed(TrackCurves(input_db=levels), sent, ())
    assert curves.loudest_db(9.0, 10.0) is None
    assert curves.loudest_db(12.0, 13.0) == pytest.approx(-20.0)
    assert curves.loudest_db(0.0, 0.9) is None


def test_without_blocks_a_track_begins_with_the_session() -> None:
    curves = placed(
        TrackCurves(input_db=LEVELS, probability=LEVELS / np.float32(-60)), NO_BLOCKS, ()
    )
    assert curves.input_db[:60].tolist() == LEVELS.tolist()
    assert curves.likeliest(0, 0.01) == 1.0


def test_a_voice_lies_where_it_was_heard_and_as_long() -> None:
    voices = [Voice(heard_at=1.6, track_ms=320, played_ms=640)]
    curves = placed(TrackCurves(output_db=LEVELS), NO_BLOCKS, voices)
    heard = np.flatnonzero(~np.isnan(curves.output_db))
    assert heard[0] == 50
    assert heard[-1] in (69, 70)
    assert curves.output_db[50] == LEVELS[10]


def test_a_voice_of_which_the_track_has_less_is_drawn_as_far_as_it_goes() -> None:
    voices = [Voice(0.0, 1_600, 5_000), Voice(1e12, 0, 100), Voice(-1.0, 0, 100)]
    curves = placed(TrackCurves(output_db=LEVELS), NO_BLOCKS, voices)
    assert np.count_nonzero(~np.isnan(curves.output_db)) == 10


@given(
    st.lists(st.floats(-60, 0, width=32), min_size=1, max_size=60),
    st.floats(-20, 60),
    st.floats(0.05, 20),
    st.integers(1, 30),
)
def test_peaks_are_those_of_a_loop(
    values: list[float], begin: float, step: float, cells: int
) -> None:
    edges = begin + np.arange(cells + 1, dtype=np.float64) * step
    found = peaks(np.array(values, np.float32), edges).tolist()
    for cell in range(cells):
        first = math.floor(edges[cell])
        last = max(math.floor(edges[cell + 1]), first + 1)
        inside = values[max(first, 0) : max(last, 0)]
        assert (math.isnan(found[cell]) and not inside) or found[cell] == max(inside)


def test_peaks_pass_over_what_is_not_known() -> None:
    values = np.array([np.nan, -3.0, np.nan, np.nan], np.float32)
    found = peaks(values, np.array([0.0, 2.0, 4.0, 9.0]))
    assert found[0] == -3.0
    assert np.isnan(found[1:]).all()
    assert peaks(values, np.array([0.0])).size == 0


def test_a_moment_shorter_than_a_value_has_that_value() -> None:
    curves = Curves(input_db=LEVELS)
    assert curves.loudest_db(10.2 * STEP_S, 10.3 * STEP_S) == -50.0
    assert curves.loudest_db(99.0, 98.0) is None
