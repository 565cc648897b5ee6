"""Plays the sound of a stored session on its true time line: the user left, the assistant right.

A sound file is played as a session in which nobody but the assistant spoke.

It renders a little ahead of the ear, so that a leap takes effect at once, and says where the ear
is. Beyond a speed at which speech can be followed it is not asked.
"""

from __future__ import annotations

import asyncio
import math
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from studio.audio.formats import AudioFormat
from studio.audio.resample import StreamResampler, resample_offline
from studio.audio.samples import decode, encode, to_int16
from studio.audio.stretch import FASTEST_VOICE, SLOWEST_VOICE, Stretch
from studio.audio.wav import read_audio
from studio.core.errors import StudioError
from studio.export.placed import Placed
from studio.runtime.messages import Fault, RecordingHeard
from studio.runtime.sound import open_stereo
from studio.storage.reader import open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from studio.audio.stereo import StereoSpeaker
    from studio.runtime.messages import FromWorker, PlayRecording
    from studio.runtime.sound import SoundSource
    from studio.storage.lines import Track

    Samples = NDArray[np.int16]

_BLOCK_MS = 100
_AHEAD_MS = 400
_LOOK_EVERY_S = 0.05
_NOTHING = np.zeros((0, 2), np.int16)
_CRASH = Fault(
    title="The recording fell silent",
    message="A fault in the studio itself ended its sound; the session is as it was.",
    hint="Play it again; the details are in the worker's log.",
)


class Tracks(Protocol):
    """Where the bytes of both tracks are read: a `StoredSession`, or a sound file."""

    def format_of(self, track: Track) -> AudioFormat:
        """The encoding of a track."""
        ...

    def read_track(self, track: Track, offset: int, length: int) -> bytes:
        """Bytes of a track from `offset` on; fewer where it is shorter, or cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A sound file of any kind as an assistant's track."""

    data: bytes

    @classmethod
    def read(cls, path: Path) -> SoundFile:
        """Read all of it.

        Raises:
            StudioError: it is missing, is not audio, or holds no samples.
        """
        clip = read_audio(path)
        form = AudioFormat.PCM16
        samples = resample_offline(clip.samples, clip.rate_hz, form.rate_hz)
        return cls(encode(to_int16(samples), form))

    @property
    def whole(self) -> tuple[Placed, ...]:
        """All of it, from the first moment on."""
        return (Placed(0, len(self.data), 0.0),)

    def format_of(self, track: Track) -> AudioFormat:
        """PCM16, whatever the file holds."""
        del track
        return AudioFormat.PCM16

    def read_track(self, track: Track, offset: int, length: int) -> bytes:
        """Bytes from `offset` on; the user said nothing."""
        return self.data[offset : offset + length] if track == "output" else b""


def opened(wanted: PlayRecording) -> tuple[PlayRecording, Tracks]:
    """What is to be played, and where it is read; of a file all of it where no part is named.

    Raises:
        StudioError: it is no session, or no sound file.
    """
    if not wanted.is_file:
        return wanted, open_session(Path(wanted.path))
    file = SoundFile.read(Path(wanted.path))
    return replace(wanted, output=wanted.output or file.whole), file


def time_line(
    placed: tuple[Placed, ...], form: AudioFormat, from_s: float, read: Callable[[int, int], bytes]
) -> Iterator[Samples]:
    """Blocks of 100 ms of a track from a session second on, without end; silent where nothing lies.

    Args:
        placed: where the track lies.
        form: its encoding.
        from_s: where to begin.
        read: bytes of the track by offset and length; fewer where it has lost some.
    """
    block, width = form.rate_hz * _BLOCK_MS // 1000, form.bytes_per_sample
    begin = round(from_s * form.rate_hz)
    ahead = iter(placed)
    span = next(ahead, None)
    while True:
        sound = np.zeros(block, np.int16)
        while span is not None:
            first = round(span.at_s * form.rate_hz)
            last = first + span.n_bytes // width
            start, end = max(first, begin), min(last, begin + block)
            if start < end:
                offset = span.offset_bytes + (start - first) * width
                found = decode(read(offset, (end - start) * width), form)
                sound[start - begin : start - begin + found.size] = found
            if last > begin + block:
                break
            span = next(ahead, None)
        yield sound
        begin += block


def rendered(wanted: PlayRecording, tracks: Tracks, rate_hz: int) -> Iterator[Samples]:
    """Frames at this rate, speed and loudness, up to the last sound there is.

    Shape (n, 2): the user left, the assistant right; where it is to be centred, both in both.
    """
    ends_s = 0.0
    lines: list[Iterator[Samples]] = []
    placements: tuple[tuple[Track, tuple[Placed, ...]], ...] = (
        ("input", wanted.input),
        ("output", wanted.output),
    )
    for track, placed in placements:
        form, read = tracks.format_of(track), partial(tracks.read_track, track)
        resampler = StreamResampler(form.rate_hz, rate_hz)
        line = time_line(placed, form, wanted.from_s, read)
        lines.append(_in_blocks(map(resampler.process, line), rate_hz))
        ends = (each.at_s + form.bytes_to_ms(each.n_bytes) / 1000 for each in placed)
        ends_s = max(ends_s, *ends, 0.0)
    blocks = math.ceil(max(0.0, ends_s - wanted.from_s) * 1000 / _BLOCK_MS)
    left, right = (_at_speed(islice(each, blocks), wanted.speed, rate_hz) for each in lines)
    frames = _frames(left, right)
    if wanted.gain_db:
        frames = map(partial(_louder, np.float32(10 ** (wanted.gain_db / 20))), frames)
    return map(_centred, frames) if wanted.is_centred else frames


def _louder(factor: np.float32, frames: Samples) -> Samples:
    louder: Samples = np.clip(np.rint(frames * factor), -32768, 32767).astype(np.int16)
    return louder


def _in_blocks(pieces: Iterator[Samples], rate_hz: int) -> Iterator[Samples]:
    """The same sound in blocks of 100 ms."""
    size = rate_hz * _BLOCK_MS // 1000
    waiting = np.zeros(0, np.int16)
    for piece in pieces:
        waiting = np.concatenate((waiting, piece))
        while waiting.size >= size:
            yield waiting[:size]
            waiting = waiting[size:]


def _at_speed(blocks: Iterator[Samples], speed: float, rate_hz: int) -> Iterator[Samples]:
    """The same sound faster or slower, at its own pitch where voices can be understood so."""
    if speed == 1.0:
        return blocks
    # What the last block still holds back, some silence after it brings out.
    blocks = chain(blocks, [np.zeros(rate_hz * _BLOCK_MS // 1000, np.int16)])
    if SLOWEST_VOICE <= speed <= FASTEST_VOICE:
        return map(Stretch(speed, rate_hz).process, blocks)
    return map(StreamResampler(round(rate_hz * speed), rate_hz).process, blocks)


def _frames(left: Iterator[Samples], right: Iterator[Samples]) -> Iterator[Samples]:
    """Two lines as one, as far as both have come: a stretched one is ahead at times."""
    one = other = np.zeros(0, np.int16)
    for more, another in zip(left, right, strict=True):
        one, other = np.concatenate((one, more)), np.concatenate((other, another))
        count = min(one.size, other.size)
        yield np.stack((one[:count], other[:count]), axis=1)
        one, other = one[count:], other[count:]


def _centred(frames: Samples) -> Samples:
    mixed = np.clip(frames.sum(axis=1, dtype=np.int32), -32768, 32767).astype(np.int16)
    return np.stack((mixed, mixed), axis=1)


class Replay:
    """The sound of one recording at a time, through a speaker that is kept while it plays.

    Args:
        source: where the speaker is opened.
        publish: is told where the ear is, and what went wrong.
    """

    def __init__(self, source: SoundSource, publish: Callable[[FromWorker], None]) -> None:
        self._source = source
        self._publish = publish
        self._playing: asyncio.Task[None] | None = None
        self._speaker: StereoSpeaker | None = None
        self._speaker_name = ""

    async def play(self, wanted: PlayRecording, tasks: asyncio.TaskGroup) -> None:
        """Play this from now on, in place of what plays."""
        await self._end()
        self._playing = tasks.create_task(self._play(wanted))

    async def stop(self) -> None:
        """Be silent, and give the speaker back."""
        await self._end()
        await self._give_back()

    async def _give_back(self) -> None:
        speaker, self._speaker = self._speaker, None
        if speaker is not None:
            await self._source.off_loop(speaker.close)

    async def _end(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            with suppress(asyncio.CancelledError):
                await self._playing
            self._playing = None
        if self._speaker is not None:
            self._speaker.flush()

    async def _play(self, wanted: PlayRecording) -> None:
        try:
            speaker = await self._opened(wanted.speaker)
            wanted, tracks = await self._source.off_loop(partial(opened, wanted))
            await self._hear(wanted, speaker, rendered(wanted, tracks, speaker.rate_hz))
            await self._give_back()
        except StudioError as failure:
            await self._silenced(wanted, Fault(failure.title, failure.message, failure.hint))
        except Exception:  # noqa: BLE001 - a live session goes on beside it, and must not end with it
            traceback.print_exc()
            await self._silenced(wanted, _CRASH)

    async def _silenced(self, wanted: PlayRecording, why: Fault) -> None:
        await self._give_back()
        self._publish(why)
        self._publish(RecordingHeard(wanted.number, wanted.from_s, is_over=True))

    async def _opened(self, name: str) -> StereoSpeaker:
        """The speaker of this name, or a silent one where there is no card."""
        if self._speaker is not None and name == self._speaker_name:
            return self._speaker
        await self._give_back()
        speaker: StereoSpeaker = await self._source.off_loop(
            partial(open_stereo, name, self._source)
        )
        self._speaker, self._speaker_name = speaker, name
        return speaker

    async def _hear(
        self, wanted: PlayRecording, speaker: StereoSpeaker, sound: Iterator[Samples]
    ) -> None:
        """Keep the speaker fed, and tell where the ear is, until all was heard."""
        block: Samples | None = _NOTHING
        while block is not None or speaker.unheard_ms:
            while block is not None and speaker.unheard_ms < _AHEAD_MS:
                block = await self._source.off_loop(partial(next, sound, None))
                if block is not None:
                    speaker.play(block)
            if heard := speaker.heard():
                at = wanted.from_s + heard / speaker.rate_hz * wanted.speed
                self._publish(RecordingHeard(wanted.number, at, speaker.is_virtual))
            await self._source.sleep(_LOOK_EVERY_S)
        self._publish(
            RecordingHeard(wanted.number, wanted.from_s, speaker.is_virtual, is_over=True)
        )
