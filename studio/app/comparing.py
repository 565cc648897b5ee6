"""Compares two stored sessions: reads both, and finds the same sound in their tracks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio.audio.formats import AudioFormat
from studio.session.compare import Comparison, Side, compare
from studio.session.reduce import reduce
from studio.session.state import SessionState, SpeechSpan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.storage.reader import StoredSession

_AROUND_MS = 500
"""How far from where it ought to lie the same sound is looked for, at least."""
_LONGEST_MS = 30_000


def folded(stored: StoredSession, into: list[SessionState]) -> Iterator[None]:
    """Fold a session a line at a time; its state so far is the only entry of `into`."""
    state = SessionState()
    into[:] = [state]
    for envelope in stored.envelopes():
        state = reduce(state, envelope).state
        into[:] = [state]
        yield


def fold(stored: StoredSession) -> SessionState:
    """What is known after all of a session."""
    states: list[SessionState] = []
    for _ in folded(stored, states):
        pass
    return states[0]


def compared(one: Side, other: Side, stored: tuple[StoredSession, StoredSession]) -> Comparison:
    """Two sessions beside each other; where their tracks hold the same sound, with its edges."""
    here, there = stored

    def lag_ms(span: SpeechSpan, its: SpeechSpan) -> float | None:
        return _lag_ms(here, there, span, its)

    return compare(one, other, lag_ms)


def _lag_ms(
    one: StoredSession, other: StoredSession, span: SpeechSpan, its: SpeechSpan
) -> float | None:
    from studio.audio.same_sound import shift_ms

    if span.end_ms is None or its.end_ms is None:
        return None
    length_ms = min(span.end_ms - span.start_ms, _LONGEST_MS)
    off_ms = abs((its.end_ms - its.start_ms) - length_ms)
    around_ms = _AROUND_MS + off_ms
    from_ms = max(0, its.start_ms - around_ms)
    sound, rate_hz = _input(one, span.start_ms, span.start_ms + length_ms)
    within, its_rate_hz = _input(other, from_ms, its.start_ms + length_ms + around_ms)
    if rate_hz != its_rate_hz:
        return None
    shift = shift_ms(sound, within, rate_hz)
    return None if shift is None else from_ms + shift - span.start_ms


def _input(stored: StoredSession, from_ms: float, to_ms: float) -> tuple[NDArray[np.float32], int]:
    """What was sent from one millisecond of the track to another, and its rate in Hz."""
    from studio.audio.samples import decode, to_float

    encoding = AudioFormat(stored.header.input_format)
    start = encoding.ms_to_bytes(from_ms)
    payload = stored.read_track("input", start, encoding.ms_to_bytes(to_ms) - start)
    return to_float(decode(payload, encoding)), encoding.rate_hz
