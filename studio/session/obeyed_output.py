"""Verdicts on formats, voice and words: what audio and items show of them."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

from studio.session.obeyed_look import PATIENCE_MS, Judge, Look, Seen, Verdict, counted
from studio.session.observed import CHARACTERS_PER_S
from studio.session.speech import output_format

_PLAIN_SPEED = 1.25
"""Speeds nearer to 1 than this lie within how voices differ by themselves."""
_ENOUGH_CHARACTERS = 60


def _input_format(look: Look, wanted: object) -> Seen | None:
    ends = [span.end_ms for span in look.server if span.end_ms is not None]
    if ends and max(ends) > look.sent_ms + PATIENCE_MS:
        told = (
            f"The server speaks of {max(ends):,} ms of audio where {look.sent_ms:,.0f} ms were "
            f"sent as {wanted}: it takes them for another encoding."
        )
        return Seen(None, "differs", told)
    alike = [
        turn
        for turn in look.turns
        if turn.server_span in look.server and turn.local_span is not None
    ]
    if not alike:
        return None
    told = f"Read as {wanted}, {counted(len(alike), 'turn')} lay where the server heard them."
    return Seen(wanted, "obeyed", told)


def _output_format(look: Look, wanted: object) -> Seen | None:
    measured = look.measured.get("output_format")
    if measured is None:
        return None
    is_same = measured.value == wanted or (measured.value == "g711" and wanted in ("pcmu", "pcma"))
    return Seen(measured.value, "obeyed" if is_same else "differs", measured.evidence)


def _modalities(look: Look, wanted: object) -> Seen | None:
    last = next((turn for turn in reversed(look.turns) if turn.done and turn.assistant_text), None)
    if last is None or not isinstance(wanted, tuple):
        return None
    spoke = any(said.head is not None and said.head.received_bytes for said in last.said)
    value = "audio" if spoke else "text"
    told = f"In turn {last.index} the assistant answered {'by voice' if spoke else 'in writing'}."
    return Seen(value, "obeyed" if value in wanted else "differs", told)


def _speed(look: Look, wanted: object) -> Seen | None:
    if not isinstance(wanted, int | float) or 1 / _PLAIN_SPEED < wanted < _PLAIN_SPEED:
        return None
    encoding = output_format(look.state)
    characters = ms = 0.0
    for turn in look.turns:
        for said in turn.said:
            if said.head is not None and said.head.all_received and not said.head.cut:
                characters += len(said.item.text)
                ms += encoding.bytes_to_ms(said.head.received_bytes)
    if characters < _ENOUGH_CHARACTERS or not ms:
        return None
    pace = characters * 1000 / ms
    off_asked, off_plain = (abs(log(pace / (CHARACTERS_PER_S * each))) for each in (wanted, 1))
    told = (
        f"{pace:.1f} characters a second, where voices speak about {CHARACTERS_PER_S:.0f} at "
        f"their own speed."
    )
    verdict: Verdict = "obeyed" if off_asked < off_plain else "ignored"
    return Seen(round(pace / CHARACTERS_PER_S, 2), verdict, told)


def _transcription(look: Look, wanted: object) -> Seen | None:
    states = [
        item.transcription
        for item in look.state.items.by_id.values()
        if item.role == "user" and item.transcription in ("completed", "failed")
    ]
    if not states:
        return None
    failed = states.count("failed")
    if wanted is None:
        told = f"The words of {counted(len(states), 'turn')} came, though it is off."
        return Seen("on", "ignored", told)
    if failed == len(states):
        return Seen("failed", "differs", f"It failed in {counted(failed, 'turn')} of as many.")
    told = f"The words of {counted(len(states) - failed, 'turn')} came."
    return Seen(wanted, "obeyed", told + (f" It failed in {failed}." if failed else ""))


def _longest_answer(look: Look, wanted: object) -> Seen | None:
    if not isinstance(wanted, int):
        return None
    counts = [
        each.usage.output_tokens
        for each in look.state.responses.by_id.values()
        if each.usage is not None
    ]
    if not counts or not max(counts):
        return None
    told = f"The longest of {counted(len(counts), 'response')} had {max(counts):,} tokens."
    return Seen(max(counts), "obeyed" if max(counts) <= wanted else "ignored", told)


OUTPUT_JUDGES: Mapping[str, Judge] = {
    "input_format": _input_format,
    "output_format": _output_format,
    "output_modalities": _modalities,
    "speed": _speed,
    "transcription.model": _transcription,
    "max_output_tokens": _longest_answer,
}
"""By path, in the order of the settings."""
