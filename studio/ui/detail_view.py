"""What the detail pane is given about an event: the event, and how to find what belongs to it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.session.envelope import Origin
from studio.session.speech import input_format, output_format

if TYPE_CHECKING:
    from studio.protocol.lint import Finding
    from studio.session.envelope import Envelope
    from studio.ui.shown import Shown

ReadAudio = Callable[["Envelope"], "bytes | None"]
"""Gives the audio of an event, in the wire's format; None where it is not known."""


def no_audio(_envelope: Envelope) -> bytes | None:
    """Nothing keeps the audio."""
    return None


def _none() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Subject:
    """An event and what belongs to it.

    Attributes:
        envelope: the event.
        dialect: of the session's wire.
        audio_format: of the audio in it.
        size_bytes: of the frame as it crossed the wire.
        order: what is odd about when it came.
        previous: finds the last event of its type before it.
        read_audio: gives its audio.
    """

    envelope: Envelope
    dialect: Dialect = Dialect.GA
    audio_format: AudioFormat = AudioFormat.PCM16
    size_bytes: int = 0
    order: Finding | None = None
    previous: Callable[[], Envelope | None] = _none
    read_audio: ReadAudio = no_audio

    @property
    def key(self) -> tuple[object, ...]:
        """Another value where another event, or more about it, is to be shown."""
        event = self.envelope
        return event.seq, event.at, event.raw, self.dialect, self.audio_format, self.order


def subject_of(
    live: Shown, envelope: Envelope | None, read_audio: ReadAudio = no_audio
) -> Subject | None:
    """The event as the detail pane wants it; None for no event."""
    if envelope is None:
        return None
    position = _position(live, envelope)
    return Subject(
        envelope,
        live.dialect,
        (input_format if envelope.origin is Origin.CLIENT else output_format)(live.state),
        live.store.row(position).size_bytes if position is not None else 0,
        live.order.findings.get(envelope.seq),
        lambda: None if position is None else previous_of_its_type(live, position),
        read_audio,
    )


def previous_of_its_type(live: Shown, position: int) -> Envelope | None:
    """The last event before `position` of the same type from the same side."""
    columns = live.store.columns
    same = (columns.type[:position] == columns.type[position]) & (
        columns.origin[:position] == columns.origin[position]
    )
    found = np.flatnonzero(same)
    if not found.size:
        return None
    try:
        return live.store.envelope(int(found[-1]))
    except StudioError:
        return None


def text_to_resend(envelope: Envelope, read_audio: ReadAudio = no_audio) -> str:
    """An event as a text to send again; its audio is put back where it is known."""
    from studio.ui.present.composing import resent
    from studio.ui.present.payload import payload_of

    payload = payload_of(envelope)
    if not isinstance(payload, Mapping):
        return str(payload)
    audio = read_audio(envelope)
    return resent(payload, base64.b64encode(audio).decode() if audio else None)


def _position(live: Shown, envelope: Envelope) -> int | None:
    """Where the store has an envelope: mostly right at its number."""
    guess = envelope.seq - 1
    seqs = live.store.columns.seq
    if 0 <= guess < len(seqs) and seqs[guess] == envelope.seq:
        return guess
    found = np.flatnonzero(seqs == envelope.seq)
    return int(found[0]) if found.size else None
