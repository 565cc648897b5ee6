"""The beta dialect's words and their GA counterparts, as functions from payload to payload.

Payloads here are parsed JSON objects. Every function returns a fresh object or the one it was
given, never changes its argument, and lets whatever has an unexpected shape through untouched: the
event classes say what is wrong with it. Source of the pairs: the `openai` package's two sets of
types and recordings of services that still speak beta.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Payload = dict[str, Any]

SERVER_NAMES = {
    "response.text.delta": "response.output_text.delta",
    "response.text.done": "response.output_text.done",
    "response.audio.delta": "response.output_audio.delta",
    "response.audio.done": "response.output_audio.done",
    "response.audio_transcript.delta": "response.output_audio_transcript.delta",
    "response.audio_transcript.done": "response.output_audio_transcript.done",
    "transcription_session.created": "session.created",
    "transcription_session.updated": "session.updated",
}
"""GA name by beta name, where they differ, for what a server sends."""

CLIENT_NAMES = {"transcription_session.update": "session.update"}
"""GA name by beta name, where they differ, for what a client sends."""

_BETA_NAMES = {ga: beta for beta, ga in SERVER_NAMES.items() if beta.startswith("response.")} | {
    "conversation.item.added": "conversation.item.created"
}

NOT_IN_BETA = frozenset(
    {
        "conversation.item.done",
        "conversation.item.input_audio_transcription.segment",
        "input_audio_buffer.dtmf_event_received",
        "input_audio_buffer.timeout_triggered",
        "mcp_list_tools.completed",
        "mcp_list_tools.failed",
        "mcp_list_tools.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "response.mcp_call.in_progress",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
    }
)
"""GA server events that beta has no word for."""

_SESSION_PATHS = {
    "modalities": ("output_modalities",),
    "voice": ("audio", "output", "voice"),
    "speed": ("audio", "output", "speed"),
    "input_audio_format": ("audio", "input", "format"),
    "output_audio_format": ("audio", "output", "format"),
    "input_audio_transcription": ("audio", "input", "transcription"),
    "input_audio_noise_reduction": ("audio", "input", "noise_reduction"),
    "turn_detection": ("audio", "input", "turn_detection"),
    "max_response_output_tokens": ("max_output_tokens",),
}
_RESPONSE_PATHS = {
    "modalities": ("output_modalities",),
    "voice": ("audio", "output", "voice"),
    "output_audio_format": ("audio", "output", "format"),
}
_PARAMS_PATHS = _RESPONSE_PATHS | {"max_response_output_tokens": ("max_output_tokens",)}

_GA_ONLY_SETTINGS = frozenset({"truncation", "prompt", "reasoning", "parallel_tool_calls"})
_GA_ONLY_KNOBS = frozenset({"idle_timeout_ms", "languages", "keywords", "delay", "strength"})
_FORMAT_TYPES = {"pcm16": "audio/pcm", "g711_ulaw": "audio/pcmu", "g711_alaw": "audio/pcma"}
_FORMAT_NAMES = {ga: beta for beta, ga in _FORMAT_TYPES.items()}
_PCM_RATE_HZ = 24_000
_TOOL_MODES = frozenset({"auto", "none", "required"})
_ITEM_PARTS = {"text": "output_text", "audio": "output_audio"}
_BETA_ITEM_PARTS = {ga: beta for beta, ga in _ITEM_PARTS.items()}


def server_to_ga(payload: Payload) -> Payload:
    """A beta server frame in GA words."""
    return _to_ga(payload, SERVER_NAMES, _SERVER_BODIES_TO_GA)


def client_to_ga(payload: Payload) -> Payload:
    """A beta client frame in GA words."""
    return _to_ga(payload, CLIENT_NAMES, _CLIENT_BODIES_TO_GA)


def server_to_beta(payload: Payload) -> Payload | None:
    """A GA server frame in beta words; None where beta has no such event."""
    name: str = payload["type"]
    if name in NOT_IN_BETA:
        return None
    if name in ("session.created", "session.updated") and is_transcription(payload["session"]):
        name = f"transcription_{name}"
    return _to_beta(payload, _BETA_NAMES.get(name) or name, _SERVER_BODIES_TO_BETA)


def client_to_beta(payload: Payload) -> Payload:
    """A GA client frame in beta words; every client event has a counterpart."""
    name: str = payload["type"]
    if name == "session.update" and is_transcription(payload["session"]):
        name = "transcription_session.update"
    return _to_beta(payload, name, _CLIENT_BODIES_TO_BETA)


def is_transcription(session: object) -> bool:
    """Whether a session object, of either dialect, is a transcription session's."""
    return isinstance(session, Mapping) and (
        session.get("type") == "transcription"
        or session.get("object") == "realtime.transcription_session"
    )


def session_to_ga(session: Payload, *, flat_wins: bool = True) -> Payload:
    """A flat session object as a nested one; keys that beta does not know stay where they are.

    Some services answer with a mixture; `flat_wins` says which place counts when both are filled.
    """
    rest = {key: value for key, value in session.items() if key not in _SESSION_PATHS}
    nested = {"type": "transcription" if is_transcription(session) else "realtime"} | rest
    for key, path in _SESSION_PATHS.items():
        if key in session and (flat_wins or value_at(nested, path) is None):
            nested = with_value(nested, path, _value_to_ga(key, session[key]))
    return _tool_choice_to_ga(nested)


def session_to_beta(session: Payload) -> Payload:
    """A nested session object as a flat one, without what only GA knows."""
    dropped = _GA_ONLY_SETTINGS if is_transcription(session) else _GA_ONLY_SETTINGS | {"include"}
    flat = _flat(session, _SESSION_PATHS, dropped | {"type"})
    return _tools_to_beta(flat)


def response_to_ga(response: Payload) -> Payload:
    """A response object's settings in their GA places, its items in GA words."""
    return response_in_ga_words(_nested(response, _RESPONSE_PATHS))


def response_to_beta(response: Payload) -> Payload:
    """A response object's settings in their beta places, its items in beta words."""
    flat = _flat(response, _RESPONSE_PATHS, frozenset())
    return _with_items(flat, "output", item_to_beta)


def params_to_ga(params: Payload) -> Payload:
    """The settings of a `response.create` in GA words."""
    nested = _nested(params, _PARAMS_PATHS)
    return _tool_choice_to_ga(_with_items(nested, "input", item_in_ga_words))


def params_to_beta(params: Payload) -> Payload:
    """The settings of a `response.create` in beta words, without what only GA knows."""
    flat = _flat(params, _PARAMS_PATHS, _GA_ONLY_SETTINGS)
    return _tools_to_beta(_with_items(flat, "input", item_to_beta))


def response_in_ga_words(response: Payload) -> Payload:
    """A response object with its items' content in GA words."""
    return _with_items(response, "output", item_in_ga_words)


def item_in_ga_words(item: Payload) -> Payload:
    """An assistant item's short content types as `output_text` and `output_audio`."""
    return _with_part_types(item, _ITEM_PARTS)


def item_to_beta(item: Payload) -> Payload:
    """An item as beta writes it: short content types, an `object` mark, no `phase`."""
    short = _with_part_types(item, _BETA_ITEM_PARTS)
    kept = {key: value for key, value in short.items() if key != "phase"}
    return kept if kept.get("type") == "item_reference" else {"object": "realtime.item"} | kept


def _client_item_to_beta(item: Payload) -> Payload:
    """An item a client makes: the `object` mark is the server's to add."""
    marked = item_to_beta(item)
    return marked if "object" in item else {k: v for k, v in marked.items() if k != "object"}


def _with_part_types(item: Payload, names: Mapping[str, str]) -> Payload:
    content = item.get("content")
    if item.get("role") != "assistant" or not isinstance(content, list | tuple):
        return item
    if not any(isinstance(part, dict) and part.get("type") in names for part in content):
        return item
    return item | {"content": [_with_type(part, names) for part in content]}


def _with_type(part: object, names: Mapping[str, str]) -> object:
    if isinstance(part, dict) and isinstance(part.get("type"), str):
        return part | {"type": names.get(part["type"], part["type"])}
    return part


def _with_items(payload: Payload, key: str, translate: Callable[[Payload], Payload]) -> Payload:
    items = payload.get(key)
    if not items or not isinstance(items, list | tuple):
        return payload
    return payload | {key: [translate(item) if isinstance(item, dict) else item for item in items]}


def _value_to_ga(key: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if key == "modalities" and isinstance(value, list | tuple):
        return ["audio"] if "audio" in value else list(value)
    if key.endswith("_format") and isinstance(value, str):
        kind = _FORMAT_TYPES.get(value, value)
        return {"type": kind, "rate": _PCM_RATE_HZ} if kind == "audio/pcm" else {"type": kind}
    return value


def _value_to_beta(key: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if key == "modalities" and isinstance(value, list | tuple):
        return ["audio", "text"] if "audio" in value else list(value)
    if key.endswith("_format") and isinstance(value, dict):
        kind = value.get("type")
        return _FORMAT_NAMES.get(kind, kind) if isinstance(kind, str) else kind
    if isinstance(value, dict):
        return {name: knob for name, knob in value.items() if name not in _GA_ONLY_KNOBS}
    return value


def _nested(flat: Payload, paths: Mapping[str, tuple[str, ...]]) -> Payload:
    nested = {key: value for key, value in flat.items() if key not in paths}
    for key in paths.keys() & flat.keys():
        nested = with_value(nested, paths[key], _value_to_ga(key, flat[key]))
    return nested


def _flat(
    nested: Payload, paths: Mapping[str, tuple[str, ...]], dropped: frozenset[str]
) -> Payload:
    places = {path[0] for path in paths.values()}
    flat = {k: v for k, v in nested.items() if k not in places and k not in dropped}
    for key, path in paths.items():
        parent = value_at(nested, path[:-1]) if path[1:] else nested
        if isinstance(parent, dict) and path[-1] in parent:
            value = parent[path[-1]]
            if not (key == "voice" and isinstance(value, dict) and "id" in value):
                flat[key] = _value_to_beta(key, value)
    return flat


def _tool_choice_to_ga(payload: Payload) -> Payload:
    choice = payload.get("tool_choice")
    if isinstance(choice, str) and choice not in _TOOL_MODES:
        return payload | {"tool_choice": {"type": "function", "name": choice}}
    return payload


def _tools_to_beta(payload: Payload) -> Payload:
    """Named tool choice as a bare name; MCP tools and choices are GA's alone."""
    choice, tools = payload.get("tool_choice"), payload.get("tools")
    if isinstance(choice, dict):
        payload = {key: value for key, value in payload.items() if key != "tool_choice"}
        if choice.get("type") == "function":
            payload["tool_choice"] = choice.get("name")
    if isinstance(tools, list | tuple):
        known = [t for t in tools if not (isinstance(t, dict) and t.get("type") == "mcp")]
        payload = payload | {"tools": known}
    return payload


def value_at(payload: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
    """What stands at `path`; None where there is nothing."""
    for key in path:
        if not isinstance(payload, dict):
            return None
        payload = payload.get(key)
    return payload


def with_value(payload: Payload, path: tuple[str, ...], value: object) -> Payload:
    """A copy of `payload` with `value` at `path`, and objects on the way where there were none."""
    key, rest = path[0], path[1:]
    if not rest:
        return payload | {key: value}
    below = payload.get(key)
    return payload | {key: with_value(below if isinstance(below, dict) else {}, rest, value)}


_Bodies = Mapping[str, tuple[str, Callable[[Payload], Payload]]]

_ITEM_EVENTS = (
    "conversation.item.added",
    "conversation.item.created",
    "conversation.item.done",
    "conversation.item.retrieved",
    "response.output_item.added",
    "response.output_item.done",
)
_RESPONSE_EVENTS = ("response.created", "response.done")

_SERVER_BODIES_TO_GA: _Bodies = (
    dict.fromkeys(_ITEM_EVENTS, ("item", item_in_ga_words))
    | dict.fromkeys(_RESPONSE_EVENTS, ("response", response_to_ga))
    | dict.fromkeys(("session.created", "session.updated"), ("session", session_to_ga))
)
_SERVER_BODIES_TO_BETA: _Bodies = (
    dict.fromkeys(_ITEM_EVENTS, ("item", item_to_beta))
    | dict.fromkeys(_RESPONSE_EVENTS, ("response", response_to_beta))
    | dict.fromkeys(("session.created", "session.updated"), ("session", session_to_beta))
)
_CLIENT_BODIES_TO_GA: _Bodies = {
    "conversation.item.create": ("item", item_in_ga_words),
    "response.create": ("response", params_to_ga),
    "session.update": ("session", session_to_ga),
}
_CLIENT_BODIES_TO_BETA: _Bodies = {
    "conversation.item.create": ("item", _client_item_to_beta),
    "response.create": ("response", params_to_beta),
    "session.update": ("session", session_to_beta),
}
GA_BODIES: _Bodies = dict.fromkeys(
    (*_ITEM_EVENTS, "conversation.item.create"), ("item", item_in_ga_words)
) | dict.fromkeys(_RESPONSE_EVENTS, ("response", response_in_ga_words))
"""Where GA frames of look-alike services still carry beta's short content types."""


def with_body(payload: Payload, bodies: _Bodies) -> Payload:
    """The frame with its one nested object translated, where `bodies` names one for its type."""
    found = bodies.get(payload["type"])
    if found is None:
        return payload
    key, translate = found
    body = payload.get(key)
    return payload | {key: translate(body)} if isinstance(body, dict) else payload


def _to_ga(payload: Payload, names: Mapping[str, str], bodies: _Bodies) -> Payload:
    wire_name = payload["type"]
    name = names.get(wire_name)
    if name is None:
        return with_body(payload, bodies)
    payload = payload | {"type": name}
    if wire_name.startswith("transcription_session.") and isinstance(payload.get("session"), dict):
        payload["session"] = {"type": "transcription"} | payload["session"]
    return with_body(payload, bodies)


def _to_beta(payload: Payload, name: str, bodies: _Bodies) -> Payload:
    translated = with_body(payload, bodies)
    return {k: v for k, v in translated.items() if k != "obfuscation"} | {"type": name}
