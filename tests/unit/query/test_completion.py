from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.query.completion import complete
from studio.query.filter import parse
from tests.fakes.table import Entry, ListTable
from tests.unit.query import generated

FRAMES: list[dict[str, object]] = [
    {"type": "session.updated", "event_id": "event_1", "session": {"voice": "alloy", "n": [1]}},
    {"type": "response.text.delta", "item_id": "item_1", "response_id": "resp_1", "delta": "a"},
    {"type": "response.text.delta", "item_id": "item_1", "response_id": "resp_1", "delta": "b"},
    {"type": "response.done", "response": {"id": "resp_1"}, "call_id": "call 1"},
    {"type": "response.text.delta", "item_id": "item_2", "delta": "\x1b[31m"},
    {"type": "session.updated", "event_id": "event_2", "session": {"voice": "two words"}},
]
TABLE = ListTable([Entry(float(at), "server", json.dumps(each)) for at, each in enumerate(FRAMES)])


def offered(text: str, table: ListTable | None = TABLE) -> list[str]:
    """The whole filter with each completion put in."""
    return [
        text[: each.start] + each.text + text[each.end :]
        for each in complete(text, len(text), table)
    ]


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("ty", ["type:"]),
        ("foo -si", ["foo -since > ", "foo -size > "]),
        ("(fr", ["(from:"]),
        ("type:", ["type:response.text.delta", "type:session.updated", "type:response.done"]),
        ("type:de", ["type:response.text.delta"]),
        ("item:", ["item:item_2", "item:item_1"]),
        ("response=r", ["response=resp_1"]),
        ("call:", ['call:"call 1"']),
        ("event:", ["event:event_2", "event:event_1"]),
        ("from:cl", ["from:client"]),
        ("is:pro", ["is:problem"]),
        (".session", [".session", ".session.voice", ".session.n", ".session.n[*]"]),
        (".voi", [".session.voice"]),
        (".session.voice = ", [".session.voice = alloy", '.session.voice = "two words"']),
        (".session.voice != al", [".session.voice != alloy"]),
        ("turn:", []),
        ('"ty', []),
        ('text:"a b" ty', ['text:"a b" type:']),
        ("/ty", []),
        ("size > 1", []),
    ],
)
def test_what_may_stand_at_the_cursor(text: str, filters: list[str]) -> None:
    assert offered(text) == filters


def test_every_term_is_offered_where_one_may_begin() -> None:
    (first, *_) = complete("", 0)
    assert first.text == "text:"
    assert "good morning" in first.help
    assert [each.text for each in complete("x ", 2)] == [each.text for each in complete("", 0)]


def test_the_rest_of_the_word_is_replaced() -> None:
    (only,) = complete("type:sess x", 9, TABLE)
    assert (only.text, only.start, only.end) == ("session.updated", 5, 9)
    assert only.help == "2 events"


def test_without_events_the_language_itself_is_offered() -> None:
    assert offered("fr", None) == ["from:"]
    assert offered("from:s", None) == ["from:server"]
    assert offered("type:", None) == []
    assert offered("type:", ListTable([])) == []
    assert offered(".a", ListTable([])) == []


def test_outside_text_in_a_help_is_harmless() -> None:
    helps = [each.help for each in complete(".delta", 6, TABLE)]
    assert helps == ['such as "a"']
    assert all("\x1b" not in each.help for each in complete(".", 1, TABLE))


@given(st.text(generated.QUICKLY_TYPED, max_size=12), st.integers(0, 12), generated.tables)
def test_nothing_that_is_typed_or_kept_breaks_it(
    text: str, cursor: int, entries: list[Entry]
) -> None:
    cursor = min(cursor, len(text))
    for each in complete(text, cursor, ListTable(entries)):
        assert 0 <= each.start <= cursor <= each.end <= len(text)
        assert each.help


@given(generated.tables)
def test_every_word_that_is_offered_finds_something(entries: list[Entry]) -> None:
    table = ListTable(entries)
    for beginning in ("type:", "item=", "response=", "call=", "event=", "."):
        for text in offered(beginning, table):
            assert parse(text).select(table).any(), text
