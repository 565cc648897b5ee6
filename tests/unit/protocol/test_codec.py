"""Laws of the codec, checked against the `openai` package's types and recorded sessions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.protocol import codec, events
from studio.protocol.dialect import Dialect
from studio.protocol.events import ClientEvent, Malformed, ServerEvent, Unknown
from studio.protocol.values import AudioSpan, ContentPart, Item, StoredAudio
from tests.unit.protocol import oracle

RECORDINGS = sorted((Path(__file__).parents[2] / "recordings").glob("*.jsonl"))
KNOWN_TO_NOBODY = {"ping", "conversation.item.input_audio_transcription.updated"}


def dialect_of(recording: Path) -> Dialect:
    return Dialect.BETA if "-beta-" in recording.name else Dialect.GA


def frames(recording: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in recording.read_text().splitlines()]


@pytest.mark.parametrize(
    ("union", "count", "dialect", "server"),
    [
        (oracle.GA_CLIENT, 11, Dialect.GA, False),
        (oracle.GA_SERVER, 46, Dialect.GA, True),
        (oracle.BETA_CLIENT, 12, Dialect.BETA, False),
        (oracle.BETA_SERVER, 34, Dialect.BETA, True),
    ],
    ids=["ga-client", "ga-server", "beta-client", "beta-server"],
)
def test_every_event_type_of_both_dialects_is_a_value(
    union: object, count: int, dialect: Dialect, server: bool
) -> None:
    decode = codec.server_event if server else codec.client_event
    family: type = ServerEvent if server else ClientEvent
    samples = oracle.samples(union)
    assert len(samples) == count
    for payload in samples:
        event = decode(payload, dialect)
        assert isinstance(event, family), event


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_recorded_frames_are_events_of_the_side_that_sent_them(recording: Path) -> None:
    dialect = dialect_of(recording)
    for frame in frames(recording):
        sent = frame["dir"] == "send"
        decode = codec.decode_client if sent else codec.decode_server
        event = decode(json.dumps(frame["event"]), dialect)
        assert not isinstance(event, Malformed), event.why
        if isinstance(event, Unknown):
            assert event.type in KNOWN_TO_NOBODY
            assert event.payload == frame["event"]
        else:
            assert isinstance(event, ClientEvent if sent else ServerEvent)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_recorded_events_survive_encoding(recording: Path) -> None:
    for frame in frames(recording):
        if frame["dir"] == "send":
            event = codec.client_event(frame["event"], dialect_of(recording))
            assert isinstance(event, ClientEvent)
            assert codec.decode_client(codec.encode_client(event)) == event
        else:
            event = codec.server_event(frame["event"], dialect_of(recording))
            if isinstance(event, ServerEvent):
                text = codec.encode_server(event)
                assert text is not None
                assert codec.decode_server(text) == event


@pytest.mark.parametrize("union", [oracle.GA_SERVER, oracle.GA_CLIENT], ids=["server", "client"])
def test_what_we_encode_as_ga_passes_the_openai_types(union: object) -> None:
    for payload in oracle.samples(union):
        if union is oracle.GA_SERVER:
            event = codec.server_event(payload)
            assert isinstance(event, ServerEvent)
            text = codec.encode_server(event)
        else:
            client_event = codec.client_event(payload)
            assert isinstance(client_event, ClientEvent)
            text = codec.encode_client(client_event)
        assert text is not None
        oracle.check(union, text)
        sent = json.loads(text)
        assert sent | payload == sent
        assert sent.keys() - payload.keys() <= {"content_index", "output_index"}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
type_names = st.sampled_from(
    [
        *events.CLIENT_EVENTS,
        *events.SERVER_EVENTS,
        "response.audio.delta",
        "transcription_session.update",
        "transcription_session.updated",
        "",
        "ping",
    ]
)
field_names = st.sampled_from(
    sorted(
        {
            name
            for event in (*events.CLIENT_EVENTS.values(), *events.SERVER_EVENTS.values())
            for name in event.model_fields
        }
        - {"type"}
    )
)
odd_events = st.builds(
    lambda name, fields: {"type": name} | fields,
    type_names,
    st.dictionaries(field_names, json_values, max_size=8),
)
body_keys = st.sampled_from(
    [
        *("type", "role", "content", "output", "input", "voice", "audio", "modalities", "tools"),
        *("tool_choice", "turn_detection", "input_audio_format", "usage", "status_details"),
        *("object", "output_modalities"),
    ]
)
nested_oddities = st.builds(
    lambda name, key, body: {"type": name, key: body, "item_id": "i", "response_id": "r"},
    type_names,
    st.sampled_from(["item", "session", "response", "part", "usage"]),
    st.dictionaries(body_keys, json_values),
)


@given(st.text() | st.binary() | json_values.map(json.dumps))
def test_no_frame_makes_decoding_raise(frame: str | bytes) -> None:
    for dialect in Dialect:
        for decode in (codec.decode_client, codec.decode_server):
            assert isinstance(decode(frame, dialect), events.Event | Unknown | Malformed)


@settings(max_examples=400)
@given(odd_events | nested_oddities)
def test_no_event_makes_decoding_or_encoding_raise(payload: dict[str, Any]) -> None:
    before = json.dumps(payload)
    for dialect in Dialect:
        client, server = codec.client_event(payload, dialect), codec.server_event(payload, dialect)
        for into in Dialect:
            if isinstance(client, ClientEvent):
                assert json.loads(codec.encode_client(client, into))["type"]
            if isinstance(server, ServerEvent):
                text = codec.encode_server(server, into)
                assert text is None or json.loads(text)["type"]
    assert json.dumps(payload) == before


@settings(max_examples=400)
@given(odd_events | nested_oddities)
def test_decoding_what_was_encoded_gives_the_event_back(payload: dict[str, Any]) -> None:
    server, client = codec.server_event(payload), codec.client_event(payload)
    if isinstance(server, ServerEvent):
        assert codec.decode_server(codec.encode_server(server) or "") == server
    if isinstance(client, ClientEvent):
        assert codec.decode_client(codec.encode_client(client)) == client


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "null",
        "7",
        '"text"',
        "{",
        "{}",
        '{"type": null}',
        '{"type": 3}',
        '{"type": "error", "error": NaN}',
        '{"type": "input_audio_buffer.speech_started", "item_id": "i", "audio_start_ms": 1e999}',
        '{"type": "input_audio_buffer.speech_started", "item_id": "i", "audio_start_ms": '
        + "9" * 400
        + "}",
        '{"type": "error", "error": {"message": "\\ud800"}}',
        '{"type": "error", "error": {"message": "\ud800"}}',
        b'{"type": "error", "error": {"message": "\xff"}}',
        "9" * 100_000,
        '{"type": "error", "a":' + "[" * 100_000,
        '{"a":' * 100_000,
        b"\x00\x01",
        b"\xef\xbb\xbf{}",
    ],
    ids=range(20),
)
def test_a_frame_that_is_no_event_is_malformed_and_says_why(frame: str | bytes) -> None:
    event = codec.decode_server(frame)
    assert isinstance(event, Malformed)
    assert 0 < len(event.why) < 200


def test_a_malformed_event_keeps_its_type_and_payload_and_names_the_field() -> None:
    payload = {"type": "input_audio_buffer.speech_started", "item_id": "item_1"}
    event = codec.server_event(payload)
    assert isinstance(event, Malformed)
    assert event.type == payload["type"]
    assert event.payload == payload
    assert event.why.startswith("audio_start_ms: ")


def test_why_a_frame_is_malformed_does_not_repeat_its_values() -> None:
    event = codec.server_event({"type": "error", "error": {"message": ["sk-secret"]}})
    assert isinstance(event, Malformed)
    assert "secret" not in event.why


def test_a_type_of_the_other_side_is_unknown() -> None:
    assert isinstance(codec.decode_server('{"type": "response.cancel"}'), Unknown)
    assert isinstance(codec.decode_client('{"type": "input_audio_buffer.cleared"}'), Unknown)


def test_a_beta_name_in_a_ga_session_is_unknown() -> None:
    assert isinstance(codec.server_event({"type": "response.audio.delta"}), Unknown)


def test_unknown_fields_are_kept() -> None:
    text = '{"type":"input_audio_buffer.cleared","event_id":"e","latency":{"ms":[3]}}'
    event = codec.decode_server(text)
    assert isinstance(event, events.InputAudioBufferCleared)
    assert event.model_extra == {"latency": {"ms": [3]}}
    assert json.loads(codec.encode_server(event) or "") == json.loads(text)


def test_fields_are_sent_when_they_were_set_and_when_the_wire_requires_them() -> None:
    created = events.ConversationItemAdded(item=Item(id="item_1"), previous_item_id=None)
    assert json.loads(codec.encode_server(created) or "") == {
        "type": "conversation.item.added",
        "item": {"id": "item_1", "type": "message"},
        "previous_item_id": None,
    }
    delta = events.ResponseOutputTextDelta(delta="Hi", item_id="item_1", response_id="resp_1")
    assert json.loads(codec.encode_server(delta) or "") == {
        "type": "response.output_text.delta",
        "delta": "Hi",
        "item_id": "item_1",
        "response_id": "resp_1",
        "content_index": 0,
        "output_index": 0,
    }
    assert codec.encode_client(events.ResponseCancel()) == '{"type":"response.cancel"}'


def test_stored_audio_stands_for_base64_both_ways() -> None:
    payload = {
        "type": "input_audio_buffer.append",
        "audio": {"$audio": {"track": "input", "offset": 96_000, "bytes": 4_800}},
    }
    event = codec.client_event(payload)
    assert isinstance(event, events.InputAudioBufferAppend)
    assert event.audio == StoredAudio(span=AudioSpan(track="input", offset=96_000, bytes=4_800))
    assert json.loads(codec.encode_client(event)) == payload


def test_text_that_utf8_cannot_hold_is_sent_as_escapes() -> None:
    part = ContentPart(type="input_text", text="half a pair: \ud83d")
    text = codec.encode_client(events.ConversationItemCreate(item=Item(content=(part,))))
    assert json.loads(text.encode())["item"]["content"][0]["text"] == part.text


def test_look_alike_services_short_content_types_are_read_as_ga() -> None:
    event = codec.server_event(
        {
            "type": "conversation.item.done",
            "item": {"role": "assistant", "content": [{"type": "audio", "transcript": "Hi"}]},
        }
    )
    assert isinstance(event, events.ConversationItemDone)
    assert event.item.content == (ContentPart(type="output_audio", transcript="Hi"),)


def test_part_events_keep_the_short_types_that_both_dialects_use() -> None:
    payload = {
        "type": "response.content_part.added",
        "item_id": "i",
        "response_id": "r",
        "part": {"type": "audio", "transcript": ""},
    }
    for dialect in Dialect:
        event = codec.server_event(payload, dialect)
        assert isinstance(event, events.ResponseContentPartAdded)
        assert event.part is not None
        assert event.part.type == "audio"


def test_fractions_of_milliseconds_are_rounded_and_missing_token_counts_are_zero() -> None:
    started = codec.server_event(
        {"type": "input_audio_buffer.speech_started", "item_id": "i", "audio_start_ms": 1455.6}
    )
    assert isinstance(started, events.InputAudioBufferSpeechStarted)
    assert started.audio_start_ms == 1456
    done = codec.server_event(
        {
            "type": "response.done",
            "response": {
                "output": None,
                "status_details": "unimplemented",
                "usage": {"input_tokens": None},
            },
        }
    )
    assert isinstance(done, events.ResponseDone)
    assert done.response.usage is not None
    assert done.response.usage.input_tokens == 0
    assert done.response.output == ()
    assert done.response.status_details is None
