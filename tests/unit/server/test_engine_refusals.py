"""The error catalogue: what is refused, with which code and parameter, and that nothing changes."""

from __future__ import annotations

from typing import Any

import pytest

from studio.protocol.dialect import Dialect
from studio.server.engine.engine import EngineConfig
from tests.fakes.engine_shell import Talk, error_of, types

Json = dict[str, Any]


def test_an_unknown_event_is_named_with_what_would_be_known() -> None:
    error = error_of(Talk().send_text('{"event_id": "mine", "type": "scooby.dooby.doo"}'))
    assert error["type"] == "invalid_request_error"
    assert error["code"] == "invalid_value"
    assert error["param"] == "type"
    assert error["event_id"] == "mine"
    assert error["message"].startswith("Invalid value: 'scooby.dooby.doo'. Supported values are: '")


def test_an_error_about_an_event_without_id_names_none() -> None:
    error = error_of(Talk().send("input_audio_buffer.commit"))
    assert error["event_id"] is None
    assert error["code"] == "input_audio_buffer_commit_empty"
    assert error["message"].endswith("but buffer only has 0.00ms of audio.")


@pytest.mark.parametrize(
    ("text", "code", "param"),
    [
        ("{", "invalid_json", None),
        ("[]", "invalid_json", None),
        ('"\\ud800"', "invalid_json", None),
        ("{}", "missing_required_parameter", "type"),
        ('{"type": 7}', "missing_required_parameter", "type"),
        ('{"type": "conversation.item.delete"}', "missing_required_parameter", "item_id"),
        ('{"type": "session.update", "session": 3}', "invalid_value", "session"),
        ('{"type": "input_audio_buffer.append", "audio": "?"}', "invalid_value", "audio"),
        ('{"type": "output_audio_buffer.clear"}', "invalid_value", "type"),
    ],
)
def test_malformed_frames(text: str, code: str, param: str | None) -> None:
    error = error_of(Talk().send_text(text))
    assert (error["code"], error["param"]) == (code, param)


def test_binary_frames_are_refused() -> None:
    talk = Talk()
    talk.engine.receive_binary()
    assert error_of(talk.read())["code"] == "invalid_event"


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({}, "missing_required_parameter", "session.type"),
        ({"type": "transcription"}, "invalid_value", "session.type"),
        ({"type": "realtime", "color": "red"}, "unknown_parameter", "session.color"),
        ({"type": "realtime", "voice": "ash"}, "unknown_parameter", "session.voice"),
        ({"type": "realtime", "temperature": 0.8}, "unknown_parameter", "session.temperature"),
        ({"type": "realtime", "instructions": 7}, "invalid_type", "session.instructions"),
        (
            {"type": "realtime", "output_modalities": ["audio", "text"]},
            "invalid_value",
            "session.output_modalities",
        ),
        (
            {"type": "realtime", "audio": {"output": {"speed": 2}}},
            "decimal_above_max_value",
            "session.audio.output.speed",
        ),
        (
            {"type": "realtime", "audio": {"output": {"voice": "nobody"}}},
            "invalid_value",
            "session.audio.output.voice",
        ),
        (
            {
                "type": "realtime",
                "audio": {"input": {"format": {"type": "audio/pcm", "rate": 8000}}},
            },
            "invalid_value",
            "session.audio.input.format.rate",
        ),
        (
            {"type": "realtime", "audio": {"input": {"turn_detection": {"threshold": 1.5}}}},
            "decimal_above_max_value",
            "session.audio.input.turn_detection.threshold",
        ),
        (
            {"type": "realtime", "audio": {"input": {"turn_detection": {"idle_timeout_ms": 10}}}},
            "integer_below_min_value",
            "session.audio.input.turn_detection.idle_timeout_ms",
        ),
        ({"type": "realtime", "max_output_tokens": 0}, "integer_below_min_value", None),
        ({"type": "realtime", "tools": [{"type": "mcp"}]}, "invalid_value", None),
        ({"type": "realtime", "tool_choice": "maybe"}, "invalid_value", "session.tool_choice"),
    ],
)
def test_impossible_settings(session: Json, code: str, param: str | None) -> None:
    error = error_of(Talk().send("session.update", session=session))
    assert error["code"] == code
    assert param is None or error["param"] == param


def test_a_refused_update_is_discarded_whole() -> None:
    talk = Talk()
    talk.update(instructions="Be kind.", audio={"output": {"speed": 9}})
    session = talk.update()[0]["session"]
    assert session["instructions"] != "Be kind."
    assert session["audio"]["output"]["speed"] == 1.0


def test_an_update_is_deep_and_partial() -> None:
    talk = Talk()
    talk.update(audio={"input": {"turn_detection": {"threshold": 0.7}}})
    talk.update(audio={"output": {"voice": "cedar"}}, instructions="")
    session = talk.update(audio={"input": {"transcription": {"model": "m"}}})[0]["session"]
    detection = session["audio"]["input"]["turn_detection"]
    assert (detection["threshold"], detection["prefix_padding_ms"]) == (0.7, 300)
    assert session["audio"]["input"]["transcription"] == {
        "model": "m",
        "language": None,
        "prompt": None,
    }
    assert session["audio"]["output"]["voice"] == "cedar"
    assert session["instructions"] == ""


def test_another_vad_starts_from_its_own_defaults() -> None:
    talk = Talk()
    kind = {"type": "semantic_vad"}
    session = talk.update(audio={"input": {"turn_detection": kind}})[0]["session"]
    assert session["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
    }


def test_beta_knows_temperature_and_flat_names() -> None:
    talk = Talk(EngineConfig(dialect=Dialect.BETA))
    session = talk.update(temperature=0.7, voice="ash", turn_detection=None)[0]["session"]
    assert (session["temperature"], session["voice"]) == (0.7, "ash")
    assert session["turn_detection"] is None
    assert error_of(talk.update(temperature=2))["code"] == "decimal_above_max_value"


def test_the_voice_is_locked_once_it_was_heard() -> None:
    talk = Talk()
    talk.turn("Hello.", "Hi")
    error = error_of(talk.update(audio={"output": {"voice": "ash"}}, instructions="x"))
    assert error["code"] == "cannot_update_voice"
    same = talk.update(audio={"output": {"voice": "marin"}})
    assert types(same) == ["session.updated"]


def test_one_response_at_a_time() -> None:
    talk = Talk()
    talk.write("Hello")
    response_id = talk.send("response.create")[0]["response"]["id"]
    error = error_of(talk.send("response.create"))
    assert error["code"] == "conversation_already_has_active_response"
    assert response_id in error["message"]


def test_out_of_band_responses_are_bounded() -> None:
    talk = Talk()
    for _ in range(8):
        assert types(talk.send("response.create", response={"conversation": "none"}))
    error = error_of(talk.send("response.create", response={"conversation": "none"}))
    assert error["code"] == "rate_limit_exceeded"


@pytest.mark.parametrize("verb", ["retrieve", "delete", "truncate"])
def test_unknown_items(verb: str) -> None:
    fields: Json = {"item_id": "nobody"}
    if verb == "truncate":
        fields |= {"content_index": 0, "audio_end_ms": 0}
    error = error_of(Talk().send(f"conversation.item.{verb}", **fields))
    assert error["code"] == f"item_{verb}_invalid_item_id"


def test_only_assistant_audio_can_be_truncated() -> None:
    talk = Talk()
    item_id = talk.write("Hello")[0]["item"]["id"]
    fields: Json = {"item_id": item_id, "content_index": 0, "audio_end_ms": 0}
    error = error_of(talk.send("conversation.item.truncate", **fields))
    assert error["code"] is None
    assert error["message"] == "Only model output audio messages can be truncated"


def test_a_cut_behind_the_end_is_refused() -> None:
    talk = Talk()
    talk.turn("Hello.", "Hi")
    item_id = talk.frames[-2]["response"]["output"][0]["id"]
    fields: Json = {"item_id": item_id, "content_index": 0, "audio_end_ms": 101}
    error = error_of(talk.send("conversation.item.truncate", **fields))
    assert error["message"] == "Audio content of 100ms is already shorter than 101ms"


def text_item(**fields: object) -> Json:
    return {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "x"}],
        **fields,
    }


@pytest.mark.parametrize(
    ("item", "code", "param"),
    [
        (text_item(id="i" * 33), "string_above_max_length", "item.id"),
        (text_item(role="robot"), "invalid_value", "item.role"),
        (text_item(role=None), "missing_required_parameter", "item.role"),
        (text_item(type="mcp_call"), "invalid_value", "item.type"),
        (text_item(role="assistant"), "invalid_value", "item.content[0].type"),
        (
            text_item(role="assistant", content=[{"type": "output_audio"}]),
            "invalid_value",
            "item.content[0]",
        ),
        (
            text_item(content=[{"type": "input_text"}]),
            "missing_required_parameter",
            "item.content[0].text",
        ),
        (
            text_item(content=[{"type": "input_image", "image_url": "http://x"}]),
            "invalid_value",
            "item.content[0].image_url",
        ),
        ({"type": "function_call"}, "missing_required_parameter", "item.name"),
        (
            {"type": "function_call_output", "output": "x"},
            "missing_required_parameter",
            "item.call_id",
        ),
    ],
)
def test_impossible_items(item: Json, code: str, param: str) -> None:
    error = error_of(Talk().send("conversation.item.create", item=item))
    assert (error["code"], error["param"]) == (code, param)


def test_items_go_where_they_are_put() -> None:
    talk = Talk()
    first = talk.write("1")[0]["item"]["id"]
    assert talk.write("0", previous_item_id="root")[0]["previous_item_id"] is None
    assert talk.write("2", previous_item_id=first)[0]["previous_item_id"] == first
    assert error_of(talk.write("?", previous_item_id="nowhere"))["param"] == "previous_item_id"
    again = talk.send("conversation.item.create", item=text_item(id=first))
    assert error_of(again)["param"] == "item.id"


def test_a_deleted_item_is_gone() -> None:
    talk = Talk()
    item_id = talk.write("1")[0]["item"]["id"]
    frames = talk.send("conversation.item.delete", item_id=item_id)
    assert types(frames) == ["conversation.item.deleted"]
    error = error_of(talk.send("conversation.item.retrieve", item_id=item_id))
    assert error["code"] == "item_retrieve_invalid_item_id"


def test_a_buffer_that_is_never_committed_is_bounded() -> None:
    talk = Talk()
    talk.update(audio={"input": {"format": {"type": "audio/pcmu"}, "turn_detection": None}})
    ten_minutes = bytes(8 * 600_000)
    assert talk.hear(ten_minutes) == []
    assert error_of(talk.hear(bytes(8)))["param"] == "audio"
