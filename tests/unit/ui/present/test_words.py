from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from studio.ui.present import words


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (words.stamp, 12.3456, "12.346"),
        (words.stamp, 62.345, "1:02.345"),
        (words.gap, 0.0031, "+3ms"),
        (words.gap, 1.2, "+1.20s"),
        (words.gap, 75.0, "+75s"),
        (words.span, 200, "200 ms"),
        (words.span, 4260, "4.26 s"),
        (words.span, 125_000, "2:05"),
        (words.size, 480, "480 B"),
        (words.size, 9_600, "9.6 kB"),
        (words.size, 1_200_000, "1.2 MB"),
        (words.short_id, "item_E4AmeR6T4h9LkwrfSTCJu", "item_…TCJu"),
        (words.short_id, "item_1", "item_1"),
        (words.decibel, -18.25, " −18.2"),
        (words.decibel, -96.0, "    −∞"),
    ],
)
def test_numbers_read_at_a_glance(write: Callable[[Any], str], value: object, text: str) -> None:
    assert write(value) == text
