"""An event's payload as JSON values, and what of it is a sound or a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.protocol.catalog import Path
    from studio.session.envelope import Envelope

_AUDIO_KEYS = {"audio", "delta"}
_SHORTEST_BASE64 = 400
_MOST_SEARCHED = 5_000


def payload_of(envelope: Envelope) -> Any:  # noqa: ANN401 JSON of any shape
    """The event as JSON values: as it crossed the wire, or as this machine wrote it down.

    A frame that is no JSON, or nests deeper than can be read, comes back as its text.
    """
    if envelope.raw:
        try:
            return json.loads(envelope.raw)
        except (ValueError, RecursionError):
            return envelope.raw
    named = {"type": envelope.event.type}
    return named | envelope.event.model_dump(mode="json", exclude_unset=True)


def audio_bytes(key: str | int | None, value: object) -> int | None:
    """How many audio bytes stand here; None where it is no audio."""
    if isinstance(value, Mapping) and isinstance(stored := value.get("$audio"), Mapping):
        count = stored.get("bytes", 0)
        return count if isinstance(count, int) else 0
    if isinstance(value, str) and len(value) >= _SHORTEST_BASE64 and " " not in value:
        return len(value) * 3 // 4 - value[-2:].count("=") if key in _AUDIO_KEYS else None
    return None


def audio_place(payload: object) -> Path | None:
    """Where an event's audio stands; None where it has none."""
    return _first(payload, lambda key, value: audio_bytes(key, value) is not None)


def picture_place(payload: object) -> Path | None:
    """Where an event's first picture stands, a data URL; None where it has none."""
    return _first(
        payload, lambda _key, value: isinstance(value, str) and value.startswith("data:image/")
    )


def value_at(payload: Any, path: Path) -> Any:  # noqa: ANN401 JSON of any shape
    """What stands at a path that is there."""
    for step in path:
        payload = payload[step]
    return payload


def _first(payload: object, is_it: Any) -> Path | None:  # noqa: ANN401 a test of (key, value)
    """The first place that passes a test, breadth first, within the first few thousand values."""
    level: list[tuple[Path, object]] = [((), payload)]
    looked = 0
    while level and looked < _MOST_SEARCHED:
        below: list[tuple[Path, object]] = []
        for path, value in level:
            pairs: Any = ()
            if isinstance(value, Mapping):
                pairs = value.items()
            elif isinstance(value, list):
                pairs = enumerate(value[:_MOST_SEARCHED])
            for key, inner in pairs:
                looked += 1
                if is_it(key, inner):
                    return (*path, key)
                if isinstance(inner, Mapping | list):
                    below.append(((*path, key), inner))
        level = below
    return None
