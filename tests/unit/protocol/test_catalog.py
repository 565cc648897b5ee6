from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from studio.protocol.catalog import (
    Fields,
    Kind,
    Path,
    Side,
    catalog,
    event_doc,
    kind_of,
    path_words,
)
from studio.protocol.dialect import Dialect


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("string", "string"),
        ("array<string>", "array of string"),
        ('"auto" | "none"', "one of auto, none"),
        ('"server_vad"', "always server_vad"),
        ("24000", "always 24000"),
        ('string | "alloy"', "string or always alloy"),
        ("map<any>", "object"),
        ("array<ServerVad | SemanticVad>", "array of object"),
        ('array<map<"a" | "b">> | boolean', "array of object or boolean"),
    ],
)
def test_expressions_are_read(expression: str, words: str) -> None:
    assert kind_of(expression).words == words


def test_many_values_are_counted() -> None:
    kind = Kind("values", tuple(f"v{n}" for n in range(20)))
    assert kind.words == "one of v0, v1, v2, v3, v4, v5, v6, v7 and 12 more"
    assert len(kind.known_values) == 20


def test_the_member_of_a_union_is_told_by_its_fixed_values() -> None:
    event = catalog().event("session.update", "client", Dialect.GA)
    assert event is not None
    session = event["session"].kind
    assert "output_modalities" in catalog().fields(session, {"type": "realtime"})
    assert "output_modalities" not in catalog().fields(session, {"type": "transcription"})


def test_the_member_of_a_union_is_told_by_its_names_where_no_value_does() -> None:
    event = catalog().event(
        "conversation.item.input_audio_transcription.completed", "server", Dialect.GA
    )
    assert event is not None
    assert "seconds" in catalog().fields(event["usage"].kind, {"seconds": 3})


def test_an_event_of_the_other_dialect_is_found() -> None:
    assert catalog().event("response.audio.delta", "server", Dialect.GA) is None
    assert "delta" in catalog().found("response.audio.delta", "server", Dialect.GA)
    assert catalog().found("no.such.event", "server", Dialect.GA) == {}


def test_the_longest_path_has_the_word() -> None:
    doc = catalog().doc
    created = doc("session.created", ("session", "audio", "input", "turn_detection", "type"))
    assert "server_vad" in created
    assert doc("error", ("error", "type")) != created
    assert doc("x", ("tools", 3, "name")) == doc("x", ("tools", 0, "name")) != doc("x", ("name",))


def test_every_field_has_a_line_of_words() -> None:
    def walk(wire_type: str, fields: Fields, path: Path) -> Iterator[Path]:
        for field in fields.values():
            here = (*path, field.name)
            if not catalog().doc(wire_type, here):
                yield (wire_type, *here)
            for kind in field.kind.members:
                for shape in (member.shape for each in (kind, *kind.of) for member in each.members):
                    if shape:
                        inner = catalog().fields(Kind("object", shape=shape))
                        yield from walk(wire_type, inner, here)

    for dialect in Dialect:
        for side in get_args(Side):
            for name in catalog().types(side, dialect):
                assert list(walk(name, catalog().found(name, side, dialect), ())) == []


def test_every_event_has_a_sentence() -> None:
    for dialect in Dialect:
        for side in get_args(Side):
            for name in catalog().types(side, dialect):
                assert event_doc(name).endswith("."), name
    assert event_doc("no.such.event") == ""


def test_a_line_of_words_is_one_line() -> None:
    lines = catalog()._docs.values()
    assert all(0 < len(line) <= 100 and "\n" not in line for line in lines)


def test_paths_in_words() -> None:
    assert path_words(("session", "tools", 0, "name")) == "session.tools[0].name"
    assert path_words(()) == ""
