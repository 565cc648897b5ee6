"""Reads a stored session, and repairs one whose writer was killed.

Whatever can be read is read; what cannot is said in words and passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from studio.audio.formats import AudioFormat
from studio.audio.wav import WAV_HEADER_BYTES, repair_wav
from studio.core.errors import StudioError
from studio.protocol.values import StoredAudio
from studio.session.envelope import Envelope, Origin
from studio.session.local import SessionEnded
from studio.storage import lock
from studio.storage.folders import LOG_NAME, TRACK_NAMES
from studio.storage.header import Header, open_header
from studio.storage.lines import Stored, Track, envelope_of, raw_frame, split_line, write_line

_END = re.compile(r'"type"\s*:\s*"local\.end"')
REPAIRED = "the studio stopped without closing the session"
"""The reason in an end marker that was added on opening."""


class Frame(NamedTuple):
    """A frame as it crossed the wire.

    `whole` is False where its audio is gone from the track; the log's place of it stands there.
    """

    at: float
    origin: Origin
    text: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session on disk, ready to be read.

    Attributes:
        path: its folder.
        header: its first line, in the current version.
        problems: what was repaired, and what is damaged, in sentences.
        to_current: what brings a line of its log to the current version, step by step.
    """

    path: Path
    header: Header
    problems: tuple[str, ...] = ()
    to_current: tuple[Callable[[str], str], ...] = ()

    def lines(self) -> Iterator[str]:
        """All lines but the header, in the current version, without their newlines.

        Lines that are no entries are passed over.
        """
        with (self.path / LOG_NAME).open("rb") as log:
            next(log, None)
            for encoded in log:
                line = encoded.decode("utf-8", "replace").rstrip("\n")
                for step in self.to_current:
                    line = step(line)
                if _entry(line) is not None:
                    yield line

    def envelopes(self) -> Iterator[Envelope]:
        """All envelopes, their audio as places in the tracks."""
        for line in self.lines():
            try:
                yield envelope_of(split_line(line), self.header.dialect)
            except StudioError:
                continue

    def frames(self) -> Iterator[Frame]:
        """What crossed the wire in both directions, to the byte."""
        for line in self.lines():
            entry = split_line(line)
            if entry.origin is Origin.LOCAL:
                continue
            try:
                yield Frame(entry.at, entry.origin, raw_frame(line, self.read_track))
            except StudioError:
                yield Frame(entry.at, entry.origin, entry.body, whole=False)

    def audio(self, payload: StoredAudio) -> bytes:
        """The bytes of a payload; fewer where the track has lost some."""
        return self.read_track(payload.span.track, payload.span.offset, payload.span.bytes)

    def read_track(self, track: Track, offset: int, length: int) -> bytes:
        """Bytes of a track from `offset` on; fewer where it is shorter, or cannot be read."""
        formats = {"input": self.header.input_format, "output": self.header.output_format}
        data_offset = WAV_HEADER_BYTES[AudioFormat(formats[track])]
        try:
            with (self.path / TRACK_NAMES[track]).open("rb") as file:
                file.seek(data_offset + offset)
                return file.read(length)
        except OSError:
            return b""

    def raw_frame(self, line: str) -> str:
        """The frame of a line exactly as it crossed the wire.

        Raises:
            StudioError: its audio is gone.
        """
        return raw_frame(line, self.read_track)


def _entry(line: str | bytes) -> Stored | None:
    """A line taken apart, or None where it is no entry."""
    text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
    try:
        return split_line(text)
    except StudioError:
        return None


def read_session(path: Path) -> StoredSession:
    """Open the session in this folder, and repair it where its writer was killed.

    Raises:
        StudioError: there is no log, it has no header, or its version is unknown.
    """
    header, to_current = open_header(path / LOG_NAME)
    return StoredSession(path, header, repair_session(path), to_current)


def repair_session(path: Path) -> tuple[str, ...]:
    """Make a session whole whose writer was killed; says what was done, and what is damaged.

    A torn last line is cut off, an end marker added, the sizes in the tracks' headers are set
    right. A session that is still being written is left alone, and so is what cannot be written.
    """
    try:
        with (path / LOG_NAME).open("r+b") as log:
            if not lock.take(log):
                return ("The session is still being written.",)
            return (*_repaired_log(log), *_repaired_tracks(path))
    except OSError as failure:
        return (f"The session could not be repaired: {failure.strerror or failure}.",)


@dataclass(slots=True)
class _Survey:
    """What one pass over a log found."""

    whole_bytes: int = 0
    torn: bytes = b""
    unreadable: int = 0
    last: Stored | None = None


def _survey(log: BinaryIO) -> _Survey:
    found = _Survey(whole_bytes=len(log.readline()))
    for encoded in log:
        if not encoded.endswith(b"\n") and not _is_json(encoded):
            found.torn = encoded
            break
        entry = _entry(encoded)
        found.whole_bytes += len(encoded)
        if entry is None:
            found.unreadable += 1
        else:
            found.last = entry
    return found


def _is_json(encoded: bytes) -> bool:
    """A torn line can look like an entry that ends earlier; only the whole of it is JSON."""
    try:
        json.loads(encoded)
    except (ValueError, RecursionError):
        return False
    return True


def _repaired_log(log: BinaryIO) -> Iterator[str]:
    found = _survey(log)
    if found.unreadable:
        lines = "line is" if found.unreadable == 1 else "lines are"
        yield f"{found.unreadable:,} {lines} damaged and passed over."
    if found.torn:
        log.truncate(found.whole_bytes)
        yield f"The last line was torn: {len(found.torn):,} bytes of it were cut off."
    if found.last is None or not _is_end(found.last):
        seq, at = (found.last.seq, found.last.at) if found.last is not None else (0, 0.0)
        end = Envelope(seq + 1, at, Origin.LOCAL, SessionEnded(reason=REPAIRED))
        log.seek(max(0, found.whole_bytes - 1))
        newline = b"" if log.read(1) == b"\n" else b"\n"
        log.write(newline + write_line(end).encode() + b"\n")
        yield "The session was not closed: an end marker was added."


def _is_end(entry: Stored) -> bool:
    return entry.origin is Origin.LOCAL and _END.search(entry.body) is not None


def _repaired_tracks(path: Path) -> Iterator[str]:
    for name in TRACK_NAMES.values():
        track = path / name
        if not track.exists():
            continue
        before = _header_and_size(track)
        try:
            repair_wav(track)
        except StudioError as failure:
            yield failure.message
        else:
            if _header_and_size(track) != before:
                yield f"The header of {name} was set right."


def _header_and_size(track: Path) -> tuple[bytes, int]:
    with track.open("rb") as file:
        return file.read(max(WAV_HEADER_BYTES.values())), track.stat().st_size
