"""What decoding and encoding cost for each kind of event, beside `json.loads` and the openai types.

Run with `python bench/codec.py`. Medians over rounds, in microseconds an event. `decode` and `beta`
are ours from text to value, in either dialect. Three columns are the `openai` package's: its union
of server events validated by pydantic, the one right class validated, and what its client does,
which builds the event from parsed JSON without validating it.
"""

from __future__ import annotations

import base64
import json
import statistics
import time
from collections.abc import Callable
from typing import Any, get_args

from openai._models import construct_type
from openai.types.realtime import RealtimeServerEvent
from pydantic import BaseModel, TypeAdapter

from studio.protocol.codec import decode_server, encode_server
from studio.protocol.dialect import Dialect
from studio.protocol.events import ServerEvent

ROUNDS = 30
EVENTS_A_ROUND = 300
_PLACE = {"item_id": "item_E4AmeR6T4h9LkwrfSTCJu", "response_id": "resp_E4BAsy7BWzPzysFg4Xvvk"}
_INDEX = {"output_index": 0, "content_index": 0, "event_id": "event_6UkYip0C2Yhq5gLxloq8cl"}
_ITEM = {
    "id": _PLACE["item_id"],
    "type": "message",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_audio", "transcript": "Hi Marcelo, nice to meet you."}],
}
_TOKENS = {"text_tokens": 89, "audio_tokens": 51, "image_tokens": 0}
_RESPONSE = {
    "object": "realtime.response",
    "id": _PLACE["response_id"],
    "status": "completed",
    "status_details": None,
    "output": [_ITEM],
    "conversation_id": "conv_E4BAr9usL55WmM0uYbEau",
    "output_modalities": ["audio"],
    "max_output_tokens": "inf",
    "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24_000}, "voice": "marin"}},
    "usage": {
        "total_tokens": 254,
        "input_tokens": 140,
        "output_tokens": 114,
        "input_token_details": _TOKENS | {"cached_tokens": 0, "cached_tokens_details": _TOKENS},
        "output_token_details": {"text_tokens": 54, "audio_tokens": 60},
    },
    "metadata": None,
}
FRAMES: dict[str, dict[str, Any]] = {
    "transcript delta": _PLACE
    | _INDEX
    | {
        "type": "response.output_audio_transcript.delta",
        "delta": " nice",
        "obfuscation": "a8Kd0aXp2Q",
    },
    "audio delta, 20 ms": _PLACE
    | _INDEX
    | {"type": "response.output_audio.delta", "delta": base64.b64encode(bytes(960)).decode()},
    "audio delta, 400 ms": _PLACE
    | _INDEX
    | {"type": "response.output_audio.delta", "delta": base64.b64encode(bytes(19_200)).decode()},
    "speech started": {
        "type": "input_audio_buffer.speech_started",
        "event_id": _INDEX["event_id"],
        "item_id": _PLACE["item_id"],
        "audio_start_ms": 1456,
    },
    "item done": {
        "type": "conversation.item.done",
        "event_id": _INDEX["event_id"],
        "previous_item_id": None,
        "item": _ITEM,
    },
    "response done": {
        "type": "response.done",
        "event_id": _INDEX["event_id"],
        "response": _RESPONSE,
    },
}


def median_us(call: Callable[[], object]) -> float:
    """The median cost of a call over the rounds, in microseconds."""
    costs = []
    for _ in range(ROUNDS):
        began = time.perf_counter_ns()
        for _ in range(EVENTS_A_ROUND):
            call()
        costs.append((time.perf_counter_ns() - began) / EVENTS_A_ROUND / 1000)
    return statistics.median(costs)


COLUMNS: tuple[tuple[str, int], ...] = (
    ("json.loads", 11),
    ("decode", 8),
    ("beta", 7),
    ("union", 8),
    ("class", 8),
    ("construct", 11),
    ("json.dumps", 12),
    ("encode", 8),
)
UNION: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)
CLASSES: dict[str, type[BaseModel]] = {
    get_args(event.model_fields["type"].annotation)[0]: event
    for event in get_args(get_args(RealtimeServerEvent)[0])
}


def costs_us(frame: dict[str, Any]) -> list[float]:
    """The columns' costs for one frame."""
    text = json.dumps(frame)
    event = decode_server(text)
    assert isinstance(event, ServerEvent)
    beta_text = encode_server(event, Dialect.BETA) or text
    openai_class = CLASSES[frame["type"]]
    calls: tuple[Callable[[], object], ...] = (
        lambda: json.loads(text),
        lambda: decode_server(text),
        lambda: decode_server(beta_text, Dialect.BETA),
        lambda: UNION.validate_json(text),
        lambda: openai_class.model_validate_json(text),
        lambda: construct_type(type_=RealtimeServerEvent, value=json.loads(text)),
        lambda: json.dumps(frame),
        lambda: encode_server(event),
    )
    return [median_us(call) for call in calls]


def main() -> None:
    head = "".join(f"{name:>{width}}" for name, width in COLUMNS)
    print(f"{'µs an event':22}{head}{'decode/loads':>14}")
    for name, frame in FRAMES.items():
        costs = costs_us(frame)
        row = "".join(
            f"{cost:>{width}.1f}" for cost, (_, width) in zip(costs, COLUMNS, strict=True)
        )
        print(f"{name:22}{row}{costs[1] / costs[0]:>13.1f}×")


if __name__ == "__main__":
    main()
