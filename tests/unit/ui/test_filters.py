from __future__ import annotations

import pytest

from studio.query.errors import FilterError
from studio.query.filter import parse
from studio.query.table import ORIGINS
from studio.ui.filter_values import values_of
from studio.ui.filters import Filters
from tests import conversations
from tests.fakes.desk import FakeDesk
from tests.fakes.inspected import inspected


def test_a_mistake_leaves_the_filter_in_force() -> None:
    filters = Filters(None)
    filters.put("from:client")
    with pytest.raises(FilterError):
        filters.put("from:(")
    assert filters.text == "from:client"
    assert filters.wanted == parse("from:client")


def test_a_further_term_has_to_hold_as_well() -> None:
    filters = Filters(None)
    assert filters.with_term("is:delta") == "is:delta"
    filters.put("from:client or from:local")
    combined = parse(filters.with_term("is:delta"))
    assert combined == parse("(from:client or from:local) is:delta")


def test_undo_goes_back_through_what_was_meant() -> None:
    filters = Filters(None)
    for text in ("from:client", "is:delta", ""):
        filters.put(text)
        filters.settle()
    assert filters.before() == "is:delta"
    filters.put("is:delta")
    assert filters.before() == "from:client"
    filters.put("from:client")
    assert filters.before() is None


def test_named_filters_are_kept_until_they_are_forgotten() -> None:
    desk = FakeDesk()
    Filters(desk).keep("pieces", "is:delta")
    again = Filters(desk)
    assert again.named == {"pieces": "is:delta"}
    again.forget("pieces")
    assert Filters(desk).named == {}


@pytest.mark.parametrize("name", ["tool_round", "hostile", "barge_in"])
def test_every_value_offered_is_a_filter_that_means_as_many_as_it_says(name: str) -> None:
    held = inspected(conversations.LIBRARY[name]())
    for position in range(len(held.store)):
        choices = values_of(held, position)
        assert any(choice.value == f"from:{origin}" for choice in choices for origin in ORIGINS)
        for choice in choices:
            meant = parse(choice.value).select(held.store)
            assert choice.aside.split()[0] == f"{meant.sum():,}"
            assert choice.value.startswith("-") != bool(meant[position])
