"""Pieces of a session's sound as players in a page: small files within `data:` addresses.

MP3 because every browser plays it, at some 6 kB a second of speech; FLAC where the sound library
cannot write it.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from studio.audio.samples import decode
from studio.export.placed import Placed
from studio.export.told import Told
from studio.session.turns import Turn

_LEAST_MS = 60.0
"""Shorter sounds are a click, not a clip."""
_MP3_LEVEL = 0.6
"""Of the library's scale from best (0) to smallest (1): the voice is as clear, at half the size."""


class Clip(NamedTuple):
    """A sound for a player."""

    address: str
    seconds: float


def user_clip(turn: Turn, told: Told) -> Clip | None:
    """What the user said in a turn, padding and all; None where the session does not hold it."""
    span = turn.server_span or turn.local_span
    if span is None or span.end_ms is None or span.timed_out:
        return None
    form = told.placement.input_format
    offset = form.ms_to_bytes(max(0, span.start_ms))
    length = form.ms_to_bytes(max(0, span.end_ms)) - offset
    return (
        _clip(told.read_track("input", offset, length), told, is_user=True) if length > 0 else None
    )


def voice_clip(voice: Sequence[Placed], told: Told) -> Clip | None:
    """What was heard of a voice; None where the session does not hold it."""
    pieces = [told.read_track("output", each.offset_bytes, each.n_bytes) for each in voice]
    return _clip(b"".join(pieces), told, is_user=False)


def _clip(data: bytes, told: Told, *, is_user: bool) -> Clip | None:
    where = told.placement
    form = where.input_format if is_user else where.output_format
    if form.bytes_to_ms(len(data)) < _LEAST_MS:
        return None
    import soundfile

    samples = decode(data, form)
    file = io.BytesIO()
    if _has_mp3():
        kind = "audio/mpeg"
        soundfile.write(file, samples, form.rate_hz, format="MP3", compression_level=_MP3_LEVEL)
    else:
        kind = "audio/flac"
        soundfile.write(file, samples.astype(np.int16), form.rate_hz, format="FLAC")
    address = f"data:{kind};base64,{b64encode(file.getvalue()).decode('ascii')}"
    return Clip(address, samples.size / form.rate_hz)


@cache
def _has_mp3() -> bool:
    import soundfile

    return "MP3" in soundfile.available_formats()
