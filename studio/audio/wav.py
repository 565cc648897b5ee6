"""Audio files: any readable file as mono samples, and the WAV tracks of a session.

A track holds exactly the bytes that crossed the wire, behind a header of fixed length, so that a
position in the log is a position in the file. After a crash the header's sizes are stale and
nothing else: `track_data` reads past them, `repair_wav` sets them right.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.core.text import one_line

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

_FORMAT_TAGS = {AudioFormat.PCM16: 1, AudioFormat.PCMA: 6, AudioFormat.PCMU: 7}
_LARGEST_SIZE = 0xFFFF_FFFF


class Clip(NamedTuple):
    """Mono samples in [-1, 1] and their rate."""

    samples: NDArray[np.float32]
    rate_hz: int


def read_audio(path: Path) -> Clip:
    """Read a file of any rate, encoding and channel count; channels are averaged.

    Raises:
        StudioError: the file is missing, is not audio, or holds no samples.
    """
    import soundfile

    name = one_line(str(path), 200)
    try:
        frames, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, RuntimeError, ValueError) as failure:
        missing = not path.exists()
        raise StudioError(
            f"{name} does not exist." if missing else f"{name} is not readable as audio.",
            title="Cannot read the audio file",
            hint="Check the path."
            if missing
            else "Use a WAV, FLAC, OGG, MP3 or AIFF file that you may read.",
        ) from failure
    if not frames.size:
        raise StudioError(
            f"{name} holds no samples.",
            title="The audio file is empty",
            hint="Use a recording with some sound in it.",
        )
    return Clip(frames.mean(axis=1, dtype="float32"), int(rate_hz))


def track_header(audio_format: AudioFormat, data_bytes: int) -> bytes:
    """The RIFF header of a track: 44 bytes for PCM16, 58 for G.711 (which needs a `fact` chunk)."""
    rate_hz, width = audio_format.rate_hz, audio_format.bytes_per_sample
    layout = struct.pack(
        "<HHIIHH", _FORMAT_TAGS[audio_format], 1, rate_hz, rate_hz * width, width, width * 8
    )
    data_bytes = min(data_bytes, _LARGEST_SIZE - 64)
    if audio_format is AudioFormat.PCM16:
        chunks = struct.pack("<4sI", b"fmt ", 16) + layout
    else:
        chunks = struct.pack("<4sI", b"fmt ", 18) + layout + struct.pack("<H", 0)
        chunks += struct.pack("<4sII", b"fact", 4, data_bytes)
    chunks += struct.pack("<4sI", b"data", data_bytes)
    padding = data_bytes % 2
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks) + data_bytes + padding, b"WAVE") + chunks


WAV_HEADER_BYTES = {each: len(track_header(each, 0)) for each in AudioFormat}
"""Where the data of a track begins in its file."""


class WavTrackWriter:
    """Writes one track as its audio arrives; every byte is with the system when `append` returns.

    Raises:
        StudioError: from every method, when the file cannot be made or written.
    """

    def __init__(self, path: Path, audio_format: AudioFormat) -> None:
        self._path = path
        self._format = audio_format
        self._data_bytes = 0
        try:
            self._file: BinaryIO = path.open("wb", buffering=0)
        except OSError as failure:
            raise self._unwritable(failure) from failure
        self._write_at(0, track_header(audio_format, 0))

    @property
    def data_bytes(self) -> int:
        """Audio bytes written so far."""
        return self._data_bytes

    def append(self, payload: bytes) -> int:
        """Write wire bytes; returns their offset in the data chunk."""
        offset = self._data_bytes
        self._write_at(WAV_HEADER_BYTES[self._format] + offset, payload)
        self._data_bytes += len(payload)
        return offset

    def flush_header(self) -> None:
        """Bring the sizes in the header up to date, so that other programs can read the file."""
        self._write_at(0, track_header(self._format, self._data_bytes))

    def close(self) -> None:
        """Finish the header and close the file; a second call does nothing."""
        if self._file.closed:
            return
        try:
            self.flush_header()
            if self._data_bytes % 2:
                self._write_at(WAV_HEADER_BYTES[self._format] + self._data_bytes, b"\x00")
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write_at(self, position: int, payload: bytes) -> None:
        view = memoryview(payload)
        try:
            self._file.seek(position)
            while view:
                view = view[self._file.write(view) :]
        except OSError as failure:
            raise self._unwritable(failure) from failure

    def _unwritable(self, failure: OSError) -> StudioError:
        return StudioError(
            f"{one_line(str(self._path), 200)}: {failure.strerror or failure}.",
            title="Cannot write the recording",
            hint="Free some disk space, or choose another data directory.",
        )


@dataclass(frozen=True, slots=True)
class TrackData:
    """What a track's file holds: its format, where its audio is, and whether its header says so."""

    audio_format: AudioFormat
    data_offset: int
    data_bytes: int
    is_finished: bool = True


def track_data(path: Path) -> TrackData:
    """What a track holds, whatever sizes its header claims; whole samples, up to the file's end.

    Raises:
        StudioError: the file cannot be read, or is not a track written by `WavTrackWriter`.
    """
    try:
        with path.open("rb") as file:
            return _measured(file, path)
    except OSError as failure:
        raise _not_a_track(path, failure.strerror or str(failure)) from failure


def repair_wav(path: Path) -> TrackData:
    """Make the header of a track agree with the length of its file, and say what it holds.

    A sample torn by a crash is cut off. A sound file is left untouched.

    Raises:
        StudioError: the file cannot be opened, or is not a track written by `WavTrackWriter`.
    """
    try:
        with path.open("r+b") as file:
            return _repaired(file, path)
    except OSError as failure:
        raise _not_a_track(path, failure.strerror or str(failure)) from failure


def _repaired(file: BinaryIO, path: Path) -> TrackData:
    data = _measured(file, path)
    if data.is_finished:
        return data
    file.seek(0)
    file.write(track_header(data.audio_format, data.data_bytes))
    file.truncate(data.data_offset + data.data_bytes)
    return replace(data, is_finished=True)


def _measured(file: BinaryIO, path: Path) -> TrackData:
    start = file.read(max(WAV_HEADER_BYTES.values()))
    audio_format = _format_of(start)
    if audio_format is None:
        raise _not_a_track(path, "its header is not that of a session track")
    offset = WAV_HEADER_BYTES[audio_format]
    held = file.seek(0, 2) - offset
    claimed = int.from_bytes(start[offset - 4 : offset], "little")
    if claimed % 2 and held == claimed + 1:
        return TrackData(audio_format, offset, claimed)
    whole = held - held % audio_format.bytes_per_sample
    is_finished = start[:offset] == track_header(audio_format, whole) and held == whole
    return TrackData(audio_format, offset, whole, is_finished)


def _format_of(start: bytes) -> AudioFormat | None:
    """The format whose header `start` is, whatever sizes it claims."""
    for audio_format, length in WAV_HEADER_BYTES.items():
        header = track_header(audio_format, 0)
        if len(start) < length:
            continue
        fixed = [range(4), range(8, 40 if length == 44 else 46), range(length - 8, length - 4)]
        if all(start[at] == header[at] for part in fixed for at in part):
            return audio_format
    return None


def _not_a_track(path: Path, reason: str) -> StudioError:
    return StudioError(
        f"{one_line(str(path), 200)}: {reason}.",
        title="Cannot open the recording",
        hint="The rest of the session can still be read.",
    )
