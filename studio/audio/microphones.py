"""Where the audio to send comes from: a sound card, a file, or silence, in 20 ms wire blocks.

A virtual microphone is paced by the clock: block `n` comes when its last sample would have been
recorded, so that waking up late shifts nothing. `Voiceover` lets words be spoken into any of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from studio.audio.capture_times import CaptureTimes
from studio.audio.resample import StreamResampler
from studio.audio.ring import SampleRing
from studio.audio.samples import encode, to_int16
from studio.core.errors import StudioError
from studio.core.units import BLOCK_MS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterator
    from pathlib import Path

    from studio.audio.devices import Device, SoundCards
    from studio.audio.formats import AudioFormat
    from studio.core.clock import Clock

Clean = Callable[[NDArray[np.int16], float], NDArray[np.int16]]
"""Takes 20 ms at the wire's rate and the clock's reading at their first sample; returns as many."""

_LONGEST_CATCH_UP_S = 2.0
_SILENT_CARD_S = 0.5
_STARTING_CARD_S = 3.0  # a Bluetooth headset takes its time
_STALE_S = 0.5  # older sound would put the conversation behind for good
_LONGEST_LATENCY_S = 3.0


class Block(NamedTuple):
    """20 ms of sound in the wire's format.

    `late_ms` is how long after its time it came, `lost_ms` what was lost before it, and
    `captured_at` the clock's reading when its last sample ended at the microphone.
    """

    payload: bytes
    late_ms: float = 0.0
    lost_ms: float = 0.0
    captured_at: float = 0.0


class Microphone(Protocol):
    """A source of sound in real time."""

    name: str
    is_virtual: bool
    rate_hz: int
    latency_ms: float
    overruns: int
    """How often the card's own buffer overflowed."""

    def blocks(self) -> AsyncIterator[Block]:
        """Blocks as they are recorded, for ever; iterate once.

        Raises:
            StudioError: the card went away.
        """
        ...

    def close(self) -> None:
        """Give the card back."""
        ...


class PacedMicrophone:
    """A microphone whose sound is there already, given out by the clock.

    Args:
        name: what to call it.
        next_payload: the next 20 ms in the wire's format.
        clock: what paces it.
        sleep: waits for some seconds of that clock.
    """

    is_virtual = True
    latency_ms = 0.0
    overruns = 0

    def __init__(
        self,
        name: str,
        audio_format: AudioFormat,
        next_payload: Callable[[], bytes],
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.rate_hz = audio_format.rate_hz
        self._next_payload = next_payload
        self._clock = clock
        self._sleep = sleep

    async def blocks(self) -> AsyncIterator[Block]:
        """One block each 20 ms; after a late wake-up all that are due, at once."""
        due = self._clock.monotonic()
        while True:
            due += BLOCK_MS / 1000
            await self._sleep(max(0.0, due - self._clock.monotonic()))
            late_s, lost_s = max(0.0, self._clock.monotonic() - due), 0.0
            if late_s > _LONGEST_CATCH_UP_S:
                late_s, lost_s = 0.0, late_s
                due += lost_s
            yield Block(self._next_payload(), late_s * 1000, lost_s * 1000, due)

    def close(self) -> None:
        """Nothing to give back."""


def silence_microphone(
    audio_format: AudioFormat,
    clock: Clock,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> PacedMicrophone:
    """Digital silence for ever."""
    silence = audio_format.silence(BLOCK_MS)
    return PacedMicrophone("silence", audio_format, lambda: silence, clock, sleep)


def file_microphone(
    path: Path,
    sound: Tape,
    audio_format: AudioFormat,
    clock: Clock,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> PacedMicrophone:
    """The sound of a file, then silence."""
    return PacedMicrophone(path.name, audio_format, sound.next_payload, clock, sleep)


class Tape:
    """Recorded sound that is given out block by block; silence follows."""

    def __init__(self, sound: bytes, audio_format: AudioFormat) -> None:
        self._sound = sound
        self._format = audio_format
        self._block_bytes = audio_format.ms_to_bytes(BLOCK_MS)
        self._position = 0

    @property
    def is_over(self) -> bool:
        """Whether all of it was given out."""
        return self._position >= len(self._sound)

    def next_payload(self) -> bytes:
        """The next 20 ms."""
        payload = self._sound[self._position : self._position + self._block_bytes]
        self._position += len(payload)
        missing_ms = self._format.bytes_to_ms(self._block_bytes - len(payload))
        return payload + self._format.silence(missing_ms)


def recorded(path: Path, audio_format: AudioFormat) -> bytes:
    """A file's sound in the wire's format; to the byte where the file holds it so.

    Raises:
        StudioError: the file cannot be read.
    """
    from studio.audio.resample import resample_offline
    from studio.audio.wav import read_audio

    if (as_it_is := _wire_bytes(path, audio_format)) is not None:
        return as_it_is
    clip = read_audio(path)
    samples = resample_offline(clip.samples, clip.rate_hz, audio_format.rate_hz)
    return encode(to_int16(samples), audio_format)


def _wire_bytes(path: Path, audio_format: AudioFormat) -> bytes | None:
    """The data of a WAV file in the wire's own format; None where it is another kind of file."""
    from studio.audio.wire_wav import wire_data

    with suppress(OSError):
        data = wire_data(path)
        if data is not None and data.audio_format is audio_format and data.data_bytes:
            with path.open("rb") as file:
                file.seek(data.data_offset)
                return file.read(data.data_bytes)
    return None


def _untouched(samples: NDArray[np.int16], _begin: float) -> NDArray[np.int16]:
    return samples


class DeviceMicrophone:
    """A sound card. Its callback only copies samples into a ring, and wakes the event loop.

    Args:
        cards: where it is opened.
        device: which one.
        audio_format: the wire's.
        clock: what its blocks are timed by.
        clean: what is sent instead of what was recorded.

    Raises:
        StudioError: the card cannot be opened.
    """

    is_virtual = False

    def __init__(
        self,
        cards: SoundCards,
        device: Device,
        audio_format: AudioFormat,
        clock: Clock,
        clean: Clean = _untouched,
    ) -> None:
        self.name = device.name
        self.overruns = 0
        self._format = audio_format
        self._clock = clock
        self._clean = clean
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._stream = cards.open_input(device, audio_format.rate_hz, self._take)
        self.rate_hz, self._channels = self._stream.rate_hz, self._stream.channels
        self.latency_ms = self._stream.latency_ms
        self._ring = SampleRing(int(_STALE_S * self.rate_hz) * self._channels)
        self._times = CaptureTimes(self.rate_hz)
        self._resampler = StreamResampler(self.rate_hz, audio_format.rate_hz)
        self._carried: NDArray[np.int16] = np.zeros(0, np.int16)

    async def blocks(self) -> AsyncIterator[Block]:
        """Blocks as the card records them.

        Raises:
            StudioError: the card cannot be started, went away, or has given nothing for half a
                second.
        """
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._stream.start)
        patience_s = _STARTING_CARD_S
        while True:
            await self._something_arrived(patience_s)
            patience_s = _SILENT_CARD_S
            for block in self._arrived():
                yield block

    def close(self) -> None:
        """Give the card back, at once."""
        self._loop = None
        self._stream.close()

    def _take(self, samples: NDArray[np.int16], since_recorded_s: float, overflowed: bool) -> None:  # noqa: FBT001 - a callback
        if not 0 <= since_recorded_s <= _LONGEST_LATENCY_S:  # some sound systems tell no such time
            since_recorded_s = self.latency_ms / 1000
        self.overruns += overflowed
        recorded_at = self._clock.monotonic() - since_recorded_s
        frames = samples.size // self._channels
        self._ring.write(samples, self._times.end(recorded_at, frames))
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(self._news.set)

    def _arrived(self) -> Iterator[Block]:
        """All whole blocks that the ring's samples complete."""
        samples, ended_at, lost = self._ring.read()
        lost_ms = lost / self._channels * 1000 / self.rate_hz
        resampled = self._resampler.process(_mixed_down(samples, self._channels))
        sound = np.concatenate((self._carried, resampled))
        size = self._format.rate_hz * BLOCK_MS // 1000
        whole = sound.size - sound.size % size
        self._carried = sound[whole:]
        # What the resampler waits for was recorded, too, after the last sample that it gave.
        ended_at -= self._resampler.lookahead_ms / 1000
        for at in range(0, whole, size):
            behind_s = (sound.size - at - size) / self._format.rate_hz
            captured_at = ended_at - behind_s
            cleaned = self._clean(sound[at : at + size], captured_at - BLOCK_MS / 1000)
            late_ms = (whole - at - size) / size * BLOCK_MS
            yield Block(encode(cleaned, self._format), late_ms, lost_ms, captured_at)
            lost_ms = 0.0

    async def _something_arrived(self, patience_s: float) -> None:
        # A wake-up may come after its samples were read with the ones before: then wait on.
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while not self._ring.has_news():
                    self._news.clear()
                    await self._news.wait()
        if not self._ring.has_news():  # else it was the loop that was late
            raise StudioError(
                f"{self.name} stopped recording.",
                title="The microphone went away",
                hint="Plug it in again, or choose another one.",
            )


def _mixed_down(samples: NDArray[np.int16], channels: int) -> NDArray[np.int16]:
    if channels == 1:
        return samples
    mixed = np.rint(samples.reshape(-1, channels).mean(axis=1)).astype(np.int16)
    return cast("NDArray[np.int16]", mixed)


class Voiceover:
    """Words that replace what a microphone records, while there are any."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._lines: deque[tuple[str, bytes]] = deque()
        self._position = 0

    @property
    def is_speaking(self) -> bool:
        """Whether words are waiting or being said."""
        return bool(self._lines)

    def add(self, text: str, samples: NDArray[np.int16], rate_hz: int) -> None:
        """Say these words after those that wait already."""
        resampler = StreamResampler(rate_hz, self._format.rate_hz)
        sound = np.concatenate((resampler.process(samples), resampler.flush(samples)))
        self._lines.append((text, encode(sound, self._format)))

    def over(self, block: bytes) -> tuple[bytes, str]:
        """The block to send instead, and the words that begin with it, if any do."""
        if not self._lines:
            return block, ""
        text, sound = self._lines[0]
        begins = text if self._position == 0 else ""
        spoken = sound[self._position : self._position + len(block)]
        self._position += len(spoken)
        if self._position >= len(sound):
            self._lines.popleft()
            self._position = 0
        missing_ms = self._format.bytes_to_ms(len(block) - len(spoken))
        return spoken + self._format.silence(missing_ms), begins
