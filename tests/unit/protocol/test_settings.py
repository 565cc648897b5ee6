"""Laws of the session settings: both spellings, overlays and smallest updates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from studio.protocol import events
from studio.protocol.codec import encode_client
from studio.protocol.dialect import Dialect
from studio.protocol.settings import (
    DEFAULTS,
    SessionSettings,
    Tool,
    Transcription,
    TurnDetection,
    apply,
    changed_fields,
    smallest_update,
)
from tests.unit.protocol import oracle

RECORDINGS = Path(__file__).parents[2] / "recordings"


def stated(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
milliseconds = st.none() | st.integers(0, 5_000)
turn_taking = {"create_response": st.booleans(), "interrupt_response": st.booleans()}
server_vad = stated(
    threshold=st.floats(0, 1),
    prefix_padding_ms=milliseconds,
    silence_duration_ms=milliseconds,
    idle_timeout_ms=st.none() | st.integers(5_000, 30_000),
    **turn_taking,
).map(lambda knobs: TurnDetection(type="server_vad", **knobs))
semantic_vad = stated(
    eagerness=st.sampled_from(["low", "medium", "high", "auto"]), **turn_taking
).map(lambda knobs: TurnDetection(type="semantic_vad", **knobs))
formats = st.sampled_from(["pcm16", "pcmu", "pcma"])
session_settings = stated(
    model=words,
    instructions=words,
    output_modalities=st.sampled_from([("audio",), ("text",)]),
    voice=words,
    speed=st.floats(0.25, 1.5),
    input_format=formats,
    output_format=formats,
    turn_detection=st.none() | server_vad | semantic_vad,
    transcription=st.none()
    | stated(model=words, language=st.none() | words, prompt=words).map(
        lambda knobs: Transcription(**knobs)
    ),
    noise_reduction=st.none() | st.sampled_from(["near_field", "far_field"]),
    tools=st.lists(words.map(lambda name: Tool(name=name, parameters={})), max_size=2).map(tuple),
    tool_choice=st.sampled_from(["auto", "none", {"type": "function", "name": "f"}]),
    max_output_tokens=st.just("inf") | st.integers(1, 4_096),
    temperature=st.floats(0.6, 1.2),
    truncation=st.just("auto") | st.just({"type": "retention_ratio", "retention_ratio": 0.5}),
    tracing=st.none() | st.just("auto"),
    include=st.none() | st.just(("item.input_audio_transcription.logprobs",)),
    reasoning=st.none() | st.sampled_from(["low", "high"]),
    parallel_tool_calls=st.booleans(),
    extra=st.dictionaries(st.sampled_from(["avatar", "keep_context"]), st.booleans(), min_size=1),
).map(lambda fields: SessionSettings(**fields))
dialects = st.sampled_from(Dialect)


def known(settings: SessionSettings, dialect: Dialect) -> SessionSettings:
    return SessionSettings.from_wire(settings.to_wire(dialect), dialect)


@given(session_settings)
def test_ga_says_everything_but_temperature(settings: SessionSettings) -> None:
    said = known(settings, Dialect.GA)
    assert settings.model_fields_set - said.model_fields_set <= {"temperature"}
    assert set(changed_fields(said, settings)) <= {"temperature"}


@given(session_settings, dialects)
def test_what_a_dialect_says_it_reads_back(settings: SessionSettings, dialect: Dialect) -> None:
    once = known(settings, dialect)
    assert known(once, dialect) == once
    assert once.to_wire(dialect) == settings.to_wire(dialect)


@given(session_settings, session_settings, dialects)
def test_the_smallest_update_makes_the_new_settings_of_the_old(
    old: SessionSettings, new: SessionSettings, dialect: Dialect
) -> None:
    payload = smallest_update(old, new, dialect)
    wanted = apply(known(old, dialect), known(new, dialect))
    told = known(old, dialect)
    if payload is not None:
        told = apply(told, SessionSettings.from_wire(payload, dialect))
    assert set(changed_fields(told, wanted)) <= {"model"}


@given(session_settings, session_settings, dialects)
def test_no_update_says_what_has_not_changed(
    old: SessionSettings, new: SessionSettings, dialect: Dialect
) -> None:
    assert smallest_update(old, old, dialect) is None
    assert smallest_update(apply(old, new), new, dialect) is None
    assert smallest_update(old, SessionSettings(), dialect) is None


@given(session_settings, session_settings, dialects)
def test_full_turn_detection_reaches_the_same_settings(
    old: SessionSettings, new: SessionSettings, dialect: Dialect
) -> None:
    small = smallest_update(old, new, dialect)
    full = smallest_update(old, new, dialect, full_turn_detection=True)
    assert (small is None) == (full is None)
    if small is not None and full is not None:
        told = known(old, dialect)
        assert apply(told, SessionSettings.from_wire(small, dialect)) == apply(
            told, SessionSettings.from_wire(full, dialect)
        )


@given(session_settings, session_settings)
def test_an_overlay_states_all_that_the_change_states(
    old: SessionSettings, new: SessionSettings
) -> None:
    merged = apply(old, new)
    assert changed_fields(merged, new) == ()
    assert apply(merged, new) == merged
    assert apply(old, SessionSettings()) == old


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
flat_names = (
    *("type", "object", "model", "voice", "speed", "modalities", "output_modalities", "tools"),
    *("turn_detection", "input_audio_format", "input_audio_transcription", "tool_choice"),
    *("max_output_tokens", "temperature", "audio", "reasoning", "input_audio_noise_reduction"),
)
odd_sessions = st.dictionaries(
    st.sampled_from(flat_names) | words, json_values
) | st.fixed_dictionaries(
    {
        "audio": st.fixed_dictionaries(
            {},
            optional={
                side: st.dictionaries(
                    st.sampled_from(
                        ["format", "turn_detection", "transcription", "voice", "speed"]
                    ),
                    json_values | st.dictionaries(st.sampled_from(["type", "rate"]), json_values),
                )
                for side in ("input", "output")
            },
        )
    }
)


@given(odd_sessions, dialects)
def test_no_session_object_makes_reading_raise(payload: dict[str, Any], dialect: Dialect) -> None:
    settings = SessionSettings.from_wire(payload, dialect)
    assert isinstance(settings.to_wire(dialect), dict)


@given(session_settings)
def test_ga_updates_pass_the_openai_types(settings: SessionSettings) -> None:
    payload = smallest_update(SessionSettings(), settings, Dialect.GA)
    if payload is not None:
        assert payload["type"] == "realtime"
        oracle.check(oracle.GA_CLIENT, encode_client(events.SessionUpdate(session=payload)))


def test_beta_updates_pass_the_openai_types() -> None:
    payload = smallest_update(SessionSettings(), DEFAULTS, Dialect.BETA)
    assert payload is not None
    text = encode_client(events.SessionUpdate(session=payload), Dialect.BETA)
    oracle.check(oracle.BETA_CLIENT, text)
    assert json.loads(text)["session"] == payload


def server_vad_with(**knobs: Any) -> SessionSettings:  # noqa: ANN401 - knobs of any type
    return SessionSettings(turn_detection=TurnDetection(type="server_vad", **knobs))


@pytest.mark.parametrize(
    ("new", "ga", "beta"),
    [
        (DEFAULTS, None, None),
        (SessionSettings(model="another"), None, None),
        (SessionSettings(temperature=0.7), None, {"temperature": 0.7}),
        (SessionSettings(truncation="disabled"), {"truncation": "disabled"}, None),
        (
            SessionSettings(voice="cedar"),
            {"audio": {"output": {"voice": "cedar"}}},
            {"voice": "cedar"},
        ),
        (
            server_vad_with(silence_duration_ms=200),
            {
                "audio": {
                    "input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 200}}
                }
            },
            {"turn_detection": {"type": "server_vad", "silence_duration_ms": 200}},
        ),
        (
            server_vad_with(idle_timeout_ms=6_000),
            {
                "audio": {
                    "input": {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 6_000}}
                }
            },
            None,
        ),
        (
            SessionSettings(turn_detection=None),
            {"audio": {"input": {"turn_detection": None}}},
            {"turn_detection": None},
        ),
        (
            SessionSettings(turn_detection=TurnDetection(type="semantic_vad", eagerness="low")),
            {"audio": {"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}}}},
            {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}},
        ),
        (
            SessionSettings(transcription=Transcription(language="de")),
            {"audio": {"input": {"transcription": {"model": "whisper-1", "language": "de"}}}},
            {"input_audio_transcription": {"model": "whisper-1", "language": "de"}},
        ),
    ],
    ids=str,
)
def test_an_update_says_the_smallest_thing(
    new: SessionSettings, ga: dict[str, Any] | None, beta: dict[str, Any] | None
) -> None:
    assert smallest_update(DEFAULTS, new, Dialect.GA) == (ga and {"type": "realtime"} | ga)
    assert smallest_update(DEFAULTS, new, Dialect.BETA) == beta


def test_full_turn_detection_says_every_stated_knob() -> None:
    new = server_vad_with(silence_duration_ms=200)
    payload = smallest_update(DEFAULTS, new, Dialect.BETA, full_turn_detection=True)
    assert payload == {
        "turn_detection": {
            "type": "server_vad",
            "threshold": 0.5,
            "prefix_padding_ms": 300,
            "silence_duration_ms": 200,
            "create_response": True,
            "interrupt_response": True,
        }
    }


def test_a_transcription_session_says_only_what_it_has() -> None:
    settings = DEFAULTS.model_copy(update={"kind": "transcription"})
    payload = settings.to_wire(Dialect.GA)
    assert payload["type"] == "transcription"
    assert payload.keys() == {"type", "audio"}
    assert payload["audio"].keys() == {"input"}


def test_changed_fields_are_paths_in_the_order_of_the_fields() -> None:
    change = SessionSettings(
        turn_detection=TurnDetection(type="server_vad", threshold=0.7, silence_duration_ms=200),
        voice="cedar",
    )
    assert changed_fields(DEFAULTS, change) == (
        "voice",
        "turn_detection.threshold",
        "turn_detection.silence_duration_ms",
    )


def test_xai_mixture_of_both_spellings_is_read() -> None:
    lines = (RECORDINGS / "xai-tool-call.jsonl").read_text().splitlines()
    sessions = [json.loads(line)["event"] for line in lines]
    created, updated = (
        e["session"] for e in sessions if e["type"].startswith("session.") and "event_id" in e
    )
    greeting = SessionSettings.from_wire(created, Dialect.GA)
    assert greeting.voice == "ara"
    assert greeting.turn_detection is None
    assert "turn_detection" in greeting.model_fields_set
    settings = SessionSettings.from_wire(updated, Dialect.GA)
    assert settings.output_modalities == ("audio",)
    assert settings.input_format == "pcm16"
    assert settings.turn_detection == TurnDetection(
        type="server_vad", create_response=True, interrupt_response=True
    )
    assert settings.transcription == Transcription(model="grok-transcribe")
    assert settings.tools is not None
    assert settings.tools[0].name == "get_weather"
    assert settings.temperature is None  # it says -1, which is no temperature


def test_what_cannot_be_read_is_not_stated_and_spoils_nothing_else() -> None:
    settings = SessionSettings.from_wire(
        {
            "type": "realtime",
            "voice": "sage",
            "audio": {
                "input": {
                    "format": {"type": "audio/opus"},
                    "turn_detection": {
                        "type": "server_vad",
                        "threshold": 7,
                        "prefix_padding_ms": 40,
                    },
                },
                "output": {"speed": "fast", "format": {"type": "audio/pcm", "rate": 48_000}},
            },
        },
        Dialect.GA,
    )
    assert settings.model_fields_set == {"kind", "voice", "turn_detection"}
    assert settings.turn_detection == TurnDetection(type="server_vad", prefix_padding_ms=40)


def test_turn_detection_of_an_unknown_type_is_not_stated() -> None:
    payload = {"turn_detection": {"type": "azure_semantic_vad", "threshold": 0.3}}
    assert "turn_detection" not in SessionSettings.from_wire(payload, Dialect.BETA).model_fields_set


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"type": "server_vad", "threshold": 1.1}, "less than or equal to 1"),
        ({"type": "server_vad", "silence_duration_ms": -1}, "greater than or equal to 0"),
        ({"type": "server_vad", "idle_timeout_ms": 4_999}, "greater than or equal to 5000"),
        ({"type": "semantic_vad", "idle_timeout_ms": 6_000}, "no meaning for semantic_vad"),
        ({"type": "server_vad", "eagerness": "low"}, "no meaning for server_vad"),
    ],
)
def test_turn_detection_refuses_what_its_type_cannot_have(
    knobs: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        TurnDetection(**knobs)


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="voise"):
        SessionSettings.model_validate({"voise": "sage"})
