from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.lab.labels import Label, Truth, checked
from studio.ui.labelling import LEAST_MS, Edge, Grip, added, changed, grip_at, moved, new_label

DURATION_MS = 5_000.0
TRUTH = Truth((Label(500, 1_000), Label(2_000, 3_000), Label(3_200, 3_400, "noise")))


def test_a_new_turn_ends_where_the_next_one_begins() -> None:
    truth = added(TRUTH, Label(1_800, 2_500), DURATION_MS, "take")
    assert Label(1_800, 2_000) in truth.turns


def test_a_new_turn_within_another_begins_after_it() -> None:
    truth = added(TRUTH, Label(900, 1_400), DURATION_MS, "take")
    assert Label(1_000, 1_400) in truth.turns


def test_where_there_is_no_room_it_says_so() -> None:
    with pytest.raises(StudioError):
        added(Truth((Label(0, 5_000),)), Label(4_000, 4_500), DURATION_MS, "take")


def test_noise_may_lie_in_a_turn() -> None:
    assert (
        Label(2_100, 2_300, "noise")
        in added(TRUTH, Label(2_100, 2_300, "noise"), DURATION_MS, "take").noises
    )


@given(st.sampled_from(TRUTH.labels), st.sampled_from(["begin", "end"]), st.floats(-1e4, 1e4))
def test_an_edge_stays_where_its_neighbours_and_its_length_let_it(
    label: Label, edge: Edge, at_ms: float
) -> None:
    other = moved(Grip(label, edge), at_ms, DURATION_MS, TRUTH)
    assert other.end_ms - other.begin_ms >= LEAST_MS
    assert changed(TRUTH, label, other, DURATION_MS, "take") == checked(
        tuple(other if each == label else each for each in TRUTH.labels), DURATION_MS, "take"
    )


def test_the_nearest_edge_within_reach_is_held() -> None:
    assert grip_at(TRUTH, 1_020, 50) == Grip(TRUTH.labels[0], "end")
    assert grip_at(TRUTH, 1_500, 50) is None
    assert grip_at(None, 1_020, 50) is None


@given(st.floats(-1e4, 1e4))
def test_a_new_label_lies_within_the_take(at_ms: float) -> None:
    label = new_label(at_ms, "turn", DURATION_MS)
    assert 0 <= label.begin_ms < label.end_ms <= DURATION_MS


def test_a_label_is_dropped() -> None:
    assert changed(TRUTH, TRUTH.labels[0], None, DURATION_MS, "take").labels == TRUTH.labels[1:]
