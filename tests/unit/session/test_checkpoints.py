from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.session.checkpoints import Checkpoints
from studio.session.envelope import Envelope
from studio.session.reduce import fold, reduce
from studio.session.state import SessionState
from tests import conversations


@cache
def talk() -> tuple[Envelope, ...]:
    return conversations.long_talk(30)


@cache
def prefixes() -> list[SessionState]:
    """The state after every number of events, folded straight."""
    states = [SessionState()]
    for envelope in talk():
        states.append(reduce(states[-1], envelope).state)
    return states


def built(end: int | None = None) -> Checkpoints:
    made = Checkpoints(lambda index: talk()[index])
    made.build(len(talk()) if end is None else end)
    return made


@given(data=st.data())
@settings(max_examples=40)
def test_whatever_order_positions_are_visited_in_each_is_the_fold_of_its_prefix(
    data: st.DataObject,
) -> None:
    positions = st.integers(0, len(talk()))
    made = built()
    for position in data.draw(st.lists(positions, min_size=1, max_size=12)):
        assert made.state_at(position) == prefixes()[position]


def test_steps_to_and_fro_are_the_fold_of_their_prefixes() -> None:
    made = built()
    first = len(talk()) // 2
    for position in [*range(first, first + 40), *range(first + 40, first - 40, -1)]:
        assert made.state_at(position) == prefixes()[position]


@given(st.lists(st.integers(0, 400), max_size=8))
@settings(max_examples=20)
def test_it_is_built_in_slices_of_any_size(slices: list[int]) -> None:
    made = Checkpoints(lambda index: talk()[index])
    for size in slices:
        end = min(made.built + size, len(talk()))
        made.build(end)
        assert made.built == end
        assert made.latest == prefixes()[end]
        assert made.state_at(end // 2) == prefixes()[end // 2]


def test_a_position_that_is_not_built_yet_is_the_last_that_is() -> None:
    made = built(100)
    assert made.state_at(10_000) is made.latest
    assert made.state_at(-1) == SessionState()


def test_states_that_are_kept_do_not_grow_without_bound() -> None:
    made = Checkpoints(lambda index: talk()[index], step=8, most_states=4)
    made.build(len(talk()))
    assert 2 <= made.kept <= 4
    for position in range(0, len(talk()), 37):
        assert made.state_at(position) == prefixes()[position]


def test_an_event_that_cannot_be_read_changes_nothing() -> None:
    made = Checkpoints(lambda index: None if index % 7 == 3 else talk()[index])
    made.build(200)
    kept = [each for index, each in enumerate(talk()[:200]) if index % 7 != 3]
    assert made.latest == fold(kept)
