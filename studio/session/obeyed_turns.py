"""Verdicts on turn detection: what edges and responses show of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from studio.core.units import EAGERNESS_WAIT_MS, VAD_FRAME_MS
from studio.session.obeyed_look import PATIENCE_MS, WITHIN_MS, Judge, Look, Seen, counted, times
from studio.session.observed import Observation
from studio.session.state import Response, SessionState, SpeechSpan

_TURNS = "turn_detection"


def _type(look: Look, _wanted: object) -> Seen | None:
    if look.kind is None:
        if look.server:
            told = f"Turn detection is off, and the server reported speech {times(look.server)}."
            return Seen("on", "ignored", told)
        if not any(span.end_ms is not None for span in look.local):
            return None
        told = f"The local VAD heard speech {times(look.local)}, the server reported none."
        return Seen("off", "obeyed", told)
    ended = [span for span in look.server if span.end_ms is not None]
    if ended:
        told = f"The server began {len(look.server)} turns by itself and ended {len(ended)}."
        return Seen(look.kind, "obeyed", told)
    silent_from = _long_silent(look)
    if silent_from is None:
        return None
    waited_s = (look.sent_ms - silent_from) / 1000
    what = "ended no turn" if look.server else "reported no speech"
    told = (
        f"The local VAD heard speech {times(look.local)}; in {waited_s:.1f} s since its last end "
        f"the server has {what}."
    )
    return Seen("off", "ignored", told)


def _long_silent(look: Look) -> int | None:
    """Where the last speech ended, if that is longer ago than any server waits."""
    if not look.local or look.local[-1].end_ms is None or look.detection is None:
        return None
    if look.kind == "semantic_vad":
        wait_ms = EAGERNESS_WAIT_MS[look.detection.eagerness or "auto"]
    else:
        wait_ms = look.detection.silence_duration_ms or 0
    ended_ms = look.local[-1].end_ms
    return ended_ms if look.sent_ms - ended_ms > wait_ms + PATIENCE_MS else None


def _threshold(look: Look, wanted: object) -> Seen | None:
    if look.kind != "server_vad" or not isinstance(wanted, int | float):
        return None
    settled_ms = look.sent_ms - (_silence_of(look) + PATIENCE_MS)
    local = [span for span in look.local if span.end_ms is not None and span.end_ms < settled_ms]
    server = [span for span in look.server if span.end_ms is not None]
    if len(server) + len(local) < 2:
        return None
    unheard = next(_alone(local, look.server), None)
    if unheard is not None:
        told = (
            f"At {wanted:.2f} the local VAD heard speech at {unheard.start_ms:,} ms of audio, and "
            f"the server did not."
        )
        return Seen(None, "differs", told)
    extra = next(_alone(server, look.local), None)
    if extra is not None:
        told = (
            f"At {wanted:.2f} the server heard speech at {extra.start_ms:,} ms of audio, and the "
            f"local VAD did not."
        )
        return Seen(None, "differs", told)
    told = f"The server and the local VAD at {wanted:.2f} heard the same {len(server)} turns."
    return Seen(wanted, "obeyed", told)


def _alone(spans: Iterable[SpeechSpan], others: Iterable[SpeechSpan]) -> Iterator[SpeechSpan]:
    """Spans that touch none of the others; both are in order."""
    known = list(others)
    at = 0
    for span in spans:
        while at < len(known) and _end(known[at]) + WITHIN_MS < span.start_ms:
            at += 1
        if at == len(known) or known[at].start_ms > _end(span) + WITHIN_MS:
            yield span


def _end(span: SpeechSpan) -> float:
    return float("inf") if span.end_ms is None else span.end_ms


def _silence_of(look: Look) -> int:
    return (look.detection.silence_duration_ms or 0) if look.detection is not None else 0


def _silence(look: Look, wanted: object) -> Seen | None:
    if look.kind != "server_vad" or not isinstance(wanted, int):
        return None
    on_grid = -(-wanted // VAD_FRAME_MS) * VAD_FRAME_MS
    seen = _ms_seen(look.measured.get(f"{_TURNS}.silence_duration_ms"), on_grid)
    if seen is None or on_grid == wanted:
        return seen
    grid = f"On the grid of {VAD_FRAME_MS} ms, {wanted:,} are {on_grid:,} ms."
    return Seen(seen.value, seen.verdict, f"{seen.evidence} {grid}")


def _prefix(look: Look, wanted: object) -> Seen | None:
    if look.kind != "server_vad" or not isinstance(wanted, int):
        return None
    return _ms_seen(look.measured.get(f"{_TURNS}.prefix_padding_ms"), wanted)


def _ms_seen(measured: Observation | None, wanted_ms: int) -> Seen | None:
    if measured is None or not isinstance(measured.value, int):
        return None
    is_near = abs(measured.value - wanted_ms) <= WITHIN_MS
    return Seen(measured.value, "obeyed" if is_near else "differs", measured.evidence)


def _eagerness(look: Look, wanted: object) -> Seen | None:
    measured = look.measured.get(f"{_TURNS}.silence_duration_ms")
    if look.kind != "semantic_vad" or measured is None or not isinstance(measured.value, int):
        return None
    longest_ms = EAGERNESS_WAIT_MS[str(wanted or "auto")]
    is_within = measured.value <= longest_ms + WITHIN_MS
    told = f"{measured.evidence} {wanted} waits {longest_ms:,} ms at most."
    return Seen(f"{measured.value} ms", "obeyed" if is_within else "differs", told)


def _idle_timeout(look: Look, wanted: object) -> Seen | None:
    waits = [span.end_ms - span.start_ms for span in look.idle if span.end_ms is not None]
    if not waits:
        return None
    told = f"The server noticed idleness after {waits[-1]:,} ms, {counted(len(waits), 'time')}."
    if not isinstance(wanted, int):
        return Seen(waits[-1], "ignored", f"{told} It is off.")
    return Seen(waits[-1], "obeyed" if abs(waits[-1] - wanted) <= 500 else "differs", told)


def _create_response(look: Look, wanted: object) -> Seen | None:
    ended = list(look.ended_turns())
    own = [turn for turn in ended if any(each.asked_at is None for each in turn.responses)]
    unanswered = [turn for turn in ended if not turn.responses]
    if wanted is False:
        if own:
            told = f"Turn {own[-1].index} was answered though nobody asked for it."
            return Seen(True, "ignored", told)  # noqa: FBT003
        told = f"{counted(len(ended), 'turn')} ended, and none was answered by itself."
        return Seen(False, "obeyed", told) if ended else None  # noqa: FBT003
    if unanswered:
        told = f"Turn {unanswered[-1].index} ended, and no response began."
        return Seen(False, "ignored", told)  # noqa: FBT003
    told = f"{counted(len(own), 'turn')} ended, and each was answered by itself."
    return Seen(True, "obeyed", told) if own else None  # noqa: FBT003


def _interrupt_response(look: Look, wanted: object) -> Seen | None:
    stopped, went_on = 0, 0
    for span in look.server:
        for each in _during(look.state, span.started_at):
            if each.status == "cancelled" and each.reason == "turn_detected":
                stopped += 1
            elif each.status == "completed" and (each.done_at or 0) - span.started_at > 0.3:
                went_on += 1
    if wanted is False:
        if stopped:
            told = f"Speech stopped {counted(stopped, 'response')}, though it should not."
            return Seen(True, "ignored", told)  # noqa: FBT003
        told = f"Speech began in {counted(went_on, 'response')}, which went on."
        return Seen(False, "obeyed", told) if went_on else None  # noqa: FBT003
    if went_on:
        told = f"Speech began in {counted(went_on, 'response')}, which went on all the same."
        return Seen(False, "ignored", told)  # noqa: FBT003
    told = f"Speech stopped {counted(stopped, 'response')}."
    return Seen(True, "obeyed", told) if stopped else None  # noqa: FBT003


def _during(state: SessionState, moment: float) -> Iterator[Response]:
    """The responses that were being made at a moment."""
    for each in state.responses.by_id.values():
        is_over = each.done_at is not None and each.done_at < moment
        if each.created_at <= moment and not is_over:
            yield each


TURN_JUDGES: Mapping[str, Judge] = {
    f"{_TURNS}.type": _type,
    f"{_TURNS}.threshold": _threshold,
    f"{_TURNS}.prefix_padding_ms": _prefix,
    f"{_TURNS}.silence_duration_ms": _silence,
    f"{_TURNS}.idle_timeout_ms": _idle_timeout,
    f"{_TURNS}.eagerness": _eagerness,
    f"{_TURNS}.create_response": _create_response,
    f"{_TURNS}.interrupt_response": _interrupt_response,
}
"""By path, in the order of the settings."""
