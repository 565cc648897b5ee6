"""Numbers with their units: durations, sizes and counts, as they are written in a filter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from typing_extensions import override

from studio.query.errors import FilterError

Kind = Literal["time", "size", "count"]

_NUMBER = re.compile(r"(\d+(?:\.\d+)?|\.\d+)([A-Za-zµ]*)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:\.\d+)?)", re.ASCII)
_LONGEST = 40
_SIZES = {"B": 1, "kB": 1_000, "MB": 1_000_000, "KiB": 1_024, "MiB": 1_048_576}
_UNITS: dict[Kind, dict[str, str]] = {
    "time": {
        "ms": "ms",
        "s": "s",
        "sec": "s",
        "m": "min",
        "min": "min",
        "h": "h",
    },
    "size": {
        "": "B",
        "b": "B",
        "k": "kB",
        "kb": "kB",
        "m": "MB",
        "mb": "MB",
        "kib": "KiB",
        "mib": "MiB",
    },
    "count": {"": ""},
}
_WRITTEN = {
    "time": "500ms, 1.2s, 2min, 1h or 1:30",
    "size": "800, 10kB, 1.5MB or 64KiB",
    "count": "3",
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a unit: ms, s, min, h; B, kB, MB, KiB, MiB; empty for a count."""

    number: float
    unit: str = ""

    @override
    def __str__(self) -> str:
        return f"{Decimal(repr(self.number)).normalize():f}{self.unit}"

    @property
    def value(self) -> float:
        """Seconds, bytes, or the count."""
        if self.unit == "ms":
            return self.number / 1_000
        return self.number * {"min": 60, "h": 3_600, **_SIZES}.get(self.unit, 1)


def parse_quantity(text: str, kind: Kind, start: int) -> Quantity:
    """Read a quantity that stands at `start` of a filter.

    Raises:
        FilterError: no number, or no unit of its kind.
    """
    clock = _CLOCK.fullmatch(text) if kind == "time" else None
    if clock:
        hours, minutes, seconds = clock.groups()
        return Quantity(int(hours or 0) * 3_600 + int(minutes) * 60 + float(seconds), "s")
    match = _NUMBER.fullmatch(text)
    if match is None or len(match[1]) > _LONGEST:
        raise FilterError(
            f"{text} is no {_named(kind)}.", start, start + len(text), f"Write {_WRITTEN[kind]}."
        )
    number, unit = match.groups()
    known = _UNITS[kind].get(unit.lower())
    if known is None:
        raise FilterError(
            f"A {_named(kind)} has no unit {unit}." if unit else f"{text} of what?",
            start + match.start(2) if unit else start,
            start + len(text),
            f"Write {_WRITTEN[kind]}." if unit else f"Write {number}ms or {number}s.",
        )
    if kind == "count" and not float(number).is_integer():
        raise FilterError(f"{text} is no whole number.", start, start + len(text), "Write 3.")
    return Quantity(float(number), known)


def _named(kind: Kind) -> str:
    return {"time": "duration", "size": "size", "count": "number"}[kind]
