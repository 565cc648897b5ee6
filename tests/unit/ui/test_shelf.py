from __future__ import annotations

from decimal import Decimal

import pytest

from studio.storage.shelf import Notes
from studio.ui.shelf import COLUMNS, Column, Wanted, arranged
from tests.fakes.shelf import entry

SHELF = (
    entry(3, "barge_in", provider="openai", cents=5),
    entry(2, "two_turns", notes=Notes("Alarm", tags=("bug",)), cents=200),
    entry(1, "failed_response", notes=Notes(archived=True, note="look again"), provider="openai"),
    entry(0, is_read=False),
)


def found(text: str, *, archived: bool = False) -> list[str]:
    return [each.name[-1] for each in arranged(SHELF, Wanted.parse(text), archived=archived)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "320"),
        ("story", "3"),
        ("STORY once", "3"),
        ("kettle", "2"),
        ('"kettle and a half"', "2"),
        ('"and a kettle"', ""),
        ("alarm", "2"),
        ("tag:bug", "2"),
        ("tag:barge", "3"),
        ("provider:openai", "3"),
        ("-provider:openai", "20"),
        ("-kettle -tag:barge", "0"),
        ("provider:openai is:archived", "1"),
        ("is:archived again", "1"),
        ("is:noted", ""),
        ("date:2026-01-01", "320"),
        ("date:14:00", "2"),
        ("voice:marin", "32"),
        ("problem:", ""),
        ("http://x", ""),
        ('"', "320"),
        ("-", "320"),
    ],
)
def test_a_search_finds(text: str, names: str) -> None:
    assert "".join(found(text)) == names


def test_archived_sessions_come_along_where_asked_for() -> None:
    assert found("", archived=True) == ["3", "2", "1", "0"]
    assert found("is:noted", archived=True) == ["1"]


def test_problems_can_be_looked_for() -> None:
    assert found("problem:reply is:archived") == ["1"]


def test_the_words_to_mark_are_those_that_are_said() -> None:
    wanted = Wanted.parse('Kettle -story tag:bug "And a half"')
    assert wanted.words == ("kettle", "and a half")


@pytest.mark.parametrize(
    ("column", "names"),
    [
        ("date", "320"),
        ("cost", "230"),
        ("provider", "320"),
        ("length", "230"),
        ("turns", "320"),
        ("problems", "320"),
    ],
)
def test_sessions_are_sorted_by_a_column(column: Column, names: str) -> None:
    listed = arranged(SHELF, Wanted(), column, descending=True)
    assert "".join(each.name[-1] for each in listed) == names


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_sorts_all_kinds_of_entries(column: Column) -> None:
    for descending in (True, False):
        assert len(arranged(SHELF, Wanted(), column, descending=descending, archived=True)) == 4


def test_an_entry_is_called_by_its_title_or_its_first_words() -> None:
    assert [each.title for each in SHELF] == ["Tell me a story.", "Alarm", "What time is it?", ""]
    assert SHELF[1].tags == ("bug",)
    assert SHELF[1].money == Decimal(2)
    assert SHELF[2].money is None
