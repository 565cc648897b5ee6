"""Stand-ins for PortAudio, for a detector and for a voice, in the shape of the real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from studio.core.clock import ManualClock
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray


class FakePortAudioError(Exception):
    """What sounddevice raises."""


@dataclass
class FakeStream:
    """A card's stream that calls back when the test says so.

    `is_unknown` is one of which PortAudio knows nothing any more, as after it was terminated.
    """

    samplerate: int
    blocksize: int
    callback: Callable[..., None]
    channels: int = 1
    latency: float = 0.03
    is_closed: bool = False
    aborts: int = 0
    is_gone: bool = False
    is_unknown: bool = False
    _is_active: bool = False

    @property
    def active(self) -> bool:
        if self.is_unknown:
            raise FakePortAudioError("Invalid stream pointer", -9988)
        return self._is_active

    @active.setter
    def active(self, is_active: bool) -> None:
        self._is_active = is_active

    def start(self) -> None:
        if self.is_gone:
            raise FakePortAudioError("Unanticipated host error")
        self.active = True

    def abort(self) -> None:
        self.active = False
        self.aborts += 1

    def close(self) -> None:
        self.is_closed = True

    @property
    def is_input(self) -> bool:
        """Whether it records: those that do have blocks of 20 ms, those that play of 10 ms."""
        return self.samplerate // self.blocksize == 50

    def pull(self, until_heard_s: float = 0.03, *, underflow: bool = False) -> NDArray[np.int16]:
        """Play one block."""
        out = bytearray(b"\x7f" * self.blocksize * 2 * self.channels)
        times = SimpleNamespace(outputBufferDacTime=100.0 + until_heard_s, currentTime=100.0)
        status = SimpleNamespace(output_underflow=underflow)
        self.callback(memoryview(out), self.blocksize, times, status)
        return np.frombuffer(out, np.int16)

    def settle(self) -> None:
        """Play the first blocks, whose times are not to be trusted."""
        for _ in range(5):
            assert not self.pull().any()

    def push(
        self, samples: NDArray[np.int16], since_recorded_s: float = 0.02, *, overflow: bool = False
    ) -> None:
        """Record one block."""
        times = SimpleNamespace(inputBufferAdcTime=100.0 - since_recorded_s, currentTime=100.0)
        status = SimpleNamespace(input_overflow=overflow)
        frames = samples.size // self.channels
        self.callback(memoryview(samples.tobytes()), frames, times, status)


@dataclass
class FakeSoundLibrary:
    """sounddevice's surface over made-up cards.

    `rates_hz` are the rates that cards take, `channels` the counts of channels, any where there are
    none; `refusal` is what they answer instead of opening, and `blindness` instead of listing. What
    is put into `cards` is listed only after the next look, as PortAudio does it. `before_opening`
    is called by whoever opens a stream.
    """

    cards: Sequence[Mapping[str, Any]] = ()
    default_indexes: tuple[int, int] = (-1, -1)
    rates_hz: tuple[int, ...] = (24_000, 48_000)
    channels: tuple[int, ...] = ()
    refusal: Exception | None = None
    blindness: Exception | None = None
    streams: list[FakeStream] = field(default_factory=list)
    looks: int = 1
    are_gone: bool = False
    is_initialized: bool = True
    before_opening: Callable[[], object] = lambda: None
    _known: Sequence[Mapping[str, Any]] | None = None
    PortAudioError = FakePortAudioError

    @property
    def default(self) -> SimpleNamespace:
        return SimpleNamespace(device=self.default_indexes)

    def query_devices(self) -> Sequence[Mapping[str, Any]]:
        if self._known is None:
            self._known = self.cards
        return self._known

    def query_hostapis(self) -> Sequence[Mapping[str, Any]]:
        return ({"name": "ALSA"},)

    def _terminate(self) -> None:
        if not self.is_initialized:
            raise FakePortAudioError("Error terminating PortAudio: not initialized", -10000)
        assert all(stream.is_closed for stream in self.streams)
        self.is_initialized = False

    def _initialize(self) -> None:
        if self.blindness is not None:
            raise self.blindness
        self.is_initialized = True
        self._known = self.cards
        self.looks += 1

    def RawOutputStream(self, **options: object) -> FakeStream:  # noqa: N802 - its name
        return self._open(options)

    def RawInputStream(self, **options: object) -> FakeStream:  # noqa: N802 - its name
        return self._open(options)

    def _open(self, options: Mapping[str, Any]) -> FakeStream:
        self.before_opening()
        if self.refusal is not None:
            raise self.refusal
        if options["samplerate"] not in self.rates_hz:
            raise FakePortAudioError("Error opening stream: Invalid sample rate", -9997)
        if self.channels and options["channels"] not in self.channels:
            raise FakePortAudioError("Error opening stream: Invalid number of channels", -9998)
        stream = FakeStream(
            options["samplerate"], options["blocksize"], options["callback"], options["channels"]
        )
        stream.is_gone = self.are_gone
        self.streams.append(stream)
        return stream


def card(name: str, inputs: int = 0, outputs: int = 0, rate_hz: float = 48_000.0) -> dict[str, Any]:
    """A card as sounddevice describes it."""
    return {
        "name": name,
        "hostapi": 0,
        "max_input_channels": inputs,
        "max_output_channels": outputs,
        "default_samplerate": rate_hz,
    }


def headset() -> FakeSoundLibrary:
    """A machine with one microphone and two speakers."""
    return FakeSoundLibrary(
        cards=(card("Monitor HDMI", outputs=2), card("USB Headset", inputs=1, outputs=2)),
        default_indexes=(1, 1),
    )


@dataclass
class SteppedSleep:
    """Sleeping moves a manual clock on; `late_s` are added to the first sleeps, one each."""

    clock: ManualClock
    late_s: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.clock.advance(seconds + (self.late_s.pop(0) if self.late_s else 0.0))


class LoudnessDetector:
    """Speech is what is loud."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        return 0.9 if float(np.abs(frame).max()) > 0.1 else 0.05

    def reset(self) -> None:
        pass


@dataclass
class FakeVoice:
    """Speaks each letter as 20 ms of a loud tone; refuses where `failure` is set."""

    failure: StudioError | None = None
    said: list[tuple[str, str]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def say(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        if self.failure is not None:
            raise self.failure
        self.said.append((text, voice))
        for _ in text:
            yield tone(20).tobytes()


def tone(ms: float, rate_hz: int = 24_000, level: int = 16_000) -> NDArray[np.int16]:
    """A 400 Hz tone."""
    at = np.arange(int(ms * rate_hz / 1000))
    return (level * np.sin(2 * np.pi * 400 * at / rate_hz)).astype("<i2")
