"""Sound files as wire audio: to the byte where they hold it, converted where they do not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from studio.audio.formats import AudioFormat
from studio.audio.samples import encode, to_int16
from studio.audio.wire_wav import is_cut_short, wire_data
from studio.core.errors import StudioError
from studio.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUFFIXES = frozenset((".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".w64"))
"""Files of a folder with other endings are not looked at."""

_FRAMES_AT_ONCE = 1 << 16
_LARGEST_BYTES = 2**31
"""Over twelve hours at 24 kHz; nobody labels that, and it would not fit beside its copies."""


class WireSound(NamedTuple):
    """Wire bytes, and what they were before, in words; empty where the file had them so."""

    audio: bytes
    audio_format: AudioFormat
    converted_from: str = ""


def read_wire_sound(path: Path) -> WireSound:
    """A sound file as a server would get it.

    A mono WAV with 16 bits at 24 kHz or G.711 at 8 kHz, as a session's tracks are, is taken to the
    byte. Whatever else libsndfile reads (any rate, encoding and number of channels) becomes 16
    bits at 24 kHz: channels are averaged, and soxr changes the rate. It is read piece by piece, so
    that what it was before never lies in memory as a whole.

    Raises:
        StudioError: the file is missing, is not sound, holds none, or ends before its header says.
    """
    try:
        data = wire_data(path)
        if data is None:
            sound = _converted(path)
        else:
            if is_cut_short(path, data):
                raise _truncated(path)
            with path.open("rb") as file:
                file.seek(data.data_offset)
                sound = WireSound(file.read(data.data_bytes), data.audio_format)
    except OSError as failure:
        missing = not path.exists()
        raise _unreadable(
            f"{_shown(path)} does not exist."
            if missing
            else f"{_shown(path)}: {failure.strerror or failure}.",
            "Check the path." if missing else "Use a file that you may read.",
        ) from failure
    if not sound.audio:
        raise StudioError(
            f"{_shown(path)} holds no samples.",
            title="The audio file is empty",
            hint="Use a recording with some sound in it.",
        )
    return sound


def _converted(path: Path) -> WireSound:
    import soundfile

    try:
        file = soundfile.SoundFile(path)
    except (RuntimeError, ValueError, TypeError) as failure:
        path.open("rb").close()  # a missing file, or one that may not be read, has its own words
        raise _unreadable(
            f"{_shown(path)} is not readable as audio.",
            "Use a WAV, FLAC, Ogg, MP3 or AIFF file.",
        ) from failure
    with file:
        told = f"{file.samplerate:,} Hz, {file.channels} channel"
        told += f"{'' if file.channels == 1 else 's'}, {file.subtype_info}"
        try:
            audio = b"".join(_pieces(path, file))
        except RuntimeError as failure:
            raise _truncated(path) from failure
    return WireSound(audio, AudioFormat.PCM16, told)


def _pieces(path: Path, file: Any) -> list[bytes]:  # noqa: ANN401 - soundfile has no types
    rate_hz, wire_hz = int(file.samplerate), AudioFormat.PCM16.rate_hz
    stream = _stream(rate_hz, wire_hz)
    pieces: list[bytes] = []
    read = size = 0
    while True:
        frames = file.read(_FRAMES_AT_ONCE, dtype="float32", always_2d=True)
        read += len(frames)
        mono = np.nan_to_num(frames.mean(axis=1, dtype=np.float32))
        is_last = len(frames) < _FRAMES_AT_ONCE
        if stream is not None:
            mono = stream.resample_chunk(mono, last=is_last)
        pieces.append(encode(to_int16(mono), AudioFormat.PCM16))
        size += len(pieces[-1])
        if size > _LARGEST_BYTES:
            raise _unreadable(f"{_shown(path)} is longer than 12 hours.", "Cut it into pieces.")
        if is_last:
            break
    if read < file.frames and file.format not in _LENGTH_IS_A_GUESS:
        raise _truncated(path)
    return pieces


_LENGTH_IS_A_GUESS = frozenset(("MP3", "MPEG", "OGG"))


def _stream(in_hz: int, out_hz: int) -> Any:  # noqa: ANN401 - soxr has no types
    if in_hz == out_hz:
        return None
    import soxr

    return soxr.ResampleStream(in_hz, out_hz, 1, dtype="float32", quality="HQ")


def _shown(path: Path) -> str:
    return one_line(str(path), 200)


def _truncated(path: Path) -> StudioError:
    return _unreadable(
        f"{_shown(path)} ends before its header says, or cannot be decoded to its end.",
        "Copy it again, or write it anew with what it holds.",
    )


def _unreadable(message: str, hint: str) -> StudioError:
    return StudioError(message, title="Cannot read the audio file", hint=hint)


def files_in(places: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and of folders those that end as sound files do, by name, and below."""
    for place in places:
        if not place.is_dir():
            yield place
            continue
        for folder, below, names in os.walk(place):
            below.sort()
            fitting = (name for name in sorted(names) if Path(name).suffix.lower() in SUFFIXES)
            yield from (Path(folder, name) for name in fitting)
