"""An event's payload as indented, coloured JSON; audio stands as its duration and size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from studio.core.text import printable
from studio.ui.present.summary import PCM16_BYTES_PER_MS, audio

if TYPE_CHECKING:
    from studio.session.envelope import Envelope
    from studio.ui.present.palette import Palette

_AUDIO_KEYS = {"audio", "delta"}
_SHORTEST_BASE64 = 400
_TAB = "  "


def payload_of(envelope: Envelope) -> Any:  # noqa: ANN401 JSON of any shape
    """The event as JSON values: as it crossed the wire, or as this machine wrote it down."""
    if envelope.raw:
        try:
            return json.loads(envelope.raw)
        except ValueError:
            return envelope.raw
    return envelope.event.model_dump(mode="json", exclude_unset=True) | {
        "type": envelope.event.type
    }


def payload_lines(
    envelope: Envelope, palette: Palette, bytes_per_ms: float = PCM16_BYTES_PER_MS
) -> list[Text]:
    """The payload, one line of JSON each, not wrapped."""
    payload = payload_of(envelope)
    if isinstance(payload, str):
        return [Text(line, palette.warning) for line in printable(payload).splitlines()]
    whole = Text(no_wrap=True, end="")
    for piece, style in _pieces(payload, "", palette, bytes_per_ms):
        whole.append(piece, style)
    return list(whole.split("\n"))


def _pieces(
    value: Any,  # noqa: ANN401 JSON of any shape
    indent: str,
    palette: Palette,
    bytes_per_ms: float,
) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        yield from _block(value.items(), "{}", indent, palette, bytes_per_ms)
    elif isinstance(value, list) and value:
        yield from _block(((None, inner) for inner in value), "[]", indent, palette, bytes_per_ms)
    elif isinstance(value, str):
        yield json.dumps(printable(value), ensure_ascii=False), palette.good
    elif value is None or isinstance(value, bool):
        yield json.dumps(value), palette.warning
    elif isinstance(value, int | float):
        yield json.dumps(value), palette.user
    else:
        yield json.dumps(value), palette.muted


def _block(
    members: Any,  # noqa: ANN401 keys (or None) and values
    marks: str,
    indent: str,
    palette: Palette,
    bytes_per_ms: float,
) -> Iterator[tuple[str, str]]:
    yield marks[0], palette.faint
    inner_indent = indent + _TAB
    comma = ""
    for key, inner in members:
        yield f"{comma}\n{inner_indent}", palette.faint
        comma = ","
        if key is not None:
            yield printable(str(key)), palette.muted
            yield ": ", palette.faint
        if (count := _audio_bytes(key, inner)) is None:
            yield from _pieces(inner, inner_indent, palette, bytes_per_ms)
        else:
            yield f"‹{audio(count, bytes_per_ms)}›", palette.accent
    yield f"\n{indent}{marks[1]}", palette.faint


def _audio_bytes(key: str | None, value: object) -> int | None:
    """How many audio bytes stand here; None where it is no audio."""
    if isinstance(value, Mapping) and isinstance(stored := value.get("$audio"), Mapping):
        return int(stored.get("bytes", 0))
    is_long = isinstance(value, str) and len(value) >= _SHORTEST_BASE64 and " " not in value
    if is_long and key in _AUDIO_KEYS:
        text = str(value)
        return len(text) * 3 // 4 - text[-2:].count("=")
    return None
