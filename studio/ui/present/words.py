"""Numbers, ids and times as the screen writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.core.units import clock

if TYPE_CHECKING:
    from studio.session.turns import Turn

_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")

WITHOUT_WORDS = "(sound without words)"
"""What stands for the words of a user who was heard, and not understood."""


def title_of(turn: Turn) -> str:
    """What the user said, or that there are no words of it, or what a turn without a user is."""
    words = turn.user_text.strip()
    if words:
        return words
    is_spoken = turn.server_span is not None or turn.user_item_id is not None
    if not is_spoken or "timeout" in turn.tags:
        return next(iter(turn.tags), "(nobody spoke)")
    if turn.transcription in ("pending", "streaming") or "speaking" in turn.tags:
        return "…"
    return "(not understood)" if turn.transcription == "failed" else WITHOUT_WORDS


def stamp(seconds: float) -> str:
    """Session time to the millisecond: `12.345`, `1:02.345`."""
    minutes, left = divmod(max(0.0, seconds), 60)
    return f"{int(minutes)}:{left:06.3f}" if minutes else f"{left:.3f}"


def gap(seconds: float) -> str:
    """Time between two events in five cells at most: `+3ms`, `+412ms`, `+1.20s`, `+75s`."""
    ms = round(seconds * 1000)
    if ms < 1000:
        return f"+{ms}ms"
    return f"+{seconds:.2f}s" if seconds < 10 else f"+{seconds:.0f}s"


def span(ms: float) -> str:
    """How long audio lasts: `200 ms`, `4.26 s`, `2:05`."""
    if ms < 1000:
        return f"{ms:.0f} ms"
    return f"{ms / 1000:.2f} s" if ms < 60_000 else clock(ms / 1000)


def size(count: int) -> str:
    """Bytes in decimal units: `480 B`, `9.6 kB`, `1.2 MB`."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def short_id(name: str) -> str:
    """`item_E4AmeR6T4h9LkwrfSTCJu` as `item_…TCJu`."""
    prefix, mark, rest = name.rpartition("_")
    return f"{prefix}{mark}…{rest[-4:]}" if len(rest) > 6 else name


def decibel(level_db: float, floor_db: float = -96.0) -> str:
    """A level in dBFS in six cells, `−∞` for silence."""
    return "    −∞" if level_db <= floor_db else f"{level_db:6.1f}".replace("-", "−")


def seconds_of(words: str) -> float | None:
    """The seconds of `90`, `12.5`, `1:30` or `1:02:03`; None for anything else."""
    parts = words.strip().split(":")
    if len(parts) > 3 or not all(_NUMBER.fullmatch(each) for each in parts):
        return None
    seconds = 0.0
    for each in parts:
        seconds = seconds * 60 + float(each)
    return seconds
