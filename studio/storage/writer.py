"""Writes a session as it happens: the log, and the two tracks that its audio is cut out to.

Audio is with the operating system before the line that points to it, lines at most 250 ms of
session time after they were appended: what a killed process leaves behind lacks no more than that.
Nothing is forced to the disk while the session runs, because that can take longer than a block of
audio lasts; closing does it. A track has the format that the header names.

A full disk is told once. Lines wait in memory and are tried again; beyond 4 MiB they are lost, and
counted.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from studio.audio.formats import AudioFormat
from studio.audio.wav import WavTrackWriter
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.session.envelope import Envelope, Origin
from studio.session.local import SessionEnded
from studio.storage import lock
from studio.storage.folders import LOG_NAME, TRACK_NAMES
from studio.storage.header import Header
from studio.storage.lines import Audio, Track, audio_of, write_line

FLUSH_EVERY_S = 0.25
MOST_WAITING_BYTES = 4 * 1024 * 1024


class SessionWriter:
    """The one writer of a session's folder.

    Args:
        folder: made already, and empty.
        header: the log's first line.

    Raises:
        StudioError: the log cannot be made.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self.folder = folder
        self._formats: dict[Track, AudioFormat] = {
            "input": AudioFormat(header.input_format),
            "output": AudioFormat(header.output_format),
        }
        self._tracks: dict[Track, WavTrackWriter] = {}
        self._waiting = bytearray()
        self._flushed_at = 0.0
        self._last: Envelope | None = None
        self._failure: StudioError | None = None
        self._failing: set[str] = set()
        self.lost_lines = 0
        """Lines that neither disk nor memory could take."""
        try:
            self._log: BinaryIO = (folder / LOG_NAME).open("xb", buffering=0)
        except OSError as failure:
            raise self._unwritable(failure) from failure
        lock.take(self._log)
        self._waiting += f"{header.to_line()}\n".encode()
        self.flush()

    def append(self, envelope: Envelope) -> str:
        """Keep an envelope; returns its line in the log. Never raises: see `take_failure`."""
        audio = audio_of(envelope)
        offset = self._keep(audio) if audio is not None else None
        line = write_line(envelope, audio, offset)
        self._last = envelope
        if len(self._waiting) > MOST_WAITING_BYTES:
            self.lost_lines += 1
        else:
            self._waiting += line.encode("utf-8", "surrogatepass")
            self._waiting += b"\n"
        self.maybe_flush(envelope.at)
        return line

    def maybe_flush(self, now: float) -> None:
        """Write what waits if that is due at session second `now`."""
        if now - self._flushed_at >= FLUSH_EVERY_S:
            self._flushed_at = now
            self.flush()

    def flush(self) -> None:
        """Hand what waits to the operating system; what it does not take goes on waiting."""
        try:
            while self._waiting:
                written = self._log.write(self._waiting) or 0
                del self._waiting[:written]
        except OSError as failure:
            self._fail(LOG_NAME, self._unwritable(failure))
        else:
            self._failing.discard(LOG_NAME)

    def take_failure(self) -> StudioError | None:
        """Why the session could not be kept, once for each time that it began to fail."""
        failure, self._failure = self._failure, None
        return failure

    def close(self, reason: str = "") -> None:
        """Write the end marker unless it stands there, finish the tracks, force all to the disk."""
        if self._log.closed:
            return
        last = self._last
        if last is None or not isinstance(last.event, SessionEnded):
            seq, at = (last.seq, last.at) if last is not None else (0, 0.0)
            self.append(Envelope(seq + 1, at, Origin.LOCAL, SessionEnded(reason=reason)))
        self.flush()
        for name, track in self._tracks.items():
            try:
                track.close()
            except StudioError as failure:
                self._fail(name, failure)
        try:
            os.fsync(self._log.fileno())
        except OSError as failure:
            self._fail(LOG_NAME, self._unwritable(failure))
        finally:
            self._log.close()

    def _keep(self, audio: Audio) -> int | None:
        """Append audio to its track; None where that fails, so that the line keeps it."""
        try:
            track = self._tracks.get(audio.track)
            if track is None:
                path = self.folder / TRACK_NAMES[audio.track]
                track = WavTrackWriter(path, self._formats[audio.track])
                self._tracks[audio.track] = track
            offset = track.append(audio.data)
        except StudioError as failure:
            self._fail(audio.track, failure)
            return None
        self._failing.discard(audio.track)
        return offset

    def _fail(self, what: str, failure: StudioError) -> None:
        """One full disk fails the log and both tracks; it is told when the first of them fails."""
        if not self._failing:
            self._failure = failure
        self._failing.add(what)

    def _unwritable(self, failure: OSError) -> StudioError:
        return StudioError(
            f"{one_line(str(self.folder), 200)}: {failure.strerror or failure}.",
            title="The session cannot be kept",
            hint="Free some disk space: what waits is written as soon as there is room.",
        )
