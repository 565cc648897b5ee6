"""Client events to begin from: one at least of every type, each valid as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from studio.protocol import beta
from studio.protocol.catalog import Field, Fields, Kind, catalog, event_doc
from studio.protocol.dialect import Dialect

UNKNOWN_ID = "_…"
"""How an id ends that only the session can tell."""

_CHECKERS = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAA"
    "E0lEQVR42mN4YGDw//9/BiAGsgA8xAh7PfTxfwAAAABJRU5ErkJggg=="
)
"""Four pixels, red and white."""


@dataclass(frozen=True, slots=True)
class Template:
    """An event to begin from.

    Attributes:
        name: a few words.
        help: what it does.
        event: it, as JSON values.
    """

    name: str
    help: str
    event: Mapping[str, Any]

    @property
    def text(self) -> str:
        """It as indented JSON."""
        return json.dumps(self.event, indent=2, ensure_ascii=False)


def _session(**settings: object) -> dict[str, Any]:
    return {"type": "session.update", "session": {"type": "realtime", **settings}}


def _detection(**knobs: object) -> dict[str, Any]:
    return _session(audio={"input": {"turn_detection": knobs or None}})


def _message(role: str, *parts: Mapping[str, Any]) -> dict[str, Any]:
    item = {"type": "message", "role": role, "content": list(parts)}
    return {"type": "conversation.item.create", "item": item}


def _item(**fields: object) -> dict[str, Any]:
    return {"type": "conversation.item.create", "item": fields}


def _words(text: str, kind: str = "input_text") -> dict[str, Any]:
    return {"type": kind, "text": text}


_TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city, now.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}

_TUNED: tuple[Template, ...] = (
    Template(
        "instructions", "Say how the assistant ought to behave.",
        _session(instructions="You are brief and kind."),
    ),
    Template(
        "voice", "Choose who speaks, before anything was said.",
        _session(audio={"output": {"voice": "marin", "speed": 1.0}}),
    ),
    Template(
        "turns by silence", "Let silence end a turn (server_vad).",
        _detection(
            type="server_vad", threshold=0.5, prefix_padding_ms=300, silence_duration_ms=500,
            create_response=True, interrupt_response=True,
        ),
    ),
    Template(
        "turns by sense", "Let the end of a sentence end a turn (semantic_vad).",
        _detection(type="semantic_vad", eagerness="auto"),
    ),
    Template("turns by hand", "Commit and ask for responses by hand.", _detection()),
    Template(
        "transcription", "Have the user's words written down.",
        _session(audio={"input": {"transcription": {"model": "gpt-4o-mini-transcribe"}}}),
    ),
    Template(
        "a tool", "Give the model a function to call.", _session(tools=[_TOOL], tool_choice="auto")
    ),
    Template("user's words", "Add a user message.", _message("user", _words("Hello there."))),
    Template(
        "system's words", "Add a system message.", _message("system", _words("Answer in French."))
    ),
    Template(
        "assistant's words", "Add what the assistant is taken to have said.",
        _message("assistant", _words("It is noon.", "output_text")),
    ),
    Template(
        "a picture", "Add a user message with a picture.",
        _message(
            "user", _words("What is this?"),
            {"type": "input_image", "image_url": _CHECKERS, "detail": "auto"},
        ),
    ),
    Template(
        "a call's output", "Give the answer of a function.",
        _item(type="function_call_output", call_id="call_…", output='{"sky": "clear"}'),
    ),
    Template(
        "response with instructions", "Ask for a response, with words for it alone.",
        {"type": "response.create", "response": {"instructions": "Answer in one word."}},
    ),
    Template(
        "response on the side", "Ask for a text that leaves the conversation as it is.",
        {
            "type": "response.create",
            "response": {
                "conversation": "none",
                "output_modalities": ["text"],
                "metadata": {"topic": "summary"},
                "input": [
                    {
                        "type": "message", "role": "user",
                        "content": [_words("Name the capital of France.")],
                    }
                ],
            },
        },
    ),
    Template(
        "cut what was not heard", "Cut an assistant item's audio after so many ms.",
        {
            "type": "conversation.item.truncate", "item_id": "item_…", "content_index": 0,
            "audio_end_ms": 1200,
        },
    ),
    Template(
        "100 ms of silence", "Append silence: 16-bit PCM at 24 kHz.",
        {"type": "input_audio_buffer.append", "audio": "A" * 6400},
    ),
)  # fmt: skip
_ONLY_GA = {"a picture"}


@lru_cache(maxsize=2)
def templates(dialect: Dialect) -> tuple[Template, ...]:
    """What to begin from in a dialect: the smallest event of every type, then those by hand."""
    smallest = (
        Template(name, event_doc(name), smallest_event(name, dialect))
        for name in catalog().types("client", dialect)
    )
    return (*smallest, *_by_hand(dialect))


def _by_hand(dialect: Dialect) -> Iterator[Template]:
    for each in _TUNED:
        if dialect is Dialect.GA:
            yield each
        elif each.name not in _ONLY_GA:
            yield Template(each.name, each.help, beta.client_to_beta(dict(each.event)))


def smallest_event(wire_type: str, dialect: Dialect) -> dict[str, Any]:
    """The event with what it must have and no more; `type` stands first."""
    fields = catalog().event(wire_type, "client", dialect) or {}
    return {"type": wire_type} | _smallest(fields)


def _smallest(fields: Fields) -> dict[str, Any]:
    return {name: _stand_in(field) for name, field in fields.items() if field.required}


def _stand_in(field: Field) -> Any:  # noqa: ANN401 JSON of any shape
    if field.name.endswith("_id"):
        return field.name.removesuffix("_id") + UNKNOWN_ID
    return _first(field.kind.members[0])


def _first(kind: Kind) -> Any:  # noqa: ANN401 JSON of any shape
    if kind.name == "object":
        return _smallest(catalog().choices(kind)[0])
    if kind.values:
        return kind.values[0]
    blank: Mapping[str, Any] = {"array": [], "map": {}, "integer": 0, "number": 0, "boolean": True}
    return blank.get(kind.name, "")
