"""A filter as a value: terms, and how they are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.query.json_paths import Path
from studio.query.patterns import Exact, Glob, Regex
from studio.query.quantities import Quantity

Word = Literal["type", "item", "response", "call", "event"]
Measure = Literal["size", "gap", "since", "at", "turn"]
Origin = Literal["server", "client", "local"]
Nature = Literal["error", "problem", "audio", "delta", "malformed"]
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Text:
    """The frame holds this text, in capitals or not; it is never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Matching:
    """The frame holds a match."""

    pattern: Regex


@dataclass(frozen=True, slots=True)
class Named:
    """A type or an id."""

    word: Word
    pattern: Exact | Glob | Regex


@dataclass(frozen=True, slots=True)
class From:
    """Who said it."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Is:
    """What kind of event it is."""

    nature: Nature


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of the event against a quantity."""

    measure: Measure
    comparison: Comparison
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Between:
    """A number of the event from one quantity to another, both included."""

    measure: Measure
    low: Quantity
    high: Quantity


@dataclass(frozen=True, slots=True)
class There:
    """A path leads somewhere."""

    path: Path


@dataclass(frozen=True, slots=True)
class Compared:
    """Some value at the end of a path compares so; `<` and its like are for numbers."""

    path: Path
    comparison: Comparison
    scalar: Scalar

    def __post_init__(self) -> None:
        assert self.comparison in ("=", "!=") or isinstance(self.scalar, int | float)


@dataclass(frozen=True, slots=True)
class PathMatching:
    """Some string at the end of a path holds a match."""

    path: Path
    pattern: Regex


@dataclass(frozen=True, slots=True)
class Not:
    """Events that are not meant."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class And:
    """Events that all parts mean; there are at least two."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Events that any part means; there are at least two."""

    parts: tuple[Expression, ...]


Expression = (
    Text
    | Matching
    | Named
    | From
    | Is
    | Measured
    | Between
    | There
    | Compared
    | PathMatching
    | Not
    | And
    | Or
)
