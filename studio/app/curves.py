"""Reads the tracks of sessions into curves: levels, and what the local VAD makes of the microphone.

A track is read in slices on a thread of their own, each short enough that whoever waits for it can
draw meanwhile; what was read is kept, so that a session that is still being written is read on
where it grew. Files are only read.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from studio.audio.formats import AudioFormat
from studio.audio.level import FLOOR_DB
from studio.audio.samples import decode
from studio.audio.wav import WAV_HEADER_BYTES
from studio.core.errors import StudioError
from studio.core.units import VAD_FRAME_MS
from studio.session.curves import TrackCurves
from studio.storage.folders import LOG_NAME, TRACK_NAMES
from studio.storage.header import read_header
from studio.vad.detector import ProbabilityStream, SileroDetector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.vad.detector import SpeechDetector

SLICE_MS = 20_000
"""Audio of each track in one slice: about 0.1 s of work for the detector."""
_KEPT_SESSIONS = 4
_FULL_SCALE = 32768.0


class CurveReader:
    """The curves of the sessions that were looked at last.

    Args:
        detector: makes the local VAD; one for each session.
    """

    def __init__(self, detector: Callable[[], SpeechDetector] = SileroDetector) -> None:
        self._detector = detector
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    async def read(self, path: str) -> TrackCurves:
        """The curves of a session, a slice further than when it was asked last."""
        session = self._sessions.get(path)
        if session is None:
            session = self._sessions[path] = _Session(Path(path), self._detector)
        self._sessions.move_to_end(path)
        while len(self._sessions) > _KEPT_SESSIONS:
            self._sessions.popitem(last=False)
        return await asyncio.to_thread(session.read_on)


class _Session:
    """What is known of one session's tracks."""

    def __init__(self, folder: Path, detector: Callable[[], SpeechDetector]) -> None:
        self._folder = folder
        self._detector = detector
        self._lock = Lock()
        self._known = TrackCurves()
        self._fresh()

    def _fresh(self) -> None:
        self._tracks: tuple[_Track, _Track] | None = None
        self._levels: tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]] = ([], [])
        self._probabilities: list[NDArray[np.float32]] = []
        self._vad: ProbabilityStream | None = None
        self._deaf = ""

    def read_on(self) -> TrackCurves:
        """Read the next slice of both tracks; the same object again where nothing came."""
        with self._lock:
            came, problem = False, ""
            try:
                came = self._read_slice()
            except StudioError as failure:
                problem = failure.message
            except OSError as failure:
                problem = f"The tracks cannot be read: {failure.strerror or failure}."
            problem = problem or self._deaf
            if came or not self._known.is_whole or problem != self._known.problem:
                self._known = self._joined(problem, came=came)
            return self._known

    def _read_slice(self) -> bool:
        tracks = self._opened()
        if any(track.is_another for track in tracks):
            self._fresh()
            tracks = self._opened()
        (sent, received), (input_levels, output_levels) = tracks, self._levels
        heard = sent.next_slice()
        if heard:
            input_levels.append(_levels_db(heard, sent.audio_format))
            self._listen(heard, sent.audio_format)
        spoken = received.next_slice()
        if spoken:
            output_levels.append(_levels_db(spoken, received.audio_format))
        return bool(heard or spoken)

    def _opened(self) -> tuple[_Track, _Track]:
        if self._tracks is None:
            header = read_header(self._folder / LOG_NAME)
            self._tracks = (
                _Track(self._folder / TRACK_NAMES["input"], AudioFormat(header.input_format)),
                _Track(self._folder / TRACK_NAMES["output"], AudioFormat(header.output_format)),
            )
        return self._tracks

    def _listen(self, pcm: bytes, audio_format: AudioFormat) -> None:
        if self._deaf:
            return
        try:
            if self._vad is None:
                self._vad = ProbabilityStream(self._detector(), audio_format)
        except StudioError as failure:
            self._deaf = failure.message
            return
        found = [probability for _, probability in self._vad.push(pcm)]
        self._probabilities.append(np.array(found, np.float32))

    def _joined(self, problem: str, *, came: bool) -> TrackCurves:
        input_levels, output_levels = (_end_to_end(each) for each in self._levels)
        tracks = self._tracks or ()
        return TrackCurves(
            input_db=input_levels,
            output_db=output_levels,
            probability=_end_to_end(self._probabilities),
            is_whole=not came or not any(track.has_more for track in tracks),
            problem=problem,
        )


class _Track:
    """The frames of one track's file, as far as they were taken."""

    def __init__(self, path: Path, audio_format: AudioFormat) -> None:
        self.audio_format = audio_format
        self._path = path
        self._data_at = WAV_HEADER_BYTES[audio_format]
        self._frame_bytes = audio_format.bytes_per_ms * VAD_FRAME_MS
        self._taken_bytes = 0
        self._inode: int | None = None

    @property
    def _held_bytes(self) -> int:
        """The bytes of whole frames in the file."""
        try:
            held = self._path.stat().st_size - self._data_at
        except OSError:
            return 0
        return max(0, held - held % self._frame_bytes)

    @property
    def has_more(self) -> bool:
        """Whether frames wait that were not taken."""
        return self._held_bytes > self._taken_bytes

    @property
    def is_another(self) -> bool:
        """Whether the file is not the one of which something was taken."""
        try:
            found = self._path.stat()
        except OSError:
            return self._taken_bytes > 0
        before, self._inode = self._inode, found.st_ino
        return self._taken_bytes > self._held_bytes or (before or found.st_ino) != found.st_ino

    def next_slice(self) -> bytes:
        """The next whole frames, as many as a slice has; empty where there are none."""
        length = min(
            self._held_bytes - self._taken_bytes,
            SLICE_MS // VAD_FRAME_MS * self._frame_bytes,
        )
        if length <= 0:
            return b""
        with self._path.open("rb") as file:
            file.seek(self._data_at + self._taken_bytes)
            pcm = file.read(length)
        pcm = pcm[: len(pcm) - len(pcm) % self._frame_bytes]
        self._taken_bytes += len(pcm)
        return pcm


def _levels_db(pcm: bytes, audio_format: AudioFormat) -> NDArray[np.float32]:
    """The root mean square of each frame, dBFS."""
    samples = decode(pcm, audio_format).astype(np.float32)
    frames = samples.reshape(-1, audio_format.rate_hz * VAD_FRAME_MS // 1000)
    rms = np.sqrt(np.einsum("ij,ij->i", frames, frames) / frames.shape[1]) / _FULL_SCALE
    with np.errstate(divide="ignore"):
        levels: NDArray[np.float32] = np.maximum(20 * np.log10(rms), np.float32(FLOOR_DB))
    return levels


def _end_to_end(pieces: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """All pieces as one, which is also what is kept of them."""
    if not pieces:
        return np.zeros(0, np.float32)
    if len(pieces) > 1:
        pieces[:] = [np.concatenate(pieces)]
    return pieces[0]
