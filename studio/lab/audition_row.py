"""From a session in which lines were read aloud to a row of an audition's sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode, to_float
from studio.audio.wav import WavTrackWriter
from studio.lab.sheet import Row, Spoken, Tokens
from studio.lab.voice_measures import measured, pace_of
from studio.protocol.events import ResponseOutputAudioDelta
from studio.protocol.values import StoredAudio
from studio.storage.reader import open_session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from studio.lab.audition import Reading
    from studio.protocol.values import Usage
    from studio.session.state import Response, SessionState


class Performance(NamedTuple):
    """A session that was held for a reading.

    Attributes:
        state: everything that was known at its end.
        path: its folder.
        responses: one for each line that was read, in order.
        problem: why not all was read; empty where it was.
        cost_usd: what it cost; None where no price is known.
    """

    state: SessionState
    path: Path
    responses: tuple[Response, ...]
    problem: str = ""
    cost_usd: float | None = None


def row_of(reading: Reading, lines: Sequence[str], held: Performance, folder: Path) -> Row:
    """Measure what was received, and keep it beside the sheet, to the byte.

    Args:
        reading: whose row it is.
        lines: what was to be read; what was not even begun gets no place in the row.
        held: the session.
        folder: the sheet's.

    Raises:
        StudioError: the session cannot be read, or the sound cannot be written.
    """
    stored = open_session(held.path)
    form = stored.format_of("output")
    sounds = _sounds(held, form)
    spoken: list[Spoken] = []
    begin = 0
    for text, response, sound in zip(lines, held.responses, sounds, strict=False):
        spoken.append(_spoken(text, response, held.state, sound, form, begin))
        begin += len(sound)
    whole = b"".join(sounds[: len(spoken)])
    name = f"{reading.key}.wav" if whole else ""
    if whole:
        with WavTrackWriter(folder / name, form) as file:
            file.append(whole)
    figures = measured(to_float(decode(whole, form)), form.rate_hz)
    return Row(
        reading=reading,
        problem=held.problem,
        session=held.path.name,
        file=name,
        lines=tuple(spoken),
        lufs=figures.lufs,
        true_peak_db=figures.true_peak_db,
        clipped=figures.clipped,
        pitch_hz=figures.pitch_hz,
        tokens=_tokens(held.responses),
        cost_usd=held.cost_usd,
    )


def _spoken(
    text: str,
    response: Response,
    state: SessionState,
    sound: bytes,
    form: AudioFormat,
    begin: int,
) -> Spoken:
    pace = pace_of(to_float(decode(sound, form)), form.rate_hz)
    items = (state.items.by_id.get(each) for each in response.item_ids)
    asked, first = response.asked_at, response.first_audio_at
    return Spoken(
        text=text,
        transcript=" ".join(item.text for item in items if item is not None and item.text),
        begin_ms=form.bytes_to_ms(begin),
        end_ms=form.bytes_to_ms(begin + len(sound)),
        first_audio_ms=None if asked is None or first is None else (first - asked) * 1000,
        lead_ms=pace.lead_ms,
        span_ms=pace.span_ms,
        pauses_ms=pace.pauses_ms,
    )


def _sounds(held: Performance, form: AudioFormat) -> list[bytes]:
    """The audio of each response, in whole samples."""
    stored = open_session(held.path)
    pieces: dict[str, list[bytes]] = {each.id: [] for each in held.responses}
    for envelope in stored.envelopes():
        event = envelope.event
        if isinstance(event, ResponseOutputAudioDelta) and isinstance(event.delta, StoredAudio):
            pieces.get(event.response_id, []).append(stored.audio(event.delta))
    sounds = [b"".join(each) for each in pieces.values()]
    return [sound[: len(sound) - len(sound) % form.bytes_per_sample] for sound in sounds]


def _tokens(responses: Sequence[Response]) -> Tokens | None:
    """What the service counted, of all lines; None where it counted nothing."""
    usages = [each.usage for each in responses if each.usage is not None]
    if not any(usage.total_tokens or usage.output_tokens for usage in usages):
        return None
    counts = [_counts(usage) for usage in usages]
    return Tokens(**{name: sum(each[name] for each in counts) for name in Tokens.model_fields})


def _counts(usage: Usage) -> dict[str, int]:
    given, made = usage.input_token_details, usage.output_token_details
    return {
        "text_in": given.text_tokens if given is not None else usage.input_tokens,
        "audio_in": given.audio_tokens if given is not None else 0,
        "text_out": made.text_tokens if made is not None else usage.output_tokens,
        "audio_out": made.audio_tokens if made is not None else 0,
    }
