from __future__ import annotations

import pytest

from studio.protocol.catalog import catalog
from studio.protocol.completion import Suggestion, complete, kind_at
from studio.protocol.dialect import Dialect
from studio.protocol.written import read


def offered(text: str, dialect: Dialect = Dialect.GA) -> tuple[Suggestion, ...]:
    """What fits at the bar."""
    return complete(read(text.replace("|", "", 1), text.index("|")), "client", dialect)


def labels(text: str, dialect: Dialect = Dialect.GA) -> list[str]:
    return [each.label for each in offered(text, dialect)]


def test_an_empty_object_needs_a_type_first() -> None:
    (first,) = offered("{|")
    assert first.insert == '"type": ""'


def test_types_of_events_are_offered() -> None:
    assert labels('{"type": "|"}') == list(catalog().types("client", Dialect.GA))
    assert labels('{"type": "response.|"}') == ["response.cancel", "response.create"]
    assert "transcription_session.update" in labels('{"type": "|"}', Dialect.BETA)


def test_what_begins_so_comes_before_what_has_it() -> None:
    found = labels('{"type": "conversation.item.truncate", "i|"}')
    assert found == ["item_id", "audio_end_ms", "content_index", "event_id"]


def test_required_fields_come_first_and_present_ones_not_again() -> None:
    found = labels('{"type": "conversation.item.truncate", "item_id": "x", |}')
    assert found == ["audio_end_ms", "content_index", "event_id"]


def test_fields_are_those_of_the_object_that_it_is() -> None:
    head = '{"type": "session.update", "session": {"audio": {"input": {"turn_detection": '
    assert "eagerness" in labels(head + '{"type": "semantic_vad", |')
    assert "threshold" not in labels(head + '{"type": "semantic_vad", |')
    assert "threshold" in labels(head + '{"type": "server_vad", |')


def test_both_kinds_of_an_object_are_offered_for_its_type() -> None:
    head = '{"type": "session.update", "session": {"audio": {"input": {"turn_detection": '
    assert labels(head + '{"type": "|') == ["server_vad", "semantic_vad"]


def test_values_are_offered_in_the_words_of_json() -> None:
    head = '{"type": "session.update", "session": {"audio": {"input": {"turn_detection": '
    found = offered(head + '{"create_response": |')
    assert [each.insert for each in found] == ["true", "false"]


def test_values_within_arrays_are_offered() -> None:
    text = '{"type": "session.update", "session": {"output_modalities": ["|"]}}'
    assert labels(text) == ["text", "audio"]


@pytest.mark.parametrize(
    ("name", "insert"),
    [("audio", '"audio": {}'), ("tools", '"tools": []'), ("instructions", '"instructions": ""')],
)
def test_a_name_brings_the_beginning_of_its_value(name: str, insert: str) -> None:
    found = offered('{"type": "session.update", "session": {|}}')
    assert next(each.insert for each in found if each.label == name) == insert


def test_a_name_with_a_colon_is_replaced_alone() -> None:
    (found,) = offered('{"type": "conversation.item.delete", "item_i|": "x"}')
    assert found.insert == '"item_id"'


def test_each_says_its_type_and_what_it_is() -> None:
    found = offered('{"type": "conversation.item.delete", |}')
    assert found[0].help.startswith("required, string · ")


def test_nothing_is_offered_where_nothing_is_known() -> None:
    assert offered('{"type": "no.such", "a": "|"}') == ()
    assert offered('{"type": "response.cancel"} |') == ()


def test_the_type_at_a_path() -> None:
    fields = catalog().found("session.update", "client", Dialect.GA)
    frame = {"session": {"type": "realtime", "tools": [{"type": "function"}]}}
    kind = kind_at(fields, frame, ("session", "tools", 0, "name"))
    assert kind is not None
    assert kind.words == "string"
    assert kind_at(fields, frame, ("session", "no", "such")) is None
    assert kind_at(fields, frame, ("session", 0)) is None
