"""Laws of the engine: nothing a client sends breaks it, and all it says fits the official types."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.beta.realtime import RealtimeServerEvent as BetaServerEvent
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from studio.protocol.dialect import Dialect
from studio.protocol.events import CLIENT_EVENTS
from studio.server.engine.engine import EngineConfig
from studio.server.engine.work import Recognise, Synthesise, Think
from studio.server.replies.context import Call, TextPiece
from tests.fakes.engine_shell import Talk

OFFICIAL: dict[Dialect, TypeAdapter[Any]] = {
    Dialect.GA: TypeAdapter(RealtimeServerEvent),
    Dialect.BETA: TypeAdapter(BetaServerEvent),
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below),
    max_leaves=6,
)
item_ids = st.sampled_from(["item_1", "item_2", "item_3", "root", "nobody"])
parts = st.fixed_dictionaries(
    {"type": st.sampled_from(["input_text", "output_text", "input_audio", "input_image", "text"])},
    optional={
        "text": st.text(max_size=20),
        "audio": st.sampled_from(["", "AAAA", "?"]),
        "image_url": st.sampled_from(["data:image/png;base64,AA", "x"]),
    },
)
items = st.fixed_dictionaries(
    {"type": st.sampled_from(["message", "function_call", "function_call_output", "mcp_call"])},
    optional={
        "id": item_ids,
        "role": st.sampled_from(["user", "assistant", "system", "robot"]),
        "content": st.lists(parts, max_size=2),
        "name": st.text(max_size=5),
        "call_id": st.text(max_size=5),
        "output": st.text(max_size=5),
    },
)
sessions = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["realtime", "transcription"]),
        "output_modalities": st.sampled_from([["audio"], ["text"], ["audio", "text"]]),
        "modalities": st.sampled_from([["audio", "text"], ["text"]]),
        "instructions": st.text(max_size=10),
        "turn_detection": st.none() | st.fixed_dictionaries({"type": st.just("semantic_vad")}),
        "audio": st.fixed_dictionaries(
            {},
            optional={
                "input": st.fixed_dictionaries(
                    {},
                    optional={
                        "format": st.sampled_from([{"type": "audio/pcmu"}, {"type": "audio/pcm"}]),
                        "transcription": st.sampled_from([None, {"model": "m"}]),
                        "turn_detection": st.sampled_from(
                            [
                                None,
                                {"type": "semantic_vad", "eagerness": "high"},
                                {"type": "server_vad", "silence_duration_ms": 64},
                                {"idle_timeout_ms": 5000},
                            ]
                        ),
                    },
                ),
                "output": st.fixed_dictionaries(
                    {},
                    optional={
                        "format": st.sampled_from([{"type": "audio/pcma"}, {"type": "audio/pcm"}]),
                        "voice": st.sampled_from(["ash", "cedar", "nobody"]),
                    },
                ),
            },
        ),
        "tools": st.just([{"type": "function", "name": "look"}]),
    },
)
loud = base64.b64encode(np.tile(np.array([12000, -12000], "<i2"), 6000).tobytes()).decode()
quiet = base64.b64encode(bytes(48 * 700)).decode()
client_events = st.fixed_dictionaries(
    {"type": st.sampled_from([*CLIENT_EVENTS, *["input_audio_buffer.append"] * 4])},
    optional={
        "event_id": st.text(max_size=4),
        "audio": st.sampled_from([loud, loud, quiet, quiet, "x"]),
        "item": items,
        "item_id": item_ids,
        "content_index": st.integers(-1, 1),
        "audio_end_ms": st.integers(-1, 2000),
        "previous_item_id": item_ids,
        "response_id": st.sampled_from(["resp_1", "resp_2"]),
        "session": sessions,
        "response": st.fixed_dictionaries(
            {},
            optional={
                "conversation": st.sampled_from(["auto", "none"]),
                "output_modalities": st.sampled_from([["audio"], ["text"]]),
                "max_output_tokens": st.sampled_from([1, 30, "inf"]),
                "input": st.lists(items | json_values, max_size=2),
                "metadata": st.dictionaries(st.text(max_size=3), st.text(max_size=3)),
            },
        ),
    },
)
garbage = st.text(max_size=20) | json_values.map(json.dumps)
results = st.sampled_from(["recognise", "think", "call", "speak", "fail"])
steps = st.lists(
    client_events.map(json.dumps) | garbage | results.map(lambda name: ("work", name)), max_size=25
)


def perform(talk: Talk, name: str) -> None:
    """Do the oldest piece of work of this kind, where there is one."""
    match name:
        case "recognise" if talk.pending(Recognise):
            talk.recognise("Hello there.")
        case "think" if talk.pending(Think):
            talk.think([TextPiece("One sentence. "), TextPiece("Another.")])
        case "call" if talk.pending(Think):
            talk.think([TextPiece("Wait. "), Call("look", '{"at":  "it"}')])
        case "speak" if talk.pending(Synthesise):
            talk.speak(200)
        case "fail" if talk.pending(Synthesise):
            talk.engine.failed(talk.pending(Synthesise)[0].response_id, "voice_failed", "no")
            talk.read()
        case _:
            pass


@pytest.mark.parametrize("dialect", list(Dialect))
@settings(max_examples=120)
@given(steps)
def test_no_sequence_of_events_breaks_it_and_every_frame_is_valid(
    dialect: Dialect, steps: list[str | tuple[str, str]]
) -> None:
    # The official beta types know only the models of their day.
    talk = Talk(EngineConfig(model="gpt-4o-realtime-preview", dialect=dialect))
    for step in steps:
        if isinstance(step, tuple):
            perform(talk, step[1])
        else:
            talk.send_text(step)
    for text in talk.texts:
        OFFICIAL[dialect].validate_json(text)


@settings(max_examples=30)
@given(steps)
def test_the_same_inputs_give_the_same_outputs(steps: list[str | tuple[str, str]]) -> None:
    told = []
    for _ in range(2):
        talk = Talk()
        for step in steps:
            if isinstance(step, tuple):
                perform(talk, step[1])
            else:
                talk.send_text(step)
        told.append(talk.texts)
    assert told[0] == told[1]


@settings(max_examples=60)
@given(steps)
def test_every_response_that_is_created_ends_once_and_stays_ended(
    steps: list[str | tuple[str, str]],
) -> None:
    talk = Talk()
    for step in steps:
        if isinstance(step, tuple):
            perform(talk, step[1])
        else:
            talk.send_text(step)
    ended: set[str] = set()
    for frame in talk.frames:
        response_id = frame.get("response_id")
        assert response_id is None or response_id not in ended
        if frame["type"] == "response.done":
            assert frame["response"]["id"] not in ended
            ended.add(frame["response"]["id"])
