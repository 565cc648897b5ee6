"""What is true of a take: where its turns begin and end, and what in it is noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studio.core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def usable(labels: Iterable[Label], duration_ms: float) -> tuple[Truth, tuple[str, ...]]:
    """The labels that fit a take of this length, in order, and what is wrong with the others.

    Each fault is a sentence; of two turns that overlap, the later one is left out.
    """
    kept: list[Label] = []
    faults: list[str] = []
    turn_ends_ms = 0
    for each in sorted(labels):
        fault = _fault(each, duration_ms)
        if not fault and each.kind == "turn" and each.begin_ms < turn_ends_ms:
            fault = (
                f"The turn at {each.begin_ms} ms overlaps the one before it, which ends at "
                f"{turn_ends_ms} ms."
            )
        if fault:
            faults.append(fault)
            continue
        kept.append(each)
        if each.kind == "turn":
            turn_ends_ms = each.end_ms
    return Truth(tuple(kept)), tuple(faults)


def checked(labels: Iterable[Label], duration_ms: float, name: str) -> Truth:
    """The labels as the truth of a take of this length, put in order.

    Raises:
        StudioError: a label ends before it begins or lies outside the take, or two turns overlap.
    """
    truth, faults = usable(labels, duration_ms)
    if faults:
        raise _wrong(name, faults[0])
    return truth


def _fault(label: Label, duration_ms: float) -> str:
    if not 0 <= label.begin_ms < label.end_ms:
        return f"A label from {label.begin_ms} to {label.end_ms} ms has no length."
    if label.end_ms > duration_ms:
        told = f"The label that ends at {label.end_ms} ms lies beyond the end"
        return f"{told}, which is at {duration_ms:.0f} ms."
    return ""


def _wrong(name: str, message: str) -> StudioError:
    return StudioError(
        f"{name}: {message}",
        title="The labels do not fit the take",
        hint="Correct them in the lab, or leave that label out.",
    )
