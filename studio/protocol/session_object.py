"""The wire's `session` object and the settings' fields: the places of each, and both directions.

Works on mappings from field name to value; `protocol.settings` puts the types around them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.protocol import beta
from studio.protocol.dialect import Dialect
from studio.protocol.knobs import TurnDetection
from studio.protocol.values import Value

_PATHS: Mapping[str, tuple[str, ...]] = {
    "model": ("model",),
    "instructions": ("instructions",),
    "output_modalities": ("output_modalities",),
    "voice": ("audio", "output", "voice"),
    "speed": ("audio", "output", "speed"),
    "input_format": ("audio", "input", "format"),
    "output_format": ("audio", "output", "format"),
    "turn_detection": ("audio", "input", "turn_detection"),
    "transcription": ("audio", "input", "transcription"),
    "noise_reduction": ("audio", "input", "noise_reduction"),
    "tools": ("tools",),
    "tool_choice": ("tool_choice",),
    "max_output_tokens": ("max_output_tokens",),
    "temperature": ("temperature",),
    "truncation": ("truncation",),
    "tracing": ("tracing",),
    "prompt": ("prompt",),
    "include": ("include",),
    "reasoning": ("reasoning",),
    "parallel_tool_calls": ("parallel_tool_calls",),
}
_TRANSCRIPTION_FIELDS = frozenset(
    {"input_format", "turn_detection", "transcription", "noise_reduction", "include", "extra"}
)
_FORMAT_TYPES = {"pcm16": "audio/pcm", "pcmu": "audio/pcmu", "pcma": "audio/pcma"}
_FORMAT_NAMES = {
    "audio/pcm": "pcm16",
    "audio/pcmu": "pcmu",
    "audio/pcma": "pcma",
    "audio/g711-ulaw": "pcmu",
    "audio/g711-alaw": "pcma",
}
_PCM_RATE_HZ = 24_000
_WRAPPERS = {"noise_reduction": "type", "reasoning": "effort"}
_NOT_SETTINGS = frozenset({"type", "object", "id", "expires_at", "client_secret", "audio"}) | {
    path[0] for path in _PATHS.values()
}


def render(fields: Mapping[str, Any], kind: str, dialect: Dialect) -> dict[str, Any]:
    """The `session` object that states these fields, without what `dialect` does not know."""
    session: dict[str, Any] = {"type": kind}
    for name, value in fields.items():
        if kind == "transcription" and name not in _TRANSCRIPTION_FIELDS:
            continue
        if name == "extra":
            session |= value
        elif name in _PATHS and not (name == "temperature" and dialect is Dialect.GA):
            session = beta.with_value(session, _PATHS[name], _to_wire(name, value))
    return beta.session_to_beta(session) if dialect is Dialect.BETA else session


def read(session: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """The fields that a `session` object states, unchecked, from either spelling or a mixture."""
    nested = beta.session_to_ga(dict(session), flat_wins=dialect is Dialect.BETA)
    fields: dict[str, Any] = {"kind": nested["type"]}
    for name, path in _PATHS.items():
        place = nested if len(path) == 1 else beta.value_at(nested, path[:-1])
        if isinstance(place, dict) and path[-1] in place:
            fields[name] = _from_wire(name, place[path[-1]])
    extra = {key: value for key, value in nested.items() if key not in _NOT_SETTINGS}
    return fields | {"extra": extra} if extra else fields


def _to_wire(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if value is None:
        return None
    if name in _WRAPPERS:
        return {_WRAPPERS[name]: value}
    if name in ("input_format", "output_format"):
        rate = {"rate": _PCM_RATE_HZ} if value == "pcm16" else {}
        return {"type": _FORMAT_TYPES[value]} | rate
    if isinstance(value, Value):
        return _stated(value)
    if isinstance(value, tuple):
        return [_to_wire("", each) for each in value]
    return value


def _stated(value: Value) -> dict[str, Any]:
    """The stated knobs of a nested value, and its type, which the wire always wants."""
    foreign = value.foreign_knobs if isinstance(value, TurnDetection) else ()
    always = {"type"} & type(value).model_fields.keys()
    return value.model_dump(include={*value.model_fields_set, *always} - {*foreign})


def _from_wire(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if name in _WRAPPERS and isinstance(value, dict):
        return value.get(_WRAPPERS[name])
    if name in ("input_format", "output_format"):
        return _format_name(value)
    if name == "turn_detection" and isinstance(value, dict) and value.get("type", "") is None:
        return None
    if name == "tools" and isinstance(value, list):
        return [_flat_tool(tool) for tool in value]
    return value


def _format_name(value: object) -> object:
    """Our name for a format; the value itself, which no field accepts, where there is none."""
    if not isinstance(value, dict):
        return value
    name = _FORMAT_NAMES.get(str(value.get("type")).lower(), value)
    return value if name == "pcm16" and value.get("rate", _PCM_RATE_HZ) != _PCM_RATE_HZ else name


def _flat_tool(tool: object) -> object:
    """Some services echo a function the way chat completions write it, one level down."""
    if isinstance(tool, dict) and isinstance(tool.get("function"), dict):
        return {"type": tool.get("type", "function")} | tool["function"]
    return tool
