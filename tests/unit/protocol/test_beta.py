"""The beta dialect both ways: recorded frames come back, our frames pass the `openai` types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.protocol import beta, codec, events
from studio.protocol.dialect import Dialect
from studio.protocol.events import ClientEvent, ServerEvent
from studio.protocol.values import ContentPart, Item, Response
from tests.unit.protocol import oracle

RECORDINGS = sorted((Path(__file__).parents[2] / "recordings").glob("*-beta-*.jsonl"))
GA_ONLY = {"prompt", "include", "truncation", "reasoning", "parallel_tool_calls"}


def frames(direction: str) -> list[dict[str, Any]]:
    lines = [line for path in RECORDINGS for line in path.read_text().splitlines()]
    return [f["event"] for f in map(json.loads, lines) if f["dir"] == direction]


def meaning(payload: Any) -> Any:  # noqa: ANN401 - JSON
    """A payload without what makes no difference: order of modalities, and GA's own fields."""
    if isinstance(payload, dict):
        return {
            key: "audio" if key == "modalities" and "audio" in value else meaning(value)
            for key, value in payload.items()
            if key not in GA_ONLY | {"idle_timeout_ms", "object"}
        }
    return [meaning(each) for each in payload] if isinstance(payload, list) else payload


def with_item_type(payload: dict[str, Any]) -> dict[str, Any]:
    """The oracle lets an item go without a type; the wire never does."""
    return (
        payload | {"item": {"type": "message"} | payload["item"]} if "item" in payload else payload
    )


def as_beta(payload: dict[str, Any]) -> str | None:
    event = codec.server_event(payload, Dialect.BETA)
    assert isinstance(event, ServerEvent)
    return codec.encode_server(event, Dialect.BETA)


def client_as_beta(payload: dict[str, Any]) -> str:
    event = codec.client_event(payload, Dialect.BETA)
    assert isinstance(event, ClientEvent)
    return codec.encode_client(event, Dialect.BETA)


def test_recorded_server_frames_come_back_as_they_were() -> None:
    recorded = frames("recv")
    assert len(recorded) > 50
    for payload in recorded:
        text = as_beta(payload)
        if payload["type"] == "conversation.item.done":  # one service's own addition
            assert text is None
        else:
            assert text is not None
            assert meaning(json.loads(text)) == meaning(payload)


def test_recorded_client_frames_come_back_as_they_were() -> None:
    for payload in frames("send"):
        assert meaning(json.loads(client_as_beta(payload))) == meaning(payload)


def test_every_beta_server_event_comes_back_and_passes_the_openai_types() -> None:
    for payload in map(with_item_type, oracle.samples(oracle.BETA_SERVER)):
        text = as_beta(payload)
        assert text is not None
        oracle.check(oracle.BETA_SERVER, text)
        sent = json.loads(text)
        assert meaning(sent | payload) == meaning(sent)


def test_every_beta_client_event_comes_back_and_passes_the_openai_types() -> None:
    for payload in map(with_item_type, oracle.samples(oracle.BETA_CLIENT)):
        text = client_as_beta(payload)
        oracle.check(oracle.BETA_CLIENT, text)
        assert meaning(json.loads(text)) == meaning(payload)


def test_every_ga_event_becomes_a_beta_one_that_passes_or_none() -> None:
    unspoken = set()
    for payload in oracle.samples(oracle.GA_SERVER):
        event = codec.server_event(payload)
        assert isinstance(event, ServerEvent)
        text = codec.encode_server(event, Dialect.BETA)
        if text is None:
            unspoken.add(event.type)
        else:
            oracle.check(oracle.BETA_SERVER, text)
    assert unspoken == beta.NOT_IN_BETA


GA_SESSION = {
    "type": "realtime",
    "instructions": "Be brief.",
    "output_modalities": ["audio"],
    "max_output_tokens": "inf",
    "truncation": "auto",
    "tool_choice": {"type": "function", "name": "look_up"},
    "tools": [{"type": "function", "name": "look_up"}, {"type": "mcp", "server_label": "x"}],
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": 24_000},
            "transcription": {"model": "whisper-1", "keywords": ["studio"]},
            "noise_reduction": None,
            "turn_detection": {"type": "server_vad", "idle_timeout_ms": 6_000, "threshold": 0.4},
        },
        "output": {"format": {"type": "audio/pcmu"}, "voice": "sage", "speed": 1.25},
    },
}
BETA_SESSION = {
    "instructions": "Be brief.",
    "modalities": ["audio", "text"],
    "max_response_output_tokens": "inf",
    "tool_choice": "look_up",
    "tools": [{"type": "function", "name": "look_up"}],
    "input_audio_format": "pcm16",
    "output_audio_format": "g711_ulaw",
    "input_audio_transcription": {"model": "whisper-1"},
    "input_audio_noise_reduction": None,
    "turn_detection": {"type": "server_vad", "threshold": 0.4},
    "voice": "sage",
    "speed": 1.25,
}


def test_a_nested_session_becomes_flat_without_what_only_ga_knows() -> None:
    assert beta.session_to_beta(GA_SESSION) == BETA_SESSION
    text = codec.encode_client(events.SessionUpdate(session=GA_SESSION), Dialect.BETA)
    oracle.check(oracle.BETA_CLIENT, text)


def test_a_flat_session_becomes_nested_and_flat_again() -> None:
    nested = beta.session_to_ga(BETA_SESSION)
    assert nested["audio"]["output"] == GA_SESSION["audio"]["output"]  # type: ignore[index]
    assert nested["tool_choice"] == {"type": "function", "name": "look_up"}
    assert beta.session_to_beta(nested) == BETA_SESSION


def test_a_transcription_session_has_a_name_of_its_own() -> None:
    payload = {
        "type": "transcription_session.update",
        "session": {"input_audio_format": "pcm16", "turn_detection": None},
    }
    event = codec.client_event(payload, Dialect.BETA)
    assert isinstance(event, events.SessionUpdate)
    assert event.session["type"] == "transcription"
    assert event.session["audio"]["input"]["turn_detection"] is None
    assert json.loads(codec.encode_client(event, Dialect.BETA)) == payload


def test_an_added_item_is_created_in_beta_and_a_done_one_is_not_said() -> None:
    item = Item(
        id="item_1",
        role="assistant",
        status="completed",
        content=(ContentPart(type="output_audio", transcript="Hi"),),
        phase="final_answer",
    )
    added = events.ConversationItemAdded(event_id="e", item=item, previous_item_id=None)
    assert json.loads(codec.encode_server(added, Dialect.BETA) or "") == {
        "type": "conversation.item.created",
        "event_id": "e",
        "previous_item_id": None,
        "item": {
            "id": "item_1",
            "object": "realtime.item",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "audio", "transcript": "Hi"}],
        },
    }
    done = events.ConversationItemDone(item=item)
    assert codec.encode_server(done, Dialect.BETA) is None


def test_a_response_object_carries_its_settings_where_beta_has_them() -> None:
    response = Response(
        id="resp_1",
        status="completed",
        output_modalities=("audio",),
        audio={"output": {"voice": "sage", "format": {"type": "audio/pcma"}}},
    )
    text = codec.encode_server(events.ResponseDone(response=response), Dialect.BETA)
    flat = json.loads(text or "")["response"]
    assert flat == {
        "id": "resp_1",
        "status": "completed",
        "modalities": ["audio", "text"],
        "voice": "sage",
        "output_audio_format": "g711_alaw",
    }
    back = codec.server_event({"type": "response.done", "response": flat}, Dialect.BETA)
    assert isinstance(back, events.ResponseDone)
    assert back.response == response


def test_response_settings_and_their_input_are_translated() -> None:
    params = {
        "output_modalities": ["text"],
        "max_output_tokens": 20,
        "input": [
            {"type": "item_reference", "id": "item_0"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text"}]},
        ],
        "reasoning": {"effort": "low"},
    }
    text = codec.encode_client(events.ResponseCreate(response=params), Dialect.BETA)
    sent = json.loads(text)["response"]
    assert sent["modalities"] == ["text"]
    assert sent["max_response_output_tokens"] == 20
    assert "reasoning" not in sent
    assert sent["input"][0] == {"type": "item_reference", "id": "item_0"}
    assert sent["input"][1]["content"] == [{"type": "text"}]
    back = codec.client_event({"type": "response.create", "response": sent}, Dialect.BETA)
    assert isinstance(back, events.ResponseCreate)
    assert back.response is not None
    assert back.response["output_modalities"] == ["text"]
    assert back.response["max_output_tokens"] == 20
    assert back.response["input"][1]["content"] == [{"type": "output_text"}]


@pytest.mark.parametrize("named", [True, False])
def test_arguments_done_comes_with_or_without_the_name(*, named: bool) -> None:
    name = {"name": "look_up"} if named else {}
    payload = {
        "type": "response.function_call_arguments.done",
        "arguments": "{}",
        "call_id": "call_1",
        "item_id": "item_1",
        "response_id": "resp_1",
        "output_index": 0,
    } | name
    assert json.loads(as_beta(payload) or "") == payload


def test_obfuscation_is_not_sent_in_beta() -> None:
    event = codec.server_event(
        {
            "type": "response.output_text.delta",
            "delta": "Hi",
            "item_id": "i",
            "response_id": "r",
            "obfuscation": "aX3",
        }
    )
    assert isinstance(event, events.ResponseOutputTextDelta)
    sent = json.loads(codec.encode_server(event, Dialect.BETA) or "")
    assert sent["type"] == "response.text.delta"
    assert "obfuscation" not in sent
