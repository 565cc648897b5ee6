from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.ui.present.changes import MOST_LEAVES, Change, changes, leaves

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def test_each_difference_is_a_leaf() -> None:
    before = {"session": {"voice": "ash", "speed": 1.0, "tools": []}, "event_id": "event_1"}
    after = {"session": {"voice": "sage", "tools": [], "audio": {"on": True}}, "event_id": "e2"}
    assert set(changes(before, after)) == {
        Change("~", ("session", "voice"), "ash", "sage"),
        Change("−", ("session", "speed"), before=1.0),
        Change("+", ("session", "audio", "on"), after=True),
    }


def test_true_is_not_one() -> None:
    assert changes({"a": 1}, {"a": True}) == (Change("~", ("a",), 1, True),)


@given(value=JSON)
def test_nothing_differs_from_itself(value: object) -> None:
    assert changes(value, value) == ()


@given(before=JSON, after=JSON)
def test_the_other_way_round_it_is_the_other_way_round(before: object, after: object) -> None:
    turned = {"+": "−", "−": "+", "~": "~"}
    there = {(turned[each.sign], each.path) for each in changes(before, after)}
    assert there == {(each.sign, each.path) for each in changes(after, before)}


def test_leaves_stand_in_order() -> None:
    assert [path for path, _ in leaves({"b": [1, {"c": 2}], "a": {}})] == [
        ("b", 0), ("b", 1, "c"), ("a",),
    ]  # fmt: skip


def test_leaves_end_somewhere() -> None:
    assert len(list(leaves(list(range(3 * MOST_LEAVES))))) == MOST_LEAVES


def test_a_deep_nest_is_walked_without_recursion() -> None:
    deep: object = 1
    for _ in range(10_000):
        deep = [deep]
    ((path, value),) = leaves(deep)
    assert (len(path), value) == (10_000, 1)
