from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.storage.columns import Columns
from studio.ui.strands import Strands
from tests import conversations
from tests.fakes.inspected import inspected

EVENTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=40)
"""Events as (item, response), 0 for none; the codes of items begin above those of responses."""


def columns(events: list[tuple[int, int]]) -> Columns:
    zeros = np.zeros(len(events), np.uint32)
    items = np.array([item and item + 10 for item, _ in events], np.uint32)
    responses = np.array([response for _, response in events], np.uint32)
    return Columns(
        at=zeros.astype(np.float64), seq=zeros.astype(np.uint64), origin=zeros.astype(np.uint8),
        type=zeros, item=items, response=responses, call=zeros, size=zeros, audio=zeros, run=zeros,
        before=zeros,
    )  # fmt: skip


def owned_once(events: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Every item belongs to the first response that names it."""
    owners: dict[int, int] = {}
    return [
        (item, response if not (item and response) else owners.setdefault(item, response))
        for item, response in events
    ]


@given(EVENTS, st.lists(st.integers(0, 40)))
def test_an_item_goes_with_its_response_from_its_first_event_on(
    told: list[tuple[int, int]], cuts: list[int]
) -> None:
    events = owned_once(told)
    table, strands, count = columns(events), Strands(), len(events)
    for stop in sorted({min(cut, count) for cut in cuts} | {count}):
        strands.take(table, stop)
    owners = {item: response for item, response in events if item and response}
    codes = [response or owners.get(item, 0) or (item and item + 10) for item, response in events]
    assert strands.of(table, np.arange(count)).tolist() == codes
    assert [strands.of_one(table, at) for at in range(count)] == codes
    found = {each.code: (each.first, each.last) for each in strands.lanes(0, max(0, count - 1))}
    places = {code: [at for at, each in enumerate(codes) if each == code] for code in set(codes)}
    assert found == {code: (at[0], at[-1]) for code, at in places.items() if code}


@given(EVENTS, st.integers(0, 39), st.integers(0, 10))
def test_a_strand_keeps_its_lane_wherever_one_looks_from(
    told: list[tuple[int, int]], start: int, height: int
) -> None:
    events = owned_once(told)
    strands = Strands()
    strands.take(columns(events), len(events))
    lanes = {each.code: each.lane for each in strands.lanes(0, len(events))}
    for each in strands.lanes(start, start + height):
        assert each.lane == lanes[each.code]


@given(EVENTS)
def test_no_two_strands_share_a_lane_at_once(told: list[tuple[int, int]]) -> None:
    events = owned_once(told)
    strands = Strands()
    strands.take(columns(events), len(events))
    for at in range(len(events)):
        lanes = [
            each.lane for each in strands.lanes(0, len(events)) if each.first <= at <= each.last
        ]
        assert len(lanes) == len(set(lanes))


def test_an_answer_and_what_it_answers_are_two_strands() -> None:
    held = inspected(conversations.spoken_turn())
    store = held.store
    words = {
        store.word(each.code): each.is_response for each in held.strands.lanes(0, len(store) - 1)
    }
    assert words == {"item_user_1": False, "resp_1": True}
