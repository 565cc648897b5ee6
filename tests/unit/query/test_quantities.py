from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.query.errors import FilterError
from studio.query.quantities import Kind, Quantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "kind", "value", "written"),
    [
        ("500ms", "time", 0.5, "500ms"),
        ("1.25s", "time", 1.25, "1.25s"),
        (".5S", "time", 0.5, "0.5s"),
        ("2m", "time", 120, "2min"),
        ("1h", "time", 3_600, "1h"),
        ("1:30", "time", 90, "90s"),
        ("1:00:00.25", "time", 3_600.25, "3600.25s"),
        ("800", "size", 800, "800B"),
        ("10KB", "size", 10_000, "10kB"),
        ("1.5mb", "size", 1_500_000, "1.5MB"),
        ("64kib", "size", 65_536, "64KiB"),
        ("3", "count", 3, "3"),
    ],
)
def test_numbers_with_units(text: str, kind: Kind, value: float, written: str) -> None:
    quantity = parse_quantity(text, kind, 0)
    assert quantity.value == value
    assert str(quantity) == written
    assert parse_quantity(written, kind, 0) == quantity


@given(st.floats(0, 1e12), st.sampled_from(["ms", "s", "min", "h"]))
def test_every_duration_prints_and_parses_back(number: float, unit: str) -> None:
    text = str(Quantity(number, unit))
    if len(text) < 40:
        assert parse_quantity(text, "time", 0) == Quantity(number, unit)


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("5", "time", 7, 8),
        ("5kB", "time", 8, 10),
        ("-5s", "time", 7, 10),
        ("1:2:3:4", "time", 7, 14),
        ("5s", "size", 8, 9),
        ("9" * 50, "size", 7, 57),
        ("1.5", "count", 7, 10),
        ("3x", "count", 8, 9),
        ("٣", "count", 7, 8),
    ],
)
def test_what_is_no_quantity(text: str, kind: Kind, start: int, end: int) -> None:
    with pytest.raises(FilterError) as caught:
        parse_quantity(text, kind, 7)
    assert (caught.value.start, caught.value.end) == (start, end)
    assert caught.value.hint.startswith("Write ")
