from __future__ import annotations

import pytest

from studio.core.errors import StudioError
from studio.lab.labels import Label, checked


def test_labels_are_put_in_order_and_told_apart() -> None:
    truth = checked((Label(900, 1000, "noise", "cough"), Label(0, 800)), 1000, "take")
    assert [each.begin_ms for each in truth.labels] == [0, 900]
    assert truth.turns == (Label(0, 800),)
    assert truth.noises == (Label(900, 1000, "noise", "cough"),)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ((Label(500, 1200),), "beyond the end"),
        ((Label(500, 500),), "no length"),
        ((Label(-1, 500),), "no length"),
        ((Label(0, 500), Label(400, 900)), "overlap"),
    ],
)
def test_labels_that_do_not_fit_are_named(labels: tuple[Label, ...], words: str) -> None:
    with pytest.raises(StudioError, match=words) as caught:
        checked(labels, 1000, "my take")
    assert "my take" in caught.value.message


def test_noise_may_overlap_a_turn() -> None:
    checked((Label(0, 500), Label(400, 900, "noise")), 1000, "take")
