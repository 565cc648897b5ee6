"""A session's sound as one stereo WAV on its true time line, and a track of labels for it.

The user is left, as it was at the microphone; the assistant is right, as it was heard, and silent
from where it was cut. It is made second by second: an hour needs no more memory than a minute.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from studio.audio.formats import AudioFormat
from studio.audio.resample import StreamResampler
from studio.audio.samples import decode
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.export.cues import user_speech
from studio.export.placed import Placed
from studio.export.sharing import Redaction
from studio.export.told import Told, Track
from studio.session.hearing import heard_text
from studio.session.playback import head_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.int16]

_BLOCK_S = 1
_LONGEST_S = 12 * 3600
"""The sizes in a WAV header have 32 bits: 12 hours of this sound."""
_LABEL_CHARACTERS = 80


def wav_rate_hz(told: Told) -> int:
    """The rate of the file: the higher one of the two tracks."""
    return max(told.placement.input_format.rate_hz, told.placement.output_format.rate_hz)


def export_wav(told: Told) -> Iterator[bytes]:
    """The file in pieces: its header, then a second of sound each.

    Raises:
        StudioError: the session is longer than a WAV file can be.
    """
    rate_hz = wav_rate_hz(told)
    if told.ends_s > _LONGEST_S:
        raise StudioError(
            f"The session lasts {told.ends_s / 3600:,.0f} hours; a WAV file holds 12.",
            title="Too long for a WAV file",
            hint="Its tracks input.wav and output.wav lie in the session's folder.",
        )
    frames = int(told.ends_s * rate_hz) + 1
    yield _header(rate_hz, frames)
    left, right = (_channel(told, track, rate_hz, frames) for track in ("input", "output"))
    for user, assistant in zip(left, right, strict=True):
        yield np.stack((user, assistant), axis=1).astype("<i2").tobytes()


def export_labels(told: Told, redaction: Redaction) -> Iterator[str]:
    """Labels as Audacity reads them: `start`, `end` and words, a tab between, one a line."""
    found: list[tuple[float, float, str]] = []
    for turn in told.turns:
        found.append((turn.started_at, turn.started_at, f"turn {turn.index}"))
        speech = user_speech(turn, told)
        if speech is not None:
            found.append((*speech, f"user: {redaction.text(turn.user_text)}"))
        for cut in turn.interruptions:
            at = cut.silent_at if cut.silent_at is not None else cut.flushed_at
            found.append((at, at, f"stopped ({cut.reason}) at {cut.played_ms:,.0f} ms"))
    for placed in told.placement.output:
        words = _words_of(told, placed, redaction)
        ends_s = placed.at_s + told.placement.output_format.bytes_to_ms(placed.n_bytes) / 1000
        found.append((placed.at_s, ends_s, f"assistant: {words}"))
    for span in told.state.speech.server:
        ends = [told.placement.moment_of_input(ms) for ms in (span.start_ms, span.end_ms or 0)]
        if ends[0] is not None and ends[1] is not None:
            found.append((ends[0], max(ends[0], ends[1]), "server: speech"))
    for begins_s, ends_s, words in sorted(found):
        label = one_line(words, _LABEL_CHARACTERS)
        yield f"{max(0.0, begins_s):.6f}\t{max(0.0, begins_s, ends_s):.6f}\t{label}\n"


def _words_of(told: Told, placed: Placed, redaction: Redaction) -> str:
    """What was heard of a voice."""
    head = head_of(told.state.playback, placed.item_id, placed.content_index)
    item = told.state.items.by_id.get(placed.item_id)
    if head is None or item is None:
        return ""
    return redaction.text(heard_text(item, head, told.placement.output_format).heard)


def _header(rate_hz: int, frames: int) -> bytes:
    data_bytes = frames * 4
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, rate_hz, rate_hz * 4, 4, 16)
    data = struct.pack("<4sI", b"data", data_bytes)
    return struct.pack("<4sI4s", b"RIFF", 36 + data_bytes, b"WAVE") + layout + data


def _channel(told: Told, track: Track, rate_hz: int, frames: int) -> Iterator[Samples]:
    """One side, in pieces of a second but for the last, at the file's rate."""
    _, form = _lane(told, track)
    blocks = on_time_line(told, track)
    resampler = StreamResampler(form.rate_hz, rate_hz)
    waiting = np.zeros(0, np.int16)
    while frames > 0:
        size = min(frames, rate_hz * _BLOCK_S)
        while waiting.size < size:
            waiting = np.concatenate((waiting, resampler.process(next(blocks))))
        yield waiting[:size]
        waiting = waiting[size:]
        frames -= size


def on_time_line(told: Told, track: Track) -> Iterator[Samples]:
    """Seconds of a track at its own rate, without end: silence where nothing lies."""
    placed, form = _lane(told, track)
    block = form.rate_hz * _BLOCK_S
    begin, sound = 0, np.zeros(block, np.int16)
    for span in placed:
        position = max(begin, round(span.at_s * form.rate_hz))
        offset, left = span.offset_bytes, span.n_bytes // form.bytes_per_sample
        while left > 0:
            while position >= begin + block:
                yield sound
                begin, sound = begin + block, np.zeros(block, np.int16)
            into = position - begin
            count = min(left, block - into)
            samples = decode(told.read_track(track, offset, count * form.bytes_per_sample), form)
            sound[into : into + samples.size] = samples
            offset += count * form.bytes_per_sample
            position, left = position + count, left - count
    while True:
        yield sound
        sound = np.zeros(block, np.int16)


def _lane(told: Told, track: Track) -> tuple[tuple[Placed, ...], AudioFormat]:
    where = told.placement
    if track == "input":
        return where.input, where.input_format
    return where.output, where.output_format
