"""Whether speech that the server heard was the assistant's own voice, and what to do about that.

A speaker's sound comes back through an open microphone. Where that is not taken out, the server
takes it for the user, and the assistant interrupts itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from studio.protocol.knobs import TurnDetection
from studio.session.speech import turn_detection
from studio.session.state import Echo, SessionState

TITLE = "That was probably the assistant's own voice, not the user"

BURST_S = 20.0
"""Echoes that follow each other faster have one cause and are told once."""
_HIGHEST_THRESHOLD = 0.9
_THRESHOLD_STEP = 0.2
_USUAL_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class EchoVerdict:
    """What a score says, in words.

    Attributes:
        likely: whether it was the assistant rather than the user.
        score: 0 for another voice, 1 for the speaker's.
        lag_ms: how much later the speaker's sound was in the microphone.
        cut_off: whether it made the assistant fall silent.
        title: the verdict as a heading.
        evidence: the figures it rests on, as sentences.
        advice: what can be done, the surest first; nothing where it was the user.
    """

    likely: bool
    score: float
    lag_ms: float
    cut_off: bool
    title: str
    evidence: str
    advice: tuple[str, ...]


def is_likely_echo(echo: Echo | None) -> bool:
    """Whether a score speaks for the speaker's own sound."""
    if echo is None:
        return False
    from studio.audio.echo_score import LIKELY_ECHO  # and numpy: only where there is a score

    return echo.score >= LIKELY_ECHO


def verdict(state: SessionState, item_id: str) -> EchoVerdict | None:
    """What is known of the speech that became this item; None where it was not scored."""
    echo = state.sound.echoes.get(item_id)
    if echo is None:
        return None
    likely = is_likely_echo(echo)
    return EchoVerdict(
        likely=likely,
        score=echo.score,
        lag_ms=echo.lag_ms,
        cut_off=any(each.speech_item_id == item_id for each in state.interruptions.values()),
        title=TITLE if likely else "That was the user",
        evidence=_evidence(echo, likely=likely),
        advice=_advice(state) if likely else (),
    )


def begins_burst(state: SessionState, moment: float) -> bool:
    """Whether an echo at this session second is the first for a while."""
    latest = state.sound.likely_echo_at
    return latest is None or moment - latest > BURST_S


def _evidence(echo: Echo, *, likely: bool) -> str:
    percent = f"{echo.score:.0%}"
    if likely:
        return (
            f"What the microphone sent from {echo.audio_start_ms:,} ms on is what the speaker had "
            f"played {echo.lag_ms:,.0f} ms before: {percent} alike."
        )
    return f"What the microphone sent is not what the speaker was playing: {percent} alike."


def _advice(state: SessionState) -> tuple[str, ...]:
    echo = state.sound.cleaning.echo
    advice = ["Wear a headset, so that the microphone cannot hear the speaker."]
    if echo != "cancel":
        advice.append("Turn echo cancelling on: it takes the speaker's sound out.")
    else:
        advice.append("Turn the speaker down: echo cancelling is on and leaves too much of it.")
    threshold = higher_threshold(turn_detection(state))
    if threshold is not None:
        advice.append(
            f"Raise turn_detection.threshold to {threshold:.2g}: an echo is mostly fainter than a "
            "voice."
        )
    if echo != "half-duplex":
        advice.append(
            "Choose half-duplex: the microphone rests while the assistant speaks, and nobody can "
            "break in by speaking."
        )
    return tuple(advice)


def higher_threshold(detection: TurnDetection | None) -> float | None:
    """The next sensible threshold; None where there is none, or none that is higher."""
    if detection is None or detection.type != "server_vad":
        return None
    known = detection.threshold if detection.threshold is not None else _USUAL_THRESHOLD
    if known >= _HIGHEST_THRESHOLD:
        return None
    return min(_HIGHEST_THRESHOLD, round(known + _THRESHOLD_STEP, 2))
