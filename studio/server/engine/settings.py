"""The settings of one session: GA's nested object, checked, merged and read.

Kept as the wire's own object, because it is echoed whole after each update; the engine reads it
through the properties.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from studio.audio.formats import AudioFormat
from studio.protocol.dialect import Dialect
from studio.server.engine.errors import (
    cannot_update_voice,
    missing_parameter,
    unsupported_value,
)
from studio.server.engine.rules import checked, response_table, session_table
from studio.server.replies.context import Tool

Json = dict[str, Any]

DEFAULT_INSTRUCTIONS = (
    "You are a helpful, friendly voice. Answer briefly and in plain words, as people speak."
)

_FORMATS = {
    "audio/pcm": AudioFormat.PCM16,
    "audio/pcmu": AudioFormat.PCMU,
    "audio/pcma": AudioFormat.PCMA,
}
_SERVER_VAD: Json = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
    "idle_timeout_ms": None,
    "create_response": True,
    "interrupt_response": True,
}
_SEMANTIC_VAD: Json = {
    "type": "semantic_vad",
    "eagerness": "auto",
    "create_response": True,
    "interrupt_response": True,
}
_TRANSCRIPTION: Json = {"model": "whisper-1", "language": None, "prompt": None}
_PCM: Json = {"type": "audio/pcm", "rate": 24000}


def _new_input() -> Json:
    return {
        "format": dict(_PCM),
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": dict(_SERVER_VAD),
    }


def realtime_defaults(model: str, dialect: Dialect) -> Json:
    """The settings a conversation begins with."""
    settings: Json = {
        "type": "realtime",
        "object": "realtime.session",
        "model": model,
        "output_modalities": ["audio"],
        "instructions": DEFAULT_INSTRUCTIONS,
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "audio": {
            "input": _new_input(),
            "output": {"format": dict(_PCM), "voice": "marin", "speed": 1.0},
        },
        "include": None,
    }
    if dialect is Dialect.BETA:
        settings["temperature"] = 0.8
        settings["audio"]["output"]["voice"] = "alloy"
    return settings


def transcription_defaults() -> Json:
    """The settings a transcription session begins with."""
    return {
        "type": "transcription",
        "object": "realtime.transcription_session",
        "audio": {"input": _new_input() | {"transcription": dict(_TRANSCRIPTION)}},
        "include": None,
    }


@dataclass(frozen=True, slots=True)
class SessionValues:
    """One state of a session's settings; an update makes another."""

    wire: Json
    dialect: Dialect

    def updated(self, change: Json, *, voice_locked: bool) -> SessionValues:
        """These settings with the named fields changed, deep and partial.

        Raises:
            Refused: a field is unknown, impossible, or can no longer change; nothing is changed.
        """
        kind = self.wire["type"]
        if "type" not in change:
            raise missing_parameter("session.type")
        if change["type"] != kind:
            raise unsupported_value("session.type", change["type"], (kind,))
        checked(change, session_table(kind, self.dialect), "session")
        merged = _merged(self.wire, {k: v for k, v in change.items() if k != "model"})
        after = SessionValues(merged, self.dialect)
        if voice_locked and after.voice != self.voice:
            raise cannot_update_voice()
        return after

    @property
    def is_transcription(self) -> bool:
        """Whether this session only transcribes and never answers."""
        return bool(self.wire["type"] == "transcription")

    @property
    def turn_detection(self) -> Json | None:
        """The VAD's settings with every field filled; None where the client decides."""
        found: Json | None = self.wire["audio"]["input"]["turn_detection"]
        return found

    @property
    def transcribes(self) -> bool:
        """Whether the client wants to see the user's words."""
        return self.wire["audio"]["input"]["transcription"] is not None

    @property
    def input_format(self) -> AudioFormat:
        """How the user's audio is encoded."""
        return _FORMATS[self.wire["audio"]["input"]["format"]["type"]]

    @property
    def voice(self) -> str:
        """Who speaks."""
        return str(self._output.get("voice", ""))

    @property
    def _output(self) -> Json:
        found: Json = self.wire["audio"].get("output", {})
        return found

    def for_response(self, params: Json) -> ResponseSettings:
        """What one response goes by: these settings, overridden by `response.create`.

        Raises:
            Refused: a field is unknown or impossible.
        """
        checked(params, response_table(self.dialect), "response")
        wire = _merged(self.wire, params)
        output = wire["audio"]["output"]
        limit = wire["max_output_tokens"]
        return ResponseSettings(
            spoken=wire["output_modalities"] == ["audio"],
            voice=output["voice"],
            speed=float(output["speed"]),
            audio_format=_FORMATS[output["format"]["type"]],
            format_wire=output["format"],
            max_output_tokens=None if limit == "inf" else limit,
            instructions=wire["instructions"],
            tools=tuple(_tool(tool) for tool in wire["tools"]),
            tool_choice=_choice(wire["tool_choice"]),
            metadata=params.get("metadata"),
            in_conversation=params.get("conversation", "auto") == "auto",
            temperature=wire.get("temperature"),
        )


@dataclass(frozen=True, slots=True)
class ResponseSettings:
    """The settings of one response."""

    spoken: bool
    voice: str
    speed: float
    audio_format: AudioFormat
    format_wire: Json
    max_output_tokens: int | None
    instructions: str
    tools: tuple[Tool, ...]
    tool_choice: str
    metadata: Json | None
    in_conversation: bool
    temperature: float | None


def _tool(wire: Json) -> Tool:
    return Tool(wire["name"], wire.get("description") or "", wire.get("parameters") or {})


def _choice(wire: str | Json) -> str:
    return wire if isinstance(wire, str) else str(wire["name"])


def _merged(wire: Json, change: Json) -> Json:
    merged = copy.deepcopy(wire)
    audio = change.get("audio", {})
    for side, given in audio.items():
        merged["audio"][side] |= _filled(merged["audio"][side], given)
    return merged | {key: value for key, value in change.items() if key != "audio"}


def _filled(current: Json, given: Json) -> Json:
    """The given fields of one audio side, objects completed from what stands or from defaults."""
    filled = dict(given)
    if "format" in given:
        filled["format"] = dict(_PCM) if given["format"]["type"] == "audio/pcm" else given["format"]
    if given.get("turn_detection") is not None:
        filled["turn_detection"] = _detection(current["turn_detection"], given["turn_detection"])
    if given.get("transcription") is not None:
        filled["transcription"] = (
            _TRANSCRIPTION | (current["transcription"] or {}) | given["transcription"]
        )
    return filled


def _detection(current: Json | None, given: Json) -> Json:
    kind = given.get("type") or (current or _SERVER_VAD)["type"]
    if current is not None and current["type"] == kind:
        return current | given
    return (_SEMANTIC_VAD if kind == "semantic_vad" else _SERVER_VAD) | given
