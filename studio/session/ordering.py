"""Where an item stands in the conversation: where its neighbours say that it belongs.

Nearly every item is the next one, or stands near the end of the order. Only where what is near the
end cannot tell is all of it looked at.
"""

from __future__ import annotations

import sys

from msgspec.structs import replace

from studio.core.persistent import Series
from studio.session.state import Items

ROOT = "root"
"""The wire's name for the place before all items."""
_NEAR = (32, 1_024, sys.maxsize)
"""How many of the last items are looked at, one after the other until they tell."""


def placed(items: Items, item_id: str, previous_id: str | None) -> Items:
    """`items` with the item moved behind `previous_id`, else before what follows it, else last.

    What came too early and belongs after the item moves behind it, and what belongs after that.
    """
    item, order = items.by_id[item_id], items.order
    if not item.in_order:
        items = replace(items, by_id=items.by_id.put(item_id, replace(item, in_order=True)))
        if _is_next(items, item_id, previous_id):
            return replace(items, order=order.added(item_id))
    start, ids = len(order), list[str]()
    for near in _NEAR:
        start = max(0, len(order) - near)
        ids = list(order[start:])
        is_there = item_id in ids or not item.in_order
        if is_there and _arrange(ids, items, item_id, previous_id, is_all=not start):
            break
    changed = _written(order, start, ids)
    return items if changed is order else replace(items, order=changed)


def _is_next(items: Items, item_id: str, previous_id: str | None) -> bool:
    """Whether a new item follows the last one, and nothing is there that follows it."""
    if items.followers.get(item_id) or previous_id == ROOT:
        return False
    order = items.order
    is_last = bool(order) and order[-1] == previous_id
    return is_last or not _stands(items, previous_id)


def _stands(items: Items, item_id: str | None) -> bool:
    known = items.by_id.get(item_id) if item_id is not None else None
    return known is not None and known.in_order


def _arrange(
    ids: list[str], items: Items, item_id: str, previous_id: str | None, *, is_all: bool
) -> bool:
    """Put the item where it belongs among `ids`, the last of the order or all of it.

    Returns:
        Whether they were enough to tell; `ids` are of no use where they were not.
    """
    if item_id in ids:
        ids.remove(item_id)
    is_elsewhere = previous_id not in ids and _stands(items, previous_id)
    if not is_all and (is_elsewhere or previous_id == ROOT):
        return False
    if previous_id == ROOT:
        place = 0
    elif previous_id in ids:
        place = ids.index(previous_id) + 1
    else:
        followers = (at for at, each in enumerate(ids) if _follows(items, each, item_id))
        place = next(followers, len(ids))
    ids.insert(place, item_id)
    moved, anchor = {item_id}, item_id
    while items.followers.get(anchor):
        following = [each for each in ids if _follows(items, each, anchor)]
        if not is_all and len(following) != items.followers[anchor]:
            return False
        before = ids[: ids.index(anchor)]
        early = next((each for each in following if each in before), anchor)
        if early in moved:
            break
        ids.remove(early)
        ids.insert(ids.index(anchor) + 1, early)
        moved.add(early)
        anchor = early
    return True


def _follows(items: Items, item_id: str, previous_id: str) -> bool:
    return items.by_id[item_id].previous_id == previous_id


def _written(order: Series[str], start: int, ids: list[str]) -> Series[str]:
    """The order with these ids from `start` on, of which there are no fewer than before."""
    if not start:
        return order if tuple(ids) == tuple(order) else Series(ids)
    for at, each in enumerate(ids, start):
        if at == len(order):
            order = order.added(each)
        elif order[at] != each:
            order = order.replaced(at, each)
    return order
