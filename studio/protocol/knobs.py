"""What can be set in a session: the nested values, and what each dotted path accepts in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, model_validator

from studio.protocol.values import Integer, Value

AudioFormatName = Literal["pcm16", "pcmu", "pcma"]
VadType = Literal["server_vad", "semantic_vad"]
Eagerness = Literal["low", "medium", "high", "auto"]
Modality = Literal["audio", "text"]
SessionKind = Literal["realtime", "transcription"]
NoiseReduction = Literal["near_field", "far_field"]
ReasoningEffort = Literal["minimal", "low", "medium", "high", "xhigh"]

_FOREIGN_KNOBS: Mapping[VadType, tuple[str, ...]] = {
    "server_vad": ("eagerness",),
    "semantic_vad": (
        "threshold",
        "prefix_padding_ms",
        "silence_duration_ms",
        "idle_timeout_ms",
    ),
}


class TurnDetection(Value):
    """How the server decides where the user's turn begins and ends; each type has its own knobs."""

    type: VadType = "server_vad"
    threshold: float | None = Field(default=None, ge=0, le=1)
    prefix_padding_ms: Integer | None = Field(default=None, ge=0)
    silence_duration_ms: Integer | None = Field(default=None, ge=0)
    idle_timeout_ms: Integer | None = Field(default=None, ge=5_000, le=30_000)
    eagerness: Eagerness | None = None
    create_response: bool | None = None
    interrupt_response: bool | None = None

    @model_validator(mode="after")
    def _knobs_belong_to_type(self) -> TurnDetection:
        for name in self.foreign_knobs:
            if getattr(self, name) is not None:
                raise ValueError(f"{name} has no meaning for {self.type}")
        return self

    @property
    def foreign_knobs(self) -> tuple[str, ...]:
        """The fields that only the other type of turn detection has."""
        return _FOREIGN_KNOBS[self.type]


class Transcription(Value):
    """Recognition of the user's words, which runs beside the model."""

    model: str | None = None
    language: str | None = None
    prompt: str | None = None


DEFAULT_TURN_DETECTION = TurnDetection(
    type="server_vad",
    threshold=0.5,
    prefix_padding_ms=300,
    silence_duration_ms=500,
    idle_timeout_ms=None,
    create_response=True,
    interrupt_response=True,
)
DEFAULT_TRANSCRIPTION = Transcription(model="whisper-1")


class Tool(Value):
    """A function the model may call, or an MCP server's tools."""

    type: str = "function"
    name: str | None = None
    description: str | None = None
    parameters: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Knob:
    """What one path of the settings accepts: in words, and as bounds or choices where it has any.

    `off` says whether "off" stands for null. `low` and `high` are inclusive.
    """

    accepts: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    off: bool = False


def _one_of(*choices: str, off: bool = False) -> Knob:
    words = f"{', '.join(choices[:-1])} or {choices[-1]}"
    return Knob(f"{words}, or off" if off else words, choices, off=off)


_FORMATS = _one_of("pcm16", "pcmu", "pcma")
_YES_OR_NO = Knob("true or false", ("true", "false"))
_MILLISECONDS = Knob("whole milliseconds, 0 or more", low=0)
_JSON = Knob("a JSON object, or off", off=True)

KNOBS: Mapping[str, Knob] = {
    "kind": _one_of("realtime", "transcription"),
    "model": Knob("a model's name"),
    "instructions": Knob("text"),
    "output_modalities": _one_of("audio", "text"),
    "voice": Knob("a voice's name"),
    "speed": Knob("a number from 0.25 to 1.5", low=0.25, high=1.5),
    "input_format": _FORMATS,
    "output_format": _FORMATS,
    "turn_detection": _one_of("server_vad", "semantic_vad", off=True),
    "turn_detection.type": _one_of("server_vad", "semantic_vad", off=True),
    "turn_detection.threshold": Knob("a number from 0 to 1", low=0, high=1),
    "turn_detection.prefix_padding_ms": _MILLISECONDS,
    "turn_detection.silence_duration_ms": _MILLISECONDS,
    "turn_detection.idle_timeout_ms": Knob(
        "whole milliseconds from 5000 to 30000, or off", low=5_000, high=30_000, off=True
    ),
    "turn_detection.eagerness": _one_of("low", "medium", "high", "auto"),
    "turn_detection.create_response": _YES_OR_NO,
    "turn_detection.interrupt_response": _YES_OR_NO,
    "transcription": Knob("a transcription model's name, or off", off=True),
    "transcription.model": Knob("a transcription model's name, or off", off=True),
    "transcription.language": Knob("a language code such as en, or off", off=True),
    "transcription.prompt": Knob("text, or off", off=True),
    "noise_reduction": _one_of("near_field", "far_field", off=True),
    "tools": Knob("a JSON array of tools"),
    "tool_choice": Knob("auto, none, required or a function's name"),
    "max_output_tokens": Knob("a whole number of tokens, 1 or more, or inf", low=1),
    "temperature": Knob("a number from 0 to 2", low=0, high=2),
    "truncation": Knob("auto, disabled or a JSON object"),
    "tracing": Knob("auto, a JSON object or off", off=True),
    "prompt": _JSON,
    "include": Knob("names, separated by commas, or off", off=True),
    "reasoning": _one_of("minimal", "low", "medium", "high", "xhigh"),
    "parallel_tool_calls": _YES_OR_NO,
}
"""What every path of the settings accepts; `extra.<key>` takes any JSON or text beside these."""
