from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from studio.query.filter import parse
from studio.query.table import NO_FACTS
from tests.fakes.table import Entry, ListTable


def table(*payloads: Mapping[str, object]) -> ListTable:
    return ListTable(
        [Entry(at / 10, "server", json.dumps(payload)) for at, payload in enumerate(payloads)]
    )


def found(text: str, events: ListTable) -> list[int]:
    return parse(text).select(events, NO_FACTS).nonzero()[0].tolist()


def test_frames_are_decoded_only_where_the_columns_leave_a_doubt() -> None:
    events = table(
        *({"type": "response.done" if at % 10 == 0 else "x", "n": at} for at in range(90))
    )
    assert found(".n > 40 type:response", events) == [50, 60, 70, 80]
    assert events.decoded == 9


def test_a_key_is_looked_for_in_many_frames_before_they_are_decoded() -> None:
    events = table(*({"type": "x", "usage" if at % 100 == 0 else "n": at} for at in range(1_500)))
    assert found(".usage >= 1000", events) == [1_000, 1_100, 1_200, 1_300, 1_400]
    assert events.searches == ['"usage"']
    assert events.decoded == 15


def test_few_frames_are_looked_at_without_a_search() -> None:
    events = table(*({"type": "error" if at == 7 else "x", "say": "Hello"} for at in range(20)))
    assert found("hello is:error", events) == [7]
    assert events.searches == []
    assert len(found("hello", events)) == 20
    assert events.searches == ["hello"]


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ('.voice = "marin"', ['"marin"', '"voice"']),
        ('.voice = "a/b"', ['"voice"']),
        (".voice ~ /^mar[iy]n$/", ["mar", '"voice"']),
        (".voice ~ /mar/i", ['"voice"']),
        (".voice[*]", ['"voice"']),
        (".*.* = 3", []),
        ("/audio_(start|end)/", ["audio_"]),
        ("/audio|text/", []),
        ("event:event_1", ["event_1"]),
    ],
)
def test_what_every_match_holds_is_looked_for_first(text: str, search: list[str]) -> None:
    events = table(*({"voice": "marin", "event_id": "event_1"} for _ in range(20)))
    found(text, events)
    assert [each for each in search if each not in events.searches] == []
    assert events.searches == search[: len(events.searches)]


def test_text_is_found_in_every_spelling_of_json() -> None:
    events = ListTable(
        [
            Entry(0.0, "server", '{"a": "Stra\\u00dfe \\"1\\""}'),
            Entry(0.0, "server", '{"a": "STRAßE \\"1\\""}'),
            Entry(0.0, "server", 'no json: straße "1"'),
            Entry(0.0, "server", '{"a": "\\u00C9T\\u00c9"}'),
        ]
    )
    assert found('"straße \\"1\\""', events) == [0, 1, 2]
    assert found("été", events) == [3]


def test_escapes_cost_a_search_only_where_a_frame_holds_one() -> None:
    events = ListTable([Entry(0.0, "server", '{"word":"天気"}')] * 20)
    found("天気", events)
    assert events.searches == ["天気"]


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        (".n = 1", [0]),
        (".n = true", [1]),
        (".n = null", [3]),
        ('.n = "1"', [4]),
        (".n != 1", [1, 2, 3, 4, 5]),
        ("-.n = 1", [1, 2, 3, 4, 5, 6]),
        (".n", [0, 1, 2, 3, 4, 5]),
        (".n > 0", [0, 2]),
        (".n[*] = 7", [5]),
        (".n[*] != 7", [5]),
        (".n ~ ^1$", [4]),
    ],
)
def test_a_value_of_another_kind_is_unequal_and_in_no_order(
    text: str, positions: list[int]
) -> None:
    values = (1, True, 2.5, None, "1", [7, 8])
    assert found(text, table(*({"n": value} for value in values), {})) == positions


def test_an_error_is_found_by_the_id_of_its_request() -> None:
    events = table(
        {"type": "session.update", "event_id": "event_ask"},
        {"type": "error", "event_id": "event_9", "error": {"event_id": "event_ask"}},
        {"type": "error", "event_id": "event_10", "error": {"event_id": None}},
        {"type": "response.created"},
    )
    assert found("event:event_ask", events) == [0, 1]
    assert found("event=event_9", events) == [1]
    assert found("event:event_", events) == [0, 1, 2]
    assert found('event=""', events) == [3]


def test_the_first_event_has_no_gap() -> None:
    events = ListTable([Entry(at, "server", "{}") for at in (5.0, 5.0, 6.0)])
    assert found("gap >= 0s", events) == [1, 2]
    assert found("gap > 500ms", events) == [2]
    assert parse("gap > 500ms").select(events, start=2).tolist() == [True]
