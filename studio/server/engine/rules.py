"""What the fields of a session and of a `response.create` may hold, as tables of checks.

A table maps a field to a check or to the table of the object below it. The vocabulary is GA's:
beta frames have been translated before they come here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from studio.protocol.dialect import Dialect
from studio.server.engine.errors import (
    invalid_type,
    invalid_value,
    missing_parameter,
    out_of_range,
    too_long,
    unknown_parameter,
    unsupported_value,
)
from studio.speech.voices import FASTEST, SLOWEST, VOICES

Check: TypeAlias = Callable[[Any, str], None]
Table: TypeAlias = Mapping[str, "Check | Table"]

EAGERNESS = ("low", "medium", "high", "auto")
VAD_TYPES = ("server_vad", "semantic_vad")
FORMAT_TYPES = ("audio/pcm", "audio/pcmu", "audio/pcma")
LARGEST_OUTPUT_TOKENS = 4096

_PCM_RATE_HZ = 24_000
_METADATA_PAIRS = 16
_METADATA_KEY_LENGTH = 64
_METADATA_VALUE_LENGTH = 512


def checked(value: object, table: Table, path: str) -> None:
    """Hold an object against its table.

    Raises:
        Refused: a field is unknown, or holds what it may not.
    """
    _object(value, path)
    assert isinstance(value, dict)
    for key, below in value.items():
        place = f"{path}.{key}"
        rule = table.get(key)
        if rule is None:
            raise unknown_parameter(place)
        if isinstance(rule, Mapping):
            checked(below, rule, place)
        else:
            rule(below, place)


def _object(value: Any, path: str) -> None:  # noqa: ANN401  # JSON
    if not isinstance(value, dict):
        raise invalid_type(path, "an object", value)


def _text(value: Any, path: str) -> None:  # noqa: ANN401
    if not isinstance(value, str):
        raise invalid_type(path, "a string", value)


def _flag(value: Any, path: str) -> None:  # noqa: ANN401
    if not isinstance(value, bool):
        raise invalid_type(path, "a boolean", value)


def _anything(value: Any, path: str) -> None:  # noqa: ANN401
    """Accepted and echoed; it changes nothing on this server."""


def _one_of(*values: str) -> Check:
    def check(value: Any, path: str) -> None:  # noqa: ANN401
        if not isinstance(value, str) or value not in values:
            raise unsupported_value(path, value, values)

    return check


def _or_null(rule: Check | Table) -> Check:
    def check(value: Any, path: str) -> None:  # noqa: ANN401
        if value is None:
            return
        if isinstance(rule, Mapping):
            checked(value, rule, path)
        else:
            rule(value, path)

    return check


def _number(least: float, most: float) -> Check:
    def check(value: Any, path: str) -> None:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid_type(path, "a number", value)
        if not least <= value <= most:
            raise out_of_range(path, value, float(least), float(most))

    return check


def _integer(least: int, most: int) -> Check:
    def check(value: Any, path: str) -> None:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid_type(path, "an integer", value)
        if not least <= value <= most:
            raise out_of_range(path, value, least, most)

    return check


def _max_output_tokens(value: Any, path: str) -> None:  # noqa: ANN401
    if value != "inf":
        _integer(1, LARGEST_OUTPUT_TOKENS)(value, path)


def _modalities(value: Any, path: str) -> None:  # noqa: ANN401
    if value not in (["audio"], ["text"]):
        raise unsupported_value(path, value, (["text"], ["audio"]))


def _voice(value: Any, path: str) -> None:  # noqa: ANN401
    if isinstance(value, dict):
        raise invalid_value(path, "This server has no custom voices.")
    if not isinstance(value, str) or value not in VOICES:
        raise unsupported_value(path, value, VOICES)


def _format(value: Any, path: str) -> None:  # noqa: ANN401
    checked(value, {"type": _one_of(*FORMAT_TYPES), "rate": _integer(1, 1_000_000)}, path)
    if "type" not in value:
        raise missing_parameter(f"{path}.type")
    rate = value.get("rate", _PCM_RATE_HZ)
    if value["type"] == "audio/pcm" and rate != _PCM_RATE_HZ:
        raise unsupported_value(f"{path}.rate", rate, (_PCM_RATE_HZ,))


_SHARED_DETECTION: Table = {
    "type": _one_of(*VAD_TYPES),
    "create_response": _flag,
    "interrupt_response": _flag,
}
SERVER_VAD: Table = {
    **_SHARED_DETECTION,
    "threshold": _number(0, 1),
    "prefix_padding_ms": _integer(0, 10_000),
    "silence_duration_ms": _integer(0, 60_000),
    "idle_timeout_ms": _or_null(_integer(5_000, 30_000)),
}
SEMANTIC_VAD: Table = {**_SHARED_DETECTION, "eagerness": _one_of(*EAGERNESS)}


def _turn_detection(value: Any, path: str) -> None:  # noqa: ANN401
    _object(value, path)
    semantic = value.get("type") == "semantic_vad"
    semantic = semantic or ("type" not in value and "eagerness" in value)
    checked(value, SEMANTIC_VAD if semantic else SERVER_VAD, path)


def _tools(value: Any, path: str) -> None:  # noqa: ANN401
    if not isinstance(value, list):
        raise invalid_type(path, "an array", value)
    for index, tool in enumerate(value):
        _tool(tool, f"{path}[{index}]")


def _tool(value: Any, path: str) -> None:  # noqa: ANN401
    _object(value, path)
    if value.get("type") != "function":
        raise unsupported_value(f"{path}.type", value.get("type"), ("function",))
    for key in ("name",):
        if key not in value:
            raise missing_parameter(f"{path}.{key}")
    table: Table = {
        "type": _text,
        "name": _text,
        "description": _or_null(_text),
        "parameters": _or_null(_object),
        "strict": _anything,
    }
    checked(value, table, path)


def _tool_choice(value: Any, path: str) -> None:  # noqa: ANN401
    if isinstance(value, str):
        _one_of("auto", "none", "required")(value, path)
        return
    checked(value, {"type": _one_of("function"), "name": _text}, path)
    if "name" not in value:
        raise missing_parameter(f"{path}.name")


def _metadata(value: Any, path: str) -> None:  # noqa: ANN401
    _object(value, path)
    if len(value) > _METADATA_PAIRS:
        raise invalid_value(path, f"At most {_METADATA_PAIRS} pairs of metadata are kept.")
    for key, text in value.items():
        if len(key) > _METADATA_KEY_LENGTH:
            raise too_long(path, _METADATA_KEY_LENGTH, len(key))
        _text(text, f"{path}.{key}")
        if len(text) > _METADATA_VALUE_LENGTH:
            raise too_long(f"{path}.{key}", _METADATA_VALUE_LENGTH, len(text))


def _list(value: Any, path: str) -> None:  # noqa: ANN401
    if not isinstance(value, list):
        raise invalid_type(path, "an array", value)


_TRANSCRIPTION: Table = {
    "model": _text,
    "language": _or_null(_text),
    "prompt": _or_null(_text),
    "languages": _anything,
    "keywords": _anything,
    "delay": _anything,
}
_INPUT: Table = {
    "format": _format,
    "transcription": _or_null(_TRANSCRIPTION),
    "noise_reduction": _or_null({"type": _one_of("near_field", "far_field")}),
    "turn_detection": _or_null(_turn_detection),
}
_SPOKEN_OUTPUT: Table = {"format": _format, "voice": _voice}
_SHARED: Table = {
    "instructions": _text,
    "output_modalities": _modalities,
    "tools": _tools,
    "tool_choice": _tool_choice,
    "max_output_tokens": _max_output_tokens,
    "prompt": _anything,
    "reasoning": _anything,
    "parallel_tool_calls": _flag,
}
_REALTIME: Table = {
    **_SHARED,
    "type": _one_of("realtime"),
    "model": _text,
    "audio": {"input": _INPUT, "output": {**_SPOKEN_OUTPUT, "speed": _number(SLOWEST, FASTEST)}},
    "include": _or_null(_list),
    "tracing": _anything,
    "truncation": _anything,
}
_TRANSCRIPTION_SESSION: Table = {
    "type": _one_of("transcription"),
    "audio": {"input": _INPUT},
    "include": _or_null(_list),
}
_RESPONSE: Table = {
    **_SHARED,
    "audio": {"output": _SPOKEN_OUTPUT},
    "conversation": _one_of("auto", "none"),
    "input": _list,
    "metadata": _or_null(_metadata),
}
_TEMPERATURE: Table = {"temperature": _number(0.6, 1.2)}


def session_table(kind: str, dialect: Dialect) -> Table:
    """The fields that a `session.update` may carry."""
    if kind == "transcription":
        return _TRANSCRIPTION_SESSION
    return {**_REALTIME, **_TEMPERATURE} if dialect is Dialect.BETA else _REALTIME


def response_table(dialect: Dialect) -> Table:
    """The fields that a `response.create` may carry."""
    return {**_RESPONSE, **_TEMPERATURE} if dialect is Dialect.BETA else _RESPONSE
