"""Settings by path and text, as `--set path=value` and the editor use them."""

from __future__ import annotations

import pytest

from studio.core.errors import StudioError
from studio.protocol.knobs import KNOBS
from studio.protocol.settings import (
    DEFAULTS,
    SessionSettings,
    Tool,
    Transcription,
    TurnDetection,
    get_path,
    with_path,
)

SEMANTIC = with_path(DEFAULTS, "turn_detection", "semantic_vad")
MANUAL = with_path(DEFAULTS, "turn_detection", "off")


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("turn_detection.silence_duration_ms", "200", 200),
        ("turn_detection.threshold", "0.65", 0.65),
        ("turn_detection.idle_timeout_ms", "6000", 6_000),
        ("turn_detection.idle_timeout_ms", "off", None),
        ("turn_detection.create_response", "off", False),
        ("turn_detection.interrupt_response", "true", True),
        ("turn_detection", "off", None),
        ("turn_detection.type", "none", None),
        ("transcription", "off", None),
        ("transcription.model", "off", None),
        ("transcription", "gpt-transcribe", Transcription(model="gpt-transcribe")),
        ("transcription.language", "de", "de"),
        ("noise_reduction", "near_field", "near_field"),
        ("noise_reduction", "null", None),
        ("output_modalities", "text", ("text",)),
        ("output_modalities", "audio, text", ("audio", "text")),
        ("output_format", "pcmu", "pcmu"),
        ("voice", "off", "off"),
        ("instructions", "none", "none"),
        ("instructions", "", ""),
        ("speed", "1.25", 1.25),
        ("max_output_tokens", "inf", "inf"),
        ("max_output_tokens", "300", 300),
        ("tool_choice", "none", "none"),
        ("tools", '[{"name": "f"}]', (Tool(name="f"),)),
        ("truncation", "disabled", "disabled"),
        ("truncation", '{"type": "retention_ratio"}', {"type": "retention_ratio"}),
        ("parallel_tool_calls", "false", False),
        ("reasoning", "low", "low"),
        ("include", "off", None),
        ("extra.avatar", '{"on": true}', {"on": True}),
        ("extra.session_name", "demo", "demo"),
    ],
)
def test_text_is_read_by_what_the_path_accepts(path: str, text: str, value: object) -> None:
    assert get_path(with_path(DEFAULTS, path, text), path) == value


def test_a_value_that_is_no_text_is_taken_as_it_is() -> None:
    path = "turn_detection.silence_duration_ms"
    assert get_path(with_path(DEFAULTS, path, 240), path) == 240


def test_an_edit_states_one_field_and_leaves_the_rest() -> None:
    edited = with_path(SessionSettings(), "voice", "cedar")
    assert edited.model_fields_set == {"voice"}
    assert with_path(DEFAULTS, "voice", "marin") == DEFAULTS


def test_another_type_of_turn_detection_brings_its_own_knobs_and_keeps_the_shared() -> None:
    quiet = with_path(DEFAULTS, "turn_detection.create_response", "false")
    assert with_path(quiet, "turn_detection.type", "semantic_vad").turn_detection == TurnDetection(
        type="semantic_vad", eagerness="auto", create_response=False, interrupt_response=True
    )
    back = with_path(SEMANTIC, "turn_detection.type", "server_vad")
    assert back.turn_detection == DEFAULTS.turn_detection


def test_what_is_off_can_be_turned_on() -> None:
    assert with_path(MANUAL, "turn_detection", "on") == DEFAULTS
    assert get_path(MANUAL, "turn_detection.threshold") is None
    assert with_path(MANUAL, "turn_detection.threshold", "0.3").turn_detection == TurnDetection(
        type="server_vad", threshold=0.3
    )
    assert with_path(MANUAL, "turn_detection.eagerness", "low").turn_detection == TurnDetection(
        type="semantic_vad", eagerness="low"
    )
    silent = with_path(DEFAULTS, "transcription", "off")
    assert with_path(silent, "transcription", "on") == DEFAULTS


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("turn_detection.threshold", "2", "It takes a number from 0 to 1."),
        ("turn_detection.silence_duration_ms", "-1", "It takes whole milliseconds, 0 or more."),
        ("turn_detection.silence_duration_ms", "soon", "It takes whole milliseconds, 0 or more."),
        ("turn_detection.silence_duration_ms", "off", "It takes whole milliseconds"),
        ("turn_detection.idle_timeout_ms", "50", "from 5000 to 30000, or off"),
        ("turn_detection.eagerness", "low", "eagerness has no meaning for server_vad"),
        ("turn_detection", "magic", "It takes server_vad or semantic_vad, or off."),
        ("output_modalities", "video", "It takes audio or text."),
        ("output_format", "mp3", "It takes pcm16, pcmu or pcma."),
        ("speed", "1.6", "It takes a number from 0.25 to 1.5."),
        ("max_output_tokens", "0", "1 or more, or inf"),
        ("instructions", "caf\udce9", "not valid text"),
    ],
)
def test_a_refused_value_says_what_is_accepted(path: str, text: str, words: str) -> None:
    with pytest.raises(StudioError) as refused:
        with_path(DEFAULTS, path, text)
    assert words in refused.value.in_words()
    assert path in refused.value.message


@pytest.mark.parametrize(
    ("path", "guess"),
    [
        ("turn_detection.silence_duration", "turn_detection.silence_duration_ms"),
        ("silence_duration_ms", "turn_detection.silence_duration_ms"),
        ("silence_ms", "turn_detection.silence_duration_ms"),
        ("treshold", "turn_detection.threshold"),
        ("voise", "voice"),
        ("to_wire", None),
        ("extra", None),
        ("", None),
    ],
)
def test_an_unknown_path_gets_the_nearest_or_all(path: str, guess: str | None) -> None:
    with pytest.raises(StudioError) as unread:
        get_path(DEFAULTS, path)
    with pytest.raises(StudioError) as unset:
        with_path(DEFAULTS, path, "1")
    assert unread.value.in_words() == unset.value.in_words()
    hint = unset.value.hint
    assert hint == f"Did you mean {guess}?" if guess else hint.startswith("Settings: kind, model")


def test_every_field_has_a_knob_and_every_bound_is_the_models() -> None:
    fields = set(SessionSettings.model_fields) - {"extra"}
    nested = {f"turn_detection.{name}" for name in TurnDetection.model_fields} | {
        f"transcription.{name}" for name in Transcription.model_fields
    }
    assert set(KNOBS) == fields | nested
    for path, knob in KNOBS.items():
        for bound, beyond in ((knob.low, -0.01), (knob.high, 0.01)):
            if bound is None:
                continue
            whole = int(bound) if float(bound).is_integer() else bound
            assert get_path(with_path(DEFAULTS, path, whole), path) == bound
            with pytest.raises(StudioError):
                with_path(DEFAULTS, path, bound + beyond)
        settings = SEMANTIC if path.endswith("eagerness") else DEFAULTS
        for choice in knob.choices:
            assert get_path(with_path(settings, path, choice), path) is not None
