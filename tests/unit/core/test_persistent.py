"""Persistent sequences and mappings are what tuples and dictionaries would be."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.persistent import Register, Series

SIZES = st.sampled_from([0, 1, 31, 32, 33, 63, 64, 65, 1_055, 1_056, 1_057, 1_089, 2_000])
BIG = 33_000
"""More than stand in three levels."""


@given(SIZES, st.lists(st.integers(-5, 2_050), max_size=12), st.data())
def test_a_series_is_what_a_tuple_is(size: int, changes: list[int], data: st.DataObject) -> None:
    plain = tuple(range(size))
    series = Series(plain)
    for number, change in enumerate(changes, start=10_000):
        if 0 <= change < len(plain):
            plain = (*plain[:change], number, *plain[change + 1 :])
            series = series.replaced(change, number)
        else:
            plain, series = (*plain, number), series.added(number)

    assert series == plain
    assert series == Series(plain)
    assert hash(series) == hash(plain)
    assert len(series) == len(plain)
    assert list(reversed(series)) == list(reversed(plain))
    start, stop = data.draw(st.integers(-70, 70)), data.draw(st.integers(-70, 2_100))
    assert series[start:stop] == plain[start:stop]
    assert series[-40:] == plain[-40:]
    assert all(series[at] == plain[at] for at in range(-len(plain), len(plain)))


def test_a_series_grows_by_itself_to_what_it_would_be_at_once() -> None:
    series: Series[int] = Series()
    for value in range(BIG):
        series = series.added(value)

    assert series == Series(range(BIG))
    assert [*series] == [*range(BIG)]
    assert series[BIG // 2] == BIG // 2
    assert series.replaced(5, -1)[:7] == (0, 1, 2, 3, 4, -1, 6)
    assert series[5] == 5


@pytest.mark.parametrize("at", [3, -4])
def test_there_is_nothing_beyond_the_ends(at: int) -> None:
    with pytest.raises(IndexError):
        Series("abc")[at]


def test_a_series_differs_from_what_is_not_the_same() -> None:
    assert Series("abc") != Series("abd")
    assert Series("abc") != ("a", "b")
    assert Series("abc") != ["a", "b", "c"]
    assert repr(Series("ab")) == "Series(['a', 'b'])"


@given(
    st.sampled_from([0, 5, 32, 40, 1_056, 1_057, 1_100]),
    st.lists(st.integers(0, 1_200), max_size=8),
    st.integers(0, 40),
)
def test_what_differs_is_found(size: int, places: list[int], more: int) -> None:
    before = Series(object() for _ in range(size))
    after = before
    changed = sorted({place for place in places if place < size})
    for place in changed:
        after = after.replaced(place, object())
    for _ in range(more):
        after = after.added(object())

    assert list(after.differing(before)) == changed
    assert list(before.differing(after)) == changed
    assert before.same_until(after) == (changed[0] if changed else size)


def test_what_differs_is_found_between_series_of_other_heights() -> None:
    values = [object() for _ in range(1_200)]
    short = Series(values[:900]).replaced(7, object())

    assert list(short.differing(Series(values))) == [7]


KEYS = st.integers(0, 120).map(str)


@given(st.lists(st.tuples(KEYS, st.integers()), max_size=250))
def test_a_register_is_what_a_dictionary_is(puts: list[tuple[str, int]]) -> None:
    plain: dict[str, int] = {}
    register: Register[str, int] = Register()
    for key, value in puts:
        before, known = register, dict(plain)
        plain[key] = value
        register = register.put(key, value)
        assert len(before) == len(known)

    assert register == plain
    assert list(register) == list(plain)
    assert list(register.values()) == list(plain.values())
    assert list(register.items()) == list(plain.items())
    assert list(reversed(register.series)) == list(reversed(plain.values()))
    assert list(reversed(register)) == list(reversed(plain))
    assert register == Register(plain)
    assert all(register[key] == register.get(key) == value for key, value in plain.items())
    assert "none" not in register
    assert register.get("none") is register.place_of("none") is None
    assert register.get("none", 7) == 7


def test_a_register_keeps_what_it_was_when_others_grow_from_it() -> None:
    trunk: Register[int, str] = Register()
    for key in range(500):
        trunk = trunk.put(key, "trunk")
    branches = [trunk, trunk]
    for key in range(500, 900):
        branches = [branch.put(key + at, str(at)) for at, branch in enumerate(branches)]

    assert len(trunk) == 500
    assert 500 not in trunk
    assert [branch[500 + at] for at, branch in enumerate(branches)] == ["0", "1"]
    assert [500 in branch for branch in branches] == [True, False]


def test_a_register_has_no_value_for_a_strange_key() -> None:
    with pytest.raises(KeyError):
        Register({"a": 1})["b"]
    assert repr(Register({"a": 1})) == "Register({'a': 1})"


def test_a_register_of_many_keys_has_few_dictionaries() -> None:
    register: Register[int, int] = Register()
    for key in range(5_000):
        register = register.put(key, key)

    assert len(register._places) < 12
    assert list(islice(register, 3)) == [0, 1, 2]
    assert all(register.place_of(key) == key for key in range(5_000))
