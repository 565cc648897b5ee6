"""The order of items is what a plain list would have, however the news of them comes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from studio.session.conversation import with_item
from studio.session.ordering import ROOT, placed
from studio.session.state import Item, Items


def placed_plainly(order: list[str], items: Items, item_id: str, previous_id: str | None) -> None:
    """The rule without any haste."""
    if item_id in order:
        order.remove(item_id)
    if previous_id == ROOT:
        place = 0
    elif previous_id in order:
        place = order.index(previous_id) + 1
    else:
        followers = (at for at, each in enumerate(order) if previous_of(items, each) == item_id)
        place = next(followers, len(order))
    order.insert(place, item_id)
    moved, anchor = {item_id}, item_id
    while True:
        before = order[: order.index(anchor)]
        early = next((each for each in before if previous_of(items, each) == anchor), anchor)
        if early in moved:
            return
        order.remove(early)
        order.insert(order.index(anchor) + 1, early)
        moved.add(early)
        anchor = early


def previous_of(items: Items, item_id: str) -> str | None:
    return items.by_id[item_id].previous_id


NUMBERS = st.integers(0, 90)
TELLINGS = st.tuples(
    NUMBERS,
    st.one_of(st.none(), st.just(ROOT), NUMBERS.map(str), st.integers(-3, 3)),
    st.booleans(),
    st.booleans(),
)


@given(st.integers(0, 80), st.lists(TELLINGS, max_size=25))
def test_items_stand_where_their_neighbours_say(
    known: int, tellings: list[tuple[int, str | int | None, bool, bool]]
) -> None:
    items, order = Items(), list[str]()
    in_line: list[tuple[int, str | int | None, bool, bool]] = [
        (number, -1, True, True) for number in range(known)
    ]
    for number, previous, is_kept, is_placed in [*in_line, *tellings]:
        item_id = str(number)
        near = str(number + previous) if isinstance(previous, int) else previous
        item = items.by_id.get(item_id) or Item(item_id)
        if is_kept and item.previous_id is None:
            item = replace(item, previous_id=near)
        items = with_item(items, item)
        if is_placed or item.in_order:
            items = placed(items, item_id, near)
            placed_plainly(order, items, item_id, near)
        assert items.order == tuple(order)
    followed = [each.previous_id for each in items.by_id.values() if each.previous_id is not None]
    assert {key: n for key, n in items.followers.items() if n} == {
        each: followed.count(each) for each in followed
    }


def test_an_order_that_stays_as_it_is_stays_the_same_object() -> None:
    items = Items()
    for number in range(50):
        item = Item(str(number), previous_id=str(number - 1))
        items = placed(with_item(items, item), item.id, item.previous_id)

    assert placed(items, "49", "48") is items
    assert placed(items, "3", "2") is items
    assert placed(items, "0", ROOT) is items


def test_an_item_far_back_is_moved_too() -> None:
    items = Items()
    for number in range(100):
        items = placed(with_item(items, Item(str(number))), str(number), None)

    moved = placed(items, "4", "97").order

    assert moved[:6] == ("0", "1", "2", "3", "5", "6")
    assert moved[-4:] == ("97", "4", "98", "99")
