from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.query.expressions import Expression
from studio.query.filter import Filter, FilterError, parse, quoted
from studio.query.table import NO_FACTS
from tests.fakes.table import Entry, ListFacts, ListTable
from tests.unit.query import generated, naive


@dataclass
class Told:
    """An event as the naive reading wants it."""

    at: float
    gap_s: float | None
    origin: str
    raw: str
    size_bytes: int
    turn: int
    problem: bool
    anchor_s: float | None


def told(entries: list[Entry], facts: ListFacts) -> list[Told]:
    gaps = [None, *(second.at - first.at for first, second in pairwise(entries))]
    return [
        Told(
            entry.at,
            gap,
            entry.origin,
            entry.raw,
            len(entry.raw.encode()),
            int(turn),
            bool(problem),
            None if math.isnan(anchor_s) else float(anchor_s),
        )
        for entry, gap, turn, problem, anchor_s in zip(entries, gaps, *facts, strict=False)
    ]


@given(generated.expressions)
def test_a_filter_prints_and_parses_back(expression: Expression) -> None:
    wanted = Filter(expression)
    assert parse(str(wanted)) == wanted


@given(st.text(generated.QUICKLY_TYPED, max_size=24))
@settings(max_examples=300)
def test_whatever_is_typed_is_a_filter_or_a_mistake_with_a_place(text: str) -> None:
    try:
        found = parse(text)
    except FilterError as failure:
        mistake = failure
    else:
        assert parse(str(found)) == found
        return
    assert 0 <= mistake.start < mistake.end <= len(text) + 1
    assert mistake.message.endswith((".", "?"))


@given(st.text(min_size=1).filter(str.strip))
def test_quoted_text_is_that_text(text: str) -> None:
    table = ListTable([Entry(0.0, "server", text), Entry(0.0, "server", "")])
    assert parse(quoted(text)).select(table).tolist() == [True, False]


@given(st.data(), generated.expressions, generated.tables)
@settings(max_examples=400)
def test_a_selection_is_the_naive_reading_of_every_event(
    data: st.DataObject, expression: Expression, entries: list[Entry]
) -> None:
    facts = data.draw(generated.facts(len(entries)))
    wanted = Filter(expression)
    naively = [naive.means(expression, each) for each in told(entries, facts)]
    assert wanted.select(ListTable(entries), facts).tolist() == naively
    start = data.draw(st.integers(0, len(entries)))
    assert wanted.select(ListTable(entries), facts, start).tolist() == naively[start:]


@given(st.data(), generated.expressions, generated.tables, generated.tables)
def test_later_events_change_no_verdict(
    data: st.DataObject, expression: Expression, before: list[Entry], after: list[Entry]
) -> None:
    facts = data.draw(generated.facts(len(before) + len(after)))
    wanted, table = Filter(expression), ListTable(list(before))
    first = wanted.select(table, facts)
    table.entries += after
    whole = wanted.select(table, facts)
    assert whole[: len(before)].tolist() == first.tolist()
    assert wanted.select(table, facts, len(before)).tolist() == whole[len(before) :].tolist()


@given(generated.expressions, generated.tables)
def test_only_a_filter_that_says_so_needs_facts(
    expression: Expression, entries: list[Entry]
) -> None:
    wanted = Filter(expression)
    count = len(entries)
    others = ListFacts(
        np.arange(count, dtype=np.uint32), np.ones(count, np.bool_), np.zeros(count, np.float64)
    )
    if not wanted.needs_facts:
        selected = wanted.select(ListTable(entries), others).tolist()
        assert wanted.select(ListTable(entries), NO_FACTS).tolist() == selected


def test_nothing_written_means_everything() -> None:
    table = ListTable([Entry(0.0, "server", "{}"), Entry(1.0, "local", "{}")])
    assert parse("  ") == Filter()
    assert str(Filter()) == ""
    assert parse("").select(table).tolist() == [True, True]
    assert parse("").select(table, start=1).tolist() == [True]
    assert parse("anything").select(ListTable([])).tolist() == []


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("turn:3", True),
        ("foo or (bar -since > 1s)", True),
        ("is:problem", True),
        ("is:error gap > 1s at < 1:00", False),
    ],
)
def test_turns_anchors_and_problems_are_facts(text: str, needs: bool) -> None:
    assert parse(text).needs_facts is needs


def test_slow_filters_come_in_slices_that_make_the_whole() -> None:
    entries = [Entry(float(at), "server", f'{{"n": {at}}}') for at in range(5_000)]
    wanted = parse(".n >= 4500")
    assert wanted.is_slow
    slices = list(wanted.select_in_slices(ListTable(entries), start=10))
    assert [len(each) for each in slices] == [2_048, 2_048, 894]
    assert np.count_nonzero(np.concatenate(slices)) == 500
    fast = parse("size > 1B")
    assert not fast.is_slow
    assert len(list(fast.select_in_slices(ListTable(entries)))) == 1


def test_events_beyond_the_known_facts_have_none() -> None:
    table = ListTable([Entry(float(at), "server", "{}") for at in range(3)])
    facts = ListFacts(np.array([1], np.uint32), np.array([True]), np.array([0.0]))
    assert parse("turn:1").select(table, facts).tolist() == [True, False, False]
    assert parse("is:problem").select(table, facts).tolist() == [True, False, False]
    assert parse("since >= 0s").select(table, facts, 1).tolist() == [False, False]
