"""What a verdict on a setting may rest on: the session, and its speech under this detection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from studio.core.units import VAD_FRAME_MS
from studio.protocol.knobs import TurnDetection
from studio.session.observed import observe
from studio.session.speech import input_format, turn_detection
from studio.session.state import SessionState, SpeechSpan
from studio.session.turns import Turn, turns

Verdict = Literal["obeyed", "ignored", "differs", "not seen yet"]

WITHIN_MS = 3 * VAD_FRAME_MS
"""Closer than this, two detectors agree."""

PATIENCE_MS = 1_500
"""How much longer than it should take something is waited for before it counts as not done."""

UNSTATED = object()
"""Stands for a setting of which nothing is said."""

_ANSWERED_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a setting."""

    value: object
    verdict: Verdict
    evidence: str


class Look:
    """What the judges look at: the session, and its speech since the turn detection is as it is."""

    def __init__(self, state: SessionState) -> None:
        self.state = state
        self.turns = turns(state)
        self.measured = observe(state)
        self.detection: TurnDetection | None = turn_detection(state)
        self.kind = self.detection.type if self.detection is not None else None
        since = state.settings.detecting_since
        self.server = [
            span for span in state.speech.server if span.started_at >= since and not span.timed_out
        ]
        self.local = [span for span in state.speech.local if span.started_at >= since]
        self.idle = [
            span for span in state.speech.server if span.started_at >= since and span.timed_out
        ]
        self.sent_ms = input_format(state).bytes_to_ms(state.speech.sent_bytes)

    def in_force(self, path: str) -> object:
        """What the server was asked, or says where it was not; `UNSTATED` where neither."""
        for settings in (self.state.settings.asked, self.state.settings.echoed):
            if settings is not None and (found := stated(settings, path)) is not UNSTATED:
                return found
        return UNSTATED

    def ended_turns(self) -> Iterator[Turn]:
        """Turns that the server ended by itself, long enough ago for an answer to have begun."""
        ended = {span.item_id for span in self.server if span.stopped_at is not None}
        for turn in self.turns:
            span = turn.server_span
            if span is None or span.item_id not in ended or span.stopped_at is None:
                continue
            if self.state.last_at - span.stopped_at > _ANSWERED_WITHIN_S or turn.responses:
                yield turn


Judge: TypeAlias = Callable[[Look, object], Seen | None]
"""What was seen of a setting of which this is wanted; None where nothing shows it."""


def stated(settings: object, path: str) -> object:
    """What settings say at a path; `UNSTATED` where they do not."""
    value: Any = settings
    for name in path.split("."):
        if value is None:
            return None  # off, with all its knobs
        if name not in value.model_fields_set and name != "type":
            return UNSTATED
        value = getattr(value, name)
    return value


def times(spans: list[SpeechSpan]) -> str:
    """How often, in words."""
    return "once" if len(spans) == 1 else f"{len(spans):,} times"


def counted(count: int, noun: str) -> str:
    """`1 turn`, `3 turns`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
