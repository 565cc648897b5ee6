"""What a build fails by: `cutoff_rate>0.02`, `delay_p95_ms>=900`, `missed_rate>1%`."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.figures import RATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_WRITTEN = re.compile(
    r"\s*(?P<name>\w+)\s*(?P<sign>[<>]=?)\s*(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<percent>%?)\s*"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure, and what it must not be."""

    name: str
    sign: str
    bound: float
    text: str

    def holds(self, figures: Mapping[str, float]) -> bool:
        """Whether it is so, and the build fails; a delay is endless where all is lost."""
        return _OPERATORS[self.sign](figures[self.name], self.bound)


def parse_condition(text: str) -> Condition:
    """The condition that a text states.

    Raises:
        StudioError: it states none.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise _wrong(text, "it is not a name, a sign (> >= < <=) and a number")
    name, is_rate = match["name"], match["name"].endswith("_rate")
    if name not in RATES:
        near = get_close_matches(name, RATES, 1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise _wrong(text, f"there is no figure {one_line(name, 40)}{meant}")
    bound = float(match["number"])
    if match["percent"]:
        if not is_rate:
            raise _wrong(text, f"{name} is not a rate, so that it has no percent")
        bound /= 100
    if is_rate and name != "ghost_rate" and bound > 1:
        raise _wrong(text, "a rate is from 0 to 1, or in percent with %")
    return Condition(name, match["sign"], bound, one_line(text.strip(), 80))


def _wrong(text: str, why: str) -> StudioError:
    return StudioError(
        f"{one_line(text, 60)}: {why}.",
        title="Not a condition",
        hint=f"Write for example cutoff_rate>0.02. There are: {', '.join(RATES)}.",
    )
