"""Labels by hand: what a key or the pointer makes of the truth of a take. Pure; times in ms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from studio.lab.labels import Label, Truth, checked

if TYPE_CHECKING:
    from studio.lab.labels import Kind

Edge = Literal["begin", "end"]

LEAST_MS = 20
_NEW_MS = 500


class Grip(NamedTuple):
    """An edge of a label that the hand holds."""

    label: Label
    edge: Edge

    @property
    def at_ms(self) -> int:
        """Where it is."""
        return self.label.begin_ms if self.edge == "begin" else self.label.end_ms


def added(truth: Truth | None, label: Label, duration_ms: float, name: str) -> Truth:
    """With another label, cut where turns are already.

    Raises:
        StudioError: there is no room for it.
    """
    labels = truth.labels if truth is not None else ()
    end_ms = min(label.end_ms, int(duration_ms))
    begin_ms = max(0, label.begin_ms)
    if label.kind == "turn":
        for each in labels:
            if each.kind != "turn":
                continue
            if each.begin_ms <= begin_ms < each.end_ms:
                begin_ms = each.end_ms
            elif begin_ms < each.begin_ms < end_ms:
                end_ms = each.begin_ms
    return checked((*labels, replace(label, begin_ms=begin_ms, end_ms=end_ms)), duration_ms, name)


def new_label(at_ms: float, kind: Kind, duration_ms: float) -> Label:
    """A label of half a second from a moment on, within the take."""
    begin = int(min(max(at_ms, 0), max(0, duration_ms - LEAST_MS)))
    return Label(begin, int(min(begin + _NEW_MS, duration_ms)), kind)


def changed(truth: Truth, old: Label, new: Label | None, duration_ms: float, name: str) -> Truth:
    """With a label in place of another, or without it.

    Raises:
        StudioError: it does not fit there.
    """
    rest = list(truth.labels)
    rest.remove(old)
    return checked((*rest, *((new,) if new is not None else ())), duration_ms, name)


def moved(grip: Grip, at_ms: float, duration_ms: float, truth: Truth) -> Label:
    """The label with an edge at a moment, as near to it as its neighbours and its length allow."""
    label, edge = grip
    others = [each for each in truth.turns if each != label] if label.kind == "turn" else []
    if edge == "begin":
        least = max((each.end_ms for each in others if each.end_ms <= label.begin_ms), default=0)
        begin = int(min(max(at_ms, least), label.end_ms - LEAST_MS))
        return replace(label, begin_ms=max(begin, 0))
    most = min(
        (each.begin_ms for each in others if each.begin_ms >= label.end_ms), default=duration_ms
    )
    return replace(label, end_ms=int(max(min(at_ms, most), label.begin_ms + LEAST_MS)))


def grip_at(truth: Truth | None, at_ms: float, reach_ms: float) -> Grip | None:
    """The nearest edge within reach of a moment."""
    if truth is None:
        return None
    near: Grip | None = None
    for label in truth.labels:
        for grip in (Grip(label, "begin"), Grip(label, "end")):
            far = abs(grip.at_ms - at_ms)
            if far <= reach_ms:
                near, reach_ms = grip, far
    return near
