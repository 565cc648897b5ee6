"""What is true of a take: where its turns begin and end, and what in it is noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.core.errors import StudioError

Kind = Literal["turn", "noise"]


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A stretch of a take, in ms from its beginning.

    Attributes:
        begin_ms: where its first sound begins.
        end_ms: where its last one ends; of a turn, where the person is done and wants an answer.
        kind: a turn, which wants an answer, or noise, which wants none.
        words: what is said, or what makes the noise; may be empty.
    """

    begin_ms: int
    end_ms: int
    kind: Kind = "turn"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """The labels of a take, in order of time; turns do not overlap each other."""

    labels: tuple[Label, ...] = ()

    @property
    def turns(self) -> tuple[Label, ...]:
        """What wants an answer."""
        return tuple(each for each in self.labels if each.kind == "turn")

    @property
    def noises(self) -> tuple[Label, ...]:
        """What wants none."""
        return tuple(each for each in self.labels if each.kind == "noise")


def checked(labels: tuple[Label, ...], duration_ms: float, name: str) -> Truth:
    """The labels as the truth of a take of this length, put in order.

    Raises:
        StudioError: a label ends before it begins or lies outside the take, or two turns overlap.
    """
    ordered = tuple(sorted(labels))
    for each in ordered:
        if not 0 <= each.begin_ms < each.end_ms:
            raise _wrong(name, f"A label from {each.begin_ms} to {each.end_ms} ms has no length.")
        if each.end_ms > duration_ms:
            told = f"The label that ends at {each.end_ms} ms lies beyond the end"
            raise _wrong(name, f"{told}, which is at {duration_ms:.0f} ms.")
    truth = Truth(ordered)
    for one, then in zip(truth.turns, truth.turns[1:], strict=False):
        if then.begin_ms < one.end_ms:
            told = f"The turns at {one.begin_ms} and {then.begin_ms} ms overlap"
            raise _wrong(name, f"{told}; one turn ends before the next begins.")
    return truth


def _wrong(name: str, message: str) -> StudioError:
    return StudioError(
        f"{name}: {message}",
        title="The labels do not fit the take",
        hint="Correct them in the lab, or leave that label out.",
    )
