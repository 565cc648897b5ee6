"""Rows list exactly the events that are chosen, however they come and interleave."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.storage.columns import Columns
from studio.ui.listing import Listing, Place
from studio.ui.rows import Rows

RUNS = st.lists(st.integers(0, 3), max_size=40)


def columns(streams: list[int]) -> Columns:
    """Events of some interleaved streams; those of stream 0 stand alone."""
    first: dict[int, int] = {}
    run = [at if not each else first.setdefault(each, at) for at, each in enumerate(streams)]
    count = len(streams)
    zeros = np.zeros(count, np.uint32)
    return Columns(
        at=np.arange(count, dtype=np.float64), seq=np.arange(1, count + 1, dtype=np.uint64),
        origin=np.zeros(count, np.uint8), type=zeros, item=zeros, response=zeros, call=zeros,
        size=np.arange(count, dtype=np.uint32), audio=np.full(count, 7, np.uint32),
        run=np.array(run, np.uint32), before=zeros,
    )  # fmt: skip


def naive(table: Columns, chosen: list[bool]) -> list[list[int]]:
    rows: dict[int, list[int]] = {}
    for at, run in enumerate(table.run.tolist()):
        if chosen[at]:
            rows.setdefault(run, []).append(at)
    return list(rows.values())


def taken(table: Columns, chosen: list[bool] | None, cuts: list[int]) -> Rows:
    count = len(table.at)
    rows = Rows(is_filtered=chosen is not None)
    for stop in sorted({min(cut, count) for cut in cuts} | {count}):
        fresh = None if chosen is None else np.array(chosen[rows.total : stop], np.bool_)
        rows.take(table, stop, fresh)
    return rows


@given(RUNS, st.lists(st.integers(0, 40)), st.data())
def test_what_is_listed_is_exactly_what_was_chosen(
    streams: list[int], cuts: list[int], data: st.DataObject
) -> None:
    table = columns(streams)
    count = len(streams)
    chosen = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    rows = taken(table, chosen, cuts)
    expected = naive(table, chosen)
    assert [rows.members(row, table).tolist() for row in range(len(rows))] == expected
    assert rows.listed == sum(chosen)
    for row, members in enumerate(expected):
        listed = rows[row]
        assert (listed.first, listed.last, listed.events) == (
            members[0], members[-1], len(members),
        )  # fmt: skip
        assert listed.size_bytes == sum(members)
        assert listed.audio_bytes == 7 * len(members)
        assert [rows.number_of(each, table) for each in members] == [row] * len(members)


@given(RUNS, st.lists(st.integers(0, 40)))
def test_without_a_filter_all_is_listed_however_it_comes(
    streams: list[int], cuts: list[int]
) -> None:
    table = columns(streams)
    rows = taken(table, None, cuts)
    expected = naive(table, [True] * len(streams))
    assert [rows.members(row, table).tolist() for row in range(len(rows))] == expected


@given(RUNS, st.data())
def test_lines_and_places_are_two_ways_to_say_one_thing(
    streams: list[int], data: st.DataObject
) -> None:
    table = columns(streams)
    listing = Listing(table)
    listing.take(table, len(streams))
    for row in data.draw(st.lists(st.integers(0, max(0, len(listing.rows) - 1)), max_size=4)):
        if row < len(listing.rows):
            listing.unfold(row)
    places = [listing.place(line) for line in range(len(listing))]
    assert [listing.line_of(place) for place in places] == list(range(len(listing)))
    expected = []
    for row in range(len(listing.rows)):
        expected.append(Place(row))
        if listing.is_open(row):
            expected += [Place(row, at) for at in range(listing.rows[row].events)]
    assert places == expected


@given(RUNS, st.integers(0, 39), st.data())
def test_the_nearest_is_the_next_that_is_listed_or_the_last(
    streams: list[int], wanted: int, data: st.DataObject
) -> None:
    table = columns(streams)
    count = len(streams)
    chosen = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    rows = taken(table, chosen, [])
    after = [at for at in range(count) if chosen[at] and at >= wanted]
    before = [at for at in range(count) if chosen[at] and at < wanted]
    assert rows.nearest(wanted) == (after[0] if after else before[-1] if before else None)


@given(RUNS, st.data())
def test_the_cursor_stays_on_its_event_when_others_are_listed(
    streams: list[int], data: st.DataObject
) -> None:
    count = len(streams)
    table = columns(streams)
    listing = Listing(table)
    listing.take(table, count)
    if not count:
        return
    listing.go(data.draw(st.integers(0, len(listing) - 1)))
    before = listing.cursor
    chosen = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    rows = taken(table, chosen, [])
    listing.relist(rows)
    assert listing.cursor == (before if rows.nearest(before) is None else rows.nearest(before))
    assert 0 <= listing.cursor_line <= max(0, len(listing) - 1)
