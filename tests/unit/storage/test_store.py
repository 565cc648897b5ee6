"""The events of a session in memory."""

from __future__ import annotations

import pytest

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.session.envelope import Envelope, Origin
from studio.storage.lines import audio_of, write_line
from studio.storage.store import EventStore
from tests.builders import Script
from tests.conversations import LIBRARY


def stored(envelopes: tuple[Envelope, ...]) -> EventStore:
    store = EventStore(Dialect.GA)
    offsets = {"input": 0, "output": 0}
    for envelope in envelopes:
        audio = audio_of(envelope)
        if audio is None:
            store.append(write_line(envelope))
        else:
            store.append(write_line(envelope, audio, offsets[audio.track]))
            offsets[audio.track] += len(audio.data)
    return store


@pytest.mark.parametrize("name", ["spoken_turn", "tool_round", "hostile"])
def test_rows_tell_what_crossed_the_wire(name: str) -> None:
    envelopes = LIBRARY[name]()
    store = stored(envelopes)

    assert len(store) == len(envelopes)
    for row, envelope in zip(store.rows(0, len(store)), envelopes, strict=True):
        assert (row.seq, row.at, row.origin) == (envelope.seq, envelope.at, envelope.origin)
        audio = audio_of(envelope)
        assert row.audio_bytes == (len(audio.data) if audio is not None else 0)
        if envelope.origin is not Origin.LOCAL:
            assert row.size_bytes == len(envelope.raw.encode())


def test_rows_name_the_item_and_the_response() -> None:
    store = stored(LIBRARY["spoken_turn"]())
    by_type = {row.type: row for row in store.rows(0, len(store))}

    assert by_type["response.output_audio.delta"].item_id == "item_assistant_1"
    assert by_type["response.output_audio.delta"].response_id == "resp_1"
    assert by_type["conversation.item.added"].item_id == "item_assistant_1"
    assert by_type["response.done"].response_id == "resp_1"
    assert by_type["session.created"].item_id == ""
    assert by_type["local.connect"].origin is Origin.LOCAL


def test_events_and_frames_are_there_when_asked_for() -> None:
    envelopes = LIBRARY["tool_round"]()
    store = stored(envelopes)

    for index, envelope in enumerate(envelopes):
        again = store.envelope(index)
        assert type(again.event) is type(envelope.event)
        if audio_of(envelope) is None and envelope.origin is not Origin.LOCAL:
            assert store.raw(index) == envelope.raw
            assert again.event == envelope.event


def test_rows_beyond_the_end_are_none() -> None:
    store = stored(LIBRARY["connected"]())

    assert store.rows(len(store), len(store) + 5) == ()
    assert len(store.rows(-3, 2)) == 2


def test_a_frame_that_is_no_event_has_no_type() -> None:
    script = Script().server_raw("not json").server_raw('"$audio"').server_raw('{"type": 7}')
    store = stored(tuple(script.envelopes))

    assert [row.type for row in store.rows(0, 3)] == ["", "", ""]
    assert [row.size_bytes for row in store.rows(0, 3)] == [8, 8, 11]
    assert store.raw(0) == "not json"


def test_what_is_no_line_is_refused_and_leaves_no_trace() -> None:
    store = stored(LIBRARY["connected"]())
    length = len(store)

    with pytest.raises(StudioError):
        store.append("junk")

    assert len(store) == length
