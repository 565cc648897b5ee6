"""WAV files whose data are wire audio as they stand, whoever wrote them.

A track of a session has a header of fixed length; other programs put chunks of their own before
the data, or write the extensible header. Either way the bytes are what a server would get, and are
taken without decoding them.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from studio.audio.formats import AudioFormat
from studio.audio.wav import TrackData

if TYPE_CHECKING:
    from pathlib import Path

_FORMATS = {
    (1, 1, 24_000, 16): AudioFormat.PCM16,
    (6, 1, 8_000, 8): AudioFormat.PCMA,
    (7, 1, 8_000, 8): AudioFormat.PCMU,
}
_EXTENSIBLE = 0xFFFE
_UNTOLD = 0x7FFF_0000
"""Sizes from here on stand in headers of files that were piped: their writer did not know."""


class _Chunk(NamedTuple):
    name: bytes
    offset: int
    claimed: int


def wire_data(path: Path) -> TrackData | None:
    """Where the wire audio of a WAV file is; None where it is another kind of file.

    A size of 0 or beyond what RIFF can hold is that of a file that was never finished: it goes on
    to the file's end. `is_finished` is False there, and where the file ends before its header says.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
            return None
        return _data(file, path.stat().st_size)


def is_cut_short(path: Path, data: TrackData) -> bool:
    """Whether a file ends before its header says, as one does that was not wholly copied."""
    with path.open("rb") as file:
        file.seek(data.data_offset - 4)
        claimed = int.from_bytes(file.read(4), "little")
    return data.data_bytes + data.audio_format.bytes_per_sample <= claimed < _UNTOLD


def _data(file: BinaryIO, file_bytes: int) -> TrackData | None:
    audio_format: AudioFormat | None = None
    while chunk := _next_chunk(file):
        if chunk.name == b"fmt ":
            audio_format = _format_of(file.read(min(chunk.claimed, 40)))
        elif chunk.name == b"data":
            return None if audio_format is None else _measured(audio_format, chunk, file_bytes)
        file.seek(chunk.offset + chunk.claimed + chunk.claimed % 2)
    return None


def _next_chunk(file: BinaryIO) -> _Chunk | None:
    head = file.read(8)
    if len(head) < 8:
        return None
    return _Chunk(head[:4], file.tell(), int.from_bytes(head[4:], "little"))


def _format_of(described: bytes) -> AudioFormat | None:
    if len(described) < 16:
        return None
    tag, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", described[:16])
    if tag == _EXTENSIBLE and len(described) >= 26:
        tag = int.from_bytes(described[24:26], "little")
    return _FORMATS.get((tag, channels, rate_hz, bits))


def _measured(audio_format: AudioFormat, chunk: _Chunk, file_bytes: int) -> TrackData:
    held = max(0, file_bytes - chunk.offset)
    untold = chunk.claimed == 0 or chunk.claimed >= _UNTOLD
    length = held if untold else min(held, chunk.claimed)
    length -= length % audio_format.bytes_per_sample
    return TrackData(audio_format, chunk.offset, length, is_finished=length == chunk.claimed)
