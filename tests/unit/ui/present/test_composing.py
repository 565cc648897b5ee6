from __future__ import annotations

import json

from studio.protocol.dialect import Dialect
from studio.protocol.templates import templates
from studio.protocol.written import read
from studio.ui.present.composing import (
    MOST_FINDINGS,
    MOST_OFFERS,
    about,
    finding_lines,
    findings,
    indented,
    offer_lines,
    offers,
    resent,
    span_of,
)
from studio.ui.present.palette import Palette

PALETTE = Palette()


def test_an_empty_text_is_offered_whole_events_and_not_blamed() -> None:
    found = offers("  ", read("  ", 0), Dialect.GA)
    assert [each.label for each in found] == [each.name for each in templates(Dialect.GA)]
    assert found[0].span == (0, 2)
    assert findings("  ", read("  "), Dialect.GA) == ()


def test_what_is_broken_is_said_with_what_is_odd_whatever_comes() -> None:
    text = '{"type": "session.update", "session": {"type": "realtime", "speed": 1, "voice": '
    found = findings(text, read(text), Dialect.GA)
    assert [each.fault for each in found] == ["no event"]
    text = '{"type": "conversation.item.delete", "item_id": 3'
    found = findings(text, read(text), Dialect.GA)
    assert [each.fault for each in found] == ["no event", "wrong type"]


def test_findings_point_at_their_place() -> None:
    text = '{\n  "type": "conversation.item.delete",\n  "item_id": 3\n}'
    written = read(text)
    (found,) = findings(text, written, Dialect.GA)
    start, end = span_of(found, written)
    assert text[start:end] == '"item_id"'


def test_an_id_that_a_template_leaves_open_is_asked_for() -> None:
    delete = next(each for each in templates(Dialect.GA) if each.name == "conversation.item.delete")
    (found,) = findings(delete.text, read(delete.text), Dialect.GA)
    assert (found.path, found.severity) == (("item_id",), "warning")


def test_the_field_at_the_cursor_is_told_in_words() -> None:
    text = '{"type": "conversation.item.truncate", "audio_end_ms": 1200}'
    head, doc = about(read(text), text.index("end_ms"), Dialect.GA, PALETTE)
    assert head.plain == "audio_end_ms  integer"
    assert "was heard" in doc.plain
    assert about(read(text), text.index("1200") + 2, Dialect.GA, PALETTE)[0] == head
    assert about(read("[1]"), 1, Dialect.GA, PALETTE) == ()
    assert about(read('{"mood": 1}'), 3, Dialect.GA, PALETTE) == ()


def test_the_chosen_offer_is_in_sight() -> None:
    found = offers("", read("", 0), Dialect.GA)
    lines = offer_lines(found, len(found) - 1, 60, PALETTE)
    assert len(lines) == MOST_OFFERS
    assert lines[-1].plain.startswith("› ")
    assert all(line.cell_len <= 60 for line in lines)


def test_many_findings_are_counted() -> None:
    text = '{"type": "response.cancel", ' + ", ".join(f'"f{n}": 1' for n in range(9)) + "}"
    found = findings(text, read(text), Dialect.GA)
    lines = finding_lines([(1, each) for each in found], 80, PALETTE)
    assert len(lines) == MOST_FINDINGS + 1
    assert lines[-1].plain == "  and 4 more"


def test_an_event_sent_again_has_no_id_and_its_audio() -> None:
    kept = {"$audio": {"track": "input", "offset": 0, "bytes": 3}}
    frame = {"type": "input_audio_buffer.append", "event_id": "event_1", "audio": kept}
    assert json.loads(resent(frame, "AAAA")) == {"type": frame["type"], "audio": "AAAA"}
    assert json.loads(resent(frame, None))["audio"] == ""


def test_a_lone_surrogate_is_written_as_an_escape() -> None:
    assert indented({"a": "é"}) == '{\n  "a": "é"\n}'
    assert indented({"a": "\ud800"}) == '{\n  "a": "\\ud800"\n}'
