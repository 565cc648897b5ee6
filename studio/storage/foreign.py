"""Logs that the studio did not write: wire frames, one JSON object a line, brought to its lines.

Two shapes are known: `{"dir": "send"|"recv", "at": SECONDS|null, "event": FRAME}`, as our own JSONL
export and recorders write it, and FRAME alone. What they do not tell (times, who said it) is
guessed from the frame or left at zero.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.events import CLIENT_EVENTS
from studio.session.envelope import Origin

_ORIGINS = {"send": Origin.CLIENT, "recv": Origin.SERVER}
_TOLD = re.compile(r'\s*\{"dir": ?"(?:send|recv)", ?"at": ?[^,]{1,32}, ?"event": ?(?=\{)')
_BETA_WORDS = re.compile(rb'"type"\s*:\s*"(response\.(audio|text|audio_transcript)\.delta)"')


def is_foreign(line: str) -> bool:
    """Whether a line is one of the known shapes."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and (_is_told(fields) or isinstance(fields.get("type"), str))


def dialect_of(beginning: bytes) -> Dialect:
    """The dialect that the first frames of a log speak."""
    return Dialect.BETA if _BETA_WORDS.search(beginning) else Dialect.GA


def as_entry(line: str, seq: int) -> str:
    """A line of a foreign log as a line of ours.

    Raises:
        StudioError: it is of neither shape.
    """
    line = line.strip()
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as failure:
        raise _unreadable() from failure
    if not isinstance(fields, dict):
        raise _unreadable()
    if not _is_told(fields):
        event_type = fields.get("type")
        if not isinstance(event_type, str):
            raise _unreadable()
        origin = Origin.CLIENT if event_type in CLIENT_EVENTS else Origin.SERVER
        return _entry(seq, 0.0, origin, line)
    origin, at = _ORIGINS[fields["dir"]], _seconds(fields.get("at"))
    if "event" not in fields:
        return _entry(seq, at, origin, json.dumps(fields["text"]), form="raw")
    told = _TOLD.match(line)
    if told is not None and line.endswith("}"):
        return _entry(seq, at, origin, line[told.end() : -1])
    return _entry(seq, at, origin, json.dumps(fields["event"], separators=(",", ":")))


def _is_told(fields: dict[str, Any]) -> bool:
    return fields.get("dir") in ("send", "recv") and (
        "event" in fields or isinstance(fields.get("text"), str)
    )


def _seconds(at: object) -> float:
    if not isinstance(at, int | float):
        return 0.0
    try:
        seconds = float(at)
    except OverflowError:
        return 0.0
    return seconds if math.isfinite(seconds) else 0.0


def _entry(seq: int, at: float, origin: Origin, body: str, form: str = "event") -> str:
    return f'{{"seq":{seq},"at":{at!r},"origin":"{origin.value}","{form}":{body}}}'


def _unreadable() -> StudioError:
    return StudioError("A line is no frame of the wire.", title="Unreadable line")
