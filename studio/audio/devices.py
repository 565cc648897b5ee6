"""The only door to sound cards: PortAudio through sounddevice, loaded when it is first needed.

What goes wrong here (no library, no card, no such name, a card that refuses or is gone) comes out
as `StudioError`. Streams have a fixed block, one direction each, and are only ever aborted:
PortAudio's `stop` waits for ever on a card that delivers nothing. Every call is made by one thread,
since a sound server that froze lets even `abort` wait.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from studio.audio.card_thread import CardThread
from studio.audio.refusals import CHANNELS_REFUSED, RATE_REFUSED, code_of, in_words
from studio.audio.sound_library import load_library
from studio.core.errors import StudioError
from studio.core.text import one_line

if TYPE_CHECKING:
    from studio.audio.sound_library import BlockStatus, BlockTimes, LibraryStream, SoundLibrary

Direction = Literal["input", "output"]

FillBlock = Callable[[NDArray[np.int16], float, bool], None]
"""Takes a block of mono samples to write to, the seconds until the first is heard, and whether the
card ran dry before them."""

FillFrames = Callable[[NDArray[np.int16], float, bool], None]
"""As `FillBlock`, for a block of shape (n, 2): left and right."""

TakeBlock = Callable[[NDArray[np.int16], float, bool], None]
"""Takes samples (of all channels, in turn) that are only lent, the seconds since the first was
recorded, and whether the card's buffer overflowed before them."""

_CLOSING_S = 0.1
_COMMON_RATES_HZ = (48_000, 44_100, 16_000)
_PLACE = re.compile(r"\s*\((?:plug)?hw:\d+,\d+\)$")


@dataclass(frozen=True, slots=True)
class Device:
    """A sound card as PortAudio lists it."""

    index: int
    name: str
    host: str
    input_channels: int
    output_channels: int
    rate_hz: int
    is_default_input: bool = False
    is_default_output: bool = False

    @property
    def lasting_name(self) -> str:
        """The name without the place that ALSA gave the card, which is another after each plug-in.

        The one to remember; `SoundCards.find` takes it.
        """
        return _PLACE.sub("", self.name)

    def can(self, direction: Direction) -> bool:
        """Whether it records (`input`) or plays (`output`)."""
        return bool(self.channels(direction))

    def channels(self, direction: Direction) -> int:
        """How many channels it has that way."""
        return self.input_channels if direction == "input" else self.output_channels

    def is_default(self, direction: Direction) -> bool:
        """Whether the system would choose it."""
        return self.is_default_input if direction == "input" else self.is_default_output


class CardStream:
    """An open stream of a card, not started yet.

    Args:
        device: whose it is.
        rate_hz: what it is opened at.
        channels: with how many channels.
        make: opens the library's stream.
        cards: where it is open.

    Raises:
        Exception: the library's own, where the card does not take this rate or is gone.
    """

    def __init__(
        self,
        device: Device,
        rate_hz: int,
        channels: int,
        make: Callable[[], LibraryStream],
        cards: SoundCards,
    ) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self._device = device
        self._cards = cards
        self._is_restarting = False
        self._stream = make()

    @property
    def is_active(self) -> bool:
        """Whether the card calls back, as far as the library knows, or is being restarted."""
        if self._is_restarting:
            return True
        try:
            return self._stream.active
        except self._cards.refusal:  # the library was initialised again, and knows it no more
            return False

    @property
    def latency_ms(self) -> float:
        """The card's own estimate."""
        return self._stream.latency * 1000

    def start(self) -> None:
        """Begin; blocks for some milliseconds, and at most for `PATIENCE_S`.

        Raises:
            StudioError: the card is gone, or does not answer.
        """
        try:
            self._cards.thread.answer(self._stream.start)
        except self._cards.refusal as failure:
            raise in_words(self._device.name, failure, (self.rate_hz,)) from failure

    def restart(self, between: Callable[[], None]) -> None:
        """Throw away what the card has queued and begin again, without waiting for it.

        A card that refuses is not active afterwards; one that does not answer calls back no more.

        Args:
            between: is called when the card is still and about to begin again.
        """

        def work() -> None:
            try:
                self._stream.abort()
                between()
                self._stream.start()
            finally:
                self._is_restarting = False

        self._is_restarting = True
        self._cards.thread.begin(work)

    def close(self) -> None:
        """Give the card back; one that does not answer at once is left to itself."""
        wait([self._cards.thread.begin(self._close)], _CLOSING_S)

    def _close(self) -> None:
        self._stream.abort()
        self._stream.close()
        self._cards.closed(self)


class SoundCards:
    """The cards of this machine.

    Args:
        library: the sounddevice module, or something with its surface.
        thread: what calls it.
    """

    def __init__(
        self,
        library: SoundLibrary,
        thread: CardThread | None = None,
    ) -> None:
        self.thread = thread or CardThread()
        self.refusal = library.PortAudioError
        self._library = library
        self._open_streams: set[CardStream] = set()
        self._is_initialized = True
        self._is_list_fresh = True

    @classmethod
    def load(cls, thread: CardThread | None = None) -> SoundCards:
        """Load PortAudio.

        Args:
            thread: what is to call it; one of its own if not given.

        Raises:
            StudioError: it is not installed, or its sound system does not answer.
        """
        thread = thread or CardThread()
        return cls(load_library(thread), thread)

    @property
    def are_in_use(self) -> bool:
        """Whether a stream is open, so that cards that were plugged in since are not seen."""
        return bool(self._open_streams)

    def listed(self) -> list[Device]:
        """Every card, in PortAudio's order.

        PortAudio looks for cards only when it is initialised, and that ends all its streams. So
        while no stream is open (`are_in_use`) each call initialises it again (40 to 100 ms), and
        tells what is plugged in now; otherwise it tells what was when the oldest stream was opened.
        Blocks for at most `PATIENCE_S`.

        Raises:
            StudioError: PortAudio cannot reach the sound systems, or they do not answer.
        """
        try:
            return self.thread.answer(self._list)
        except self.refusal as failure:
            raise StudioError(
                f"The sound system does not answer ({one_line(str(failure.args[0]), 120)}).",
                title="No real sound",
                hint="Start the sound server, then try again.",
            ) from failure

    def find(self, direction: Direction, wanted: str = "") -> Device:
        """The card with this index, this name or this part of one; the system's choice if empty.

        A card that was unplugged is found again by its name when it is back; see `listed`.

        Raises:
            StudioError: no card, or none that fits.
        """
        able = [device for device in self.listed() if device.can(direction)]
        if not able:
            raise StudioError(
                f"This machine has no sound card for {direction}.",
                title="No sound card",
                hint="Plug one in, or start the sound server, then try again.",
            )
        if not wanted:
            return next((device for device in able if device.is_default(direction)), able[0])
        name = wanted.casefold()
        fits: tuple[Callable[[Device], bool], ...] = (
            lambda device: wanted == str(device.index),
            lambda device: name in (device.name.casefold(), device.lasting_name.casefold()),
            lambda device: name in device.name.casefold(),
        )
        for fit in fits:
            for device in filter(fit, able):
                return device
        names = ", ".join(f"{device.index} {device.name}" for device in able)
        raise StudioError(
            f"No {direction} device is called {one_line(wanted, 60)}.",
            title="No such sound card",
            hint=f"There are: {names}",
        )

    def open_output(self, device: Device, rate_hz: int, fill: FillBlock) -> CardStream:
        """A stream of 10 ms blocks at this rate, at the card's own, or at a common one.

        The first of them that the card takes; with one channel, or the same in each of its own.

        Raises:
            StudioError: the card takes none of them, or is gone.
        """

        def callback(channels: int) -> Callable[..., None]:
            def call(
                outdata: memoryview, _frames: int, time: BlockTimes, status: BlockStatus
            ) -> None:
                until_heard_s = time.outputBufferDacTime - time.currentTime
                block = np.frombuffer(outdata, np.int16).reshape(-1, channels)
                fill(block[:, 0], until_heard_s, bool(status.output_underflow))
                block[:, 1:] = block[:, :1]

            return call

        make = partial(self._library.RawOutputStream, device=device.index)
        return self._open("output", make, device, rate_hz, 100, callback, 1)

    def open_stereo(self, device: Device, rate_hz: int, fill: FillFrames) -> CardStream:
        """As `open_output`, with the first two of the card's channels, or both mixed into its one.

        Raises:
            StudioError: the card takes no rate, or is gone.
        """

        def callback(channels: int) -> Callable[..., None]:
            def call(
                outdata: memoryview, frames: int, time: BlockTimes, status: BlockStatus
            ) -> None:
                until_heard_s = time.outputBufferDacTime - time.currentTime
                block = np.frombuffer(outdata, np.int16).reshape(-1, channels)
                both = block[:, :2] if channels > 1 else np.empty((frames, 2), np.int16)
                fill(both, until_heard_s, bool(status.output_underflow))
                if channels == 1:
                    block[:, 0] = np.clip(both.sum(axis=1, dtype=np.int32), -32768, 32767)
                block[:, 2:] = 0

            return call

        make = partial(self._library.RawOutputStream, device=device.index)
        channels = min(2, device.output_channels)
        return self._open("output", make, device, rate_hz, 100, callback, channels)

    def open_input(self, device: Device, rate_hz: int, take: TakeBlock) -> CardStream:
        """A stream of 20 ms blocks at this rate, at the card's own, or at a common one.

        The first of them that the card takes; with one channel, or with all that it has.

        Raises:
            StudioError: the card takes none of them, or is gone.
        """

        def call(indata: memoryview, _frames: int, time: BlockTimes, status: BlockStatus) -> None:
            since_recorded_s = time.currentTime - time.inputBufferAdcTime
            samples = np.frombuffer(indata, np.int16)
            take(samples, since_recorded_s, bool(status.input_overflow))

        make = partial(self._library.RawInputStream, device=device.index)
        return self._open("input", make, device, rate_hz, 50, lambda _channels: call, 1)

    def closed(self, stream: CardStream) -> None:
        """Forget a stream that is open no longer."""
        self._open_streams.discard(stream)

    def _list(self) -> list[Device]:
        self._look_again()
        default_input, default_output = self._library.default.device
        hosts = self._library.query_hostapis()
        return [
            Device(
                index=index,
                name=one_line(card["name"]),
                host=hosts[card["hostapi"]]["name"],
                input_channels=card["max_input_channels"],
                output_channels=card["max_output_channels"],
                rate_hz=int(card["default_samplerate"]),
                is_default_input=index == default_input,
                is_default_output=index == default_output,
            )
            for index, card in enumerate(self._library.query_devices())
        ]

    def _open(
        self,
        direction: Direction,
        make: Callable[..., LibraryStream],
        device: Device,
        wanted_hz: int,
        blocks_per_s: int,
        callback: Callable[[int], Callable[..., None]],
        wanted_channels: int,
    ) -> CardStream:
        rates_hz = tuple(dict.fromkeys((wanted_hz, device.rate_hz, *_COMMON_RATES_HZ)))
        failures: list[Exception] = []
        for rate_hz in rates_hz:
            for channels in dict.fromkeys((wanted_channels, device.channels(direction))):
                options = partial(
                    make,
                    samplerate=rate_hz,
                    channels=channels,
                    dtype="int16",
                    blocksize=rate_hz // blocks_per_s,
                    latency="low",
                    callback=callback(channels),
                )
                stream = partial(CardStream, device, rate_hz, channels, options, self)
                try:
                    return self.thread.answer(partial(self._opened, stream))
                except (self.refusal, ValueError) as refused:
                    failures.append(refused)
                    if code_of(refused) != CHANNELS_REFUSED:
                        break
        failure = _most_telling(failures)
        raise in_words(device.name, failure, rates_hz) from failure

    def _opened(self, make: Callable[[], CardStream]) -> CardStream:
        """On the cards' own thread, so that no look at the cards can come in between."""
        stream = make()
        self._open_streams.add(stream)
        return stream

    def _look_again(self) -> None:
        """Have PortAudio list the cards anew, which it otherwise does only once in its life.

        That ends every open stream, so it waits until there is none.
        """
        if self._is_list_fresh or self._open_streams:
            self._is_list_fresh = False
            return
        if self._is_initialized:
            self._library._terminate()  # noqa: SLF001 - sounddevice has no other way
            self._is_initialized = False
        self._library._initialize()  # noqa: SLF001
        self._is_initialized = True


def _most_telling(failures: list[Exception]) -> Exception:
    """What stood in the way; a rate that is refused does so only where every rate is."""
    others = [each for each in failures if code_of(each) != RATE_REFUSED]
    return (others or failures)[-1]
