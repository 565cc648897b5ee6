"""The settings that a sweep tries: every threshold with every silence and every prefix.

A list is written compactly: `0.3:0.8:0.05` from, to and step, `200,300,500`, or both together.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.vad.segmenter import SegmenterSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Axis = Literal["threshold", "silence", "prefix"]

MOST_PAIRS = 2_500
"""Thresholds × silences; each holds the delays of every turn in some tens of kilobytes."""
MOST_SETTINGS = 10_000

_LONGEST_MS = 60_000


class _Limits(NamedTuple):
    highest: int
    unit: str
    example: str


_LIMITS: dict[Axis, _Limits] = {
    "threshold": _Limits(1, "", "0.3:0.8:0.1"),
    "silence": _Limits(_LONGEST_MS, " ms", "200:1000:100"),
    "prefix": _Limits(_LONGEST_MS, " ms", "0,300"),
}


@dataclass(frozen=True, slots=True)
class Grid:
    """Values of each setting, ascending; the settings are all their combinations.

    Raises:
        StudioError: a list is empty, or there are too many combinations.
    """

    thresholds: tuple[float, ...] = tuple(at / 100 for at in range(30, 95, 5))
    silences_ms: tuple[int, ...] = tuple(range(100, 1300, 100))
    prefixes_ms: tuple[int, ...] = (0, 100, 300)

    def __post_init__(self) -> None:
        if not self.size:
            raise _wrong("A list of settings is empty.", "Leave the option out for the usual ones.")
        if self.pairs > MOST_PAIRS or self.size > MOST_SETTINGS:
            told = f"{len(self.thresholds):,} × {len(self.silences_ms):,} × "
            raise _wrong(
                f"{told}{len(self.prefixes_ms):,} are {self.size:,} settings; a sweep tries up to "
                f"{MOST_SETTINGS:,}, and up to {MOST_PAIRS:,} thresholds with silences.",
                "Take longer steps, then a finer grid around the best.",
            )

    @property
    def pairs(self) -> int:
        """Thresholds × silences."""
        return len(self.thresholds) * len(self.silences_ms)

    @property
    def size(self) -> int:
        """How many settings."""
        return self.pairs * len(self.prefixes_ms)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Thresholds, silences, prefixes."""
        return len(self.thresholds), len(self.silences_ms), len(self.prefixes_ms)

    def settings(self) -> Iterator[SegmenterSettings]:
        """All of them, the prefix changing fastest and the threshold slowest."""
        return (self.at(index) for index in range(self.size))

    def at(self, index: int) -> SegmenterSettings:
        """One of them."""
        pair, prefix = divmod(index, len(self.prefixes_ms))
        threshold, silence = divmod(pair, len(self.silences_ms))
        return SegmenterSettings(
            self.thresholds[threshold], self.prefixes_ms[prefix], self.silences_ms[silence]
        )

    def told(self) -> str:
        """The lists as they are written."""
        return "; ".join(
            f"{name} {_told(values)}"
            for name, values in (
                ("threshold", self.thresholds),
                ("silence", self.silences_ms),
                ("prefix", self.prefixes_ms),
            )
        )


def grid_of(threshold: str = "", silence: str = "", prefix: str = "") -> Grid:
    """The grid of these lists; an empty one stands for the usual values.

    Raises:
        StudioError: a list cannot be read, or there are too many combinations.
    """
    usual = Grid()
    return Grid(
        tuple(map(float, values_of("threshold", threshold))) or usual.thresholds,
        tuple(map(int, values_of("silence", silence))) or usual.silences_ms,
        tuple(map(int, values_of("prefix", prefix))) or usual.prefixes_ms,
    )


def values_of(axis: Axis, text: str) -> tuple[Decimal, ...]:
    """The values that a list names, ascending, each once; none of an empty text.

    Raises:
        StudioError: it cannot be read, or a value is out of range.
    """
    if not text.strip():
        return ()
    found: set[Decimal] = set()
    for part in text.split(","):
        found.update(_range(axis, part, text))
    limits = _LIMITS[axis]
    for value in sorted(found):
        if not 0 <= value <= limits.highest:
            raise _unreadable(
                axis, text, f"{value} is not from 0 to {limits.highest:,}{limits.unit}"
            )
        if axis != "threshold" and value != int(value):
            raise _unreadable(axis, text, f"{value} is not a whole number of ms")
    return tuple(sorted(found))


def _range(axis: Axis, part: str, text: str) -> Sequence[Decimal]:
    numbers = [_number(axis, each, text) for each in part.split(":")]
    if len(numbers) == 1:
        return numbers
    if len(numbers) != 3:
        raise _unreadable(axis, text, "a range is from:to:step")
    begin, end, step = numbers
    if step <= 0 or end < begin:
        raise _unreadable(axis, text, "a range goes up, in steps above 0")
    count = int((end - begin) / step) + 1
    if count > MOST_SETTINGS:
        raise _unreadable(axis, text, f"it has {count:,} values")
    return [begin + step * at for at in range(count)]


def _number(axis: Axis, word: str, text: str) -> Decimal:
    try:
        number = Decimal(word.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise _unreadable(axis, text, f"“{one_line(word, 20)}” is not a number")
    return number


def _told(values: Sequence[float]) -> str:
    """A list, shortened to a range where its steps are even."""
    exact = [Decimal(str(value)) for value in values]
    steps = {then - one for one, then in pairwise(exact)}
    if len(exact) > 3 and len(steps) == 1:
        return f"{exact[0]}:{exact[-1]}:{steps.pop()}"
    return ",".join(map(str, exact))


def _unreadable(axis: Axis, text: str, why: str) -> StudioError:
    return _wrong(
        f"{axis} {one_line(text, 60)}: {why}.",
        f"For example {_LIMITS[axis].example}.",
    )


def _wrong(message: str, hint: str) -> StudioError:
    return StudioError(message, title="These settings cannot be swept", hint=hint)
