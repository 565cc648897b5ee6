from __future__ import annotations

from studio.protocol.catalog import catalog
from studio.session.local import Local
from studio.session.local_fields import local_doc, local_fields


def test_every_local_event_has_words_for_itself_and_each_field() -> None:
    for each in Local.__subclasses__():
        name = each.model_fields["type"].default
        assert local_doc(name).endswith((".", ":"))
        fields = local_fields(name)
        assert set(fields) == set(each.model_fields)
        for field in fields.values():
            needed = each.model_fields[field.name].is_required()
            assert field.required == (needed or field.name == "type")
            assert catalog().doc(name, (field.name,)), (name, field.name)


def test_types_are_in_the_catalogues_terms() -> None:
    flushed = local_fields("local.playback.flushed")
    assert flushed["played_ms"].kind.words == "number"
    assert flushed["reason"].kind.known_values == ("barge-in", "interrupt", "talk-key", "closed")
    assert local_fields("local.connect")["dialect"].kind.known_values == ("ga", "beta")
    assert local_fields("local.send")["payload"].kind.words == "object or string"


def test_an_unknown_one_has_nothing() -> None:
    assert local_fields("local.no_such") == {}
    assert local_doc("local.no_such") == ""
