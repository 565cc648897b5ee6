"""The only door to sound cards: PortAudio through sounddevice, loaded when it is first needed.

What goes wrong here (no library, no card, no such name, a rate that a card does not take, a card
that is gone) comes out as `StudioError`. Streams have a fixed block, one direction each, and are
only ever aborted: PortAudio's `stop` waits for ever on a card that delivers nothing. Every call
is made by one thread, since a sound server that froze lets even `abort` wait.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol, cast

from studio.audio.card_thread import CardThread
from studio.core.errors import StudioError

Direction = Literal["input", "output"]

FillBlock = Callable[[int, float, bool], bytes]
"""Takes a count of samples, the seconds until the first is heard, and whether the card ran dry
before them; returns int16 bytes."""

TakeBlock = Callable[[bytes, bool], None]
"""Takes int16 bytes, and whether the card's buffer overflowed before them."""

_CLOSING_S = 0.1

INSTALL_HINT = (
    "Install PortAudio: apt-get install libportaudio2 (Debian, Ubuntu), "
    "brew install portaudio (macOS)."
)


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

    def can(self, direction: Direction) -> bool:
        """Whether it records (`input`) or plays (`output`)."""
        return bool(self.input_channels if direction == "input" else self.output_channels)

    def is_default(self, direction: Direction) -> bool:
        """Whether the system would choose it."""
        return self.is_default_input if direction == "input" else self.is_default_output


class LibraryStream(Protocol):
    """A stream as sounddevice has it."""

    @property
    def active(self) -> bool:
        """Whether the card still calls back; it turns False when the card is unplugged."""
        ...

    @property
    def latency(self) -> float:
        """The card's own estimate in seconds."""
        ...

    def start(self) -> None:
        """Begin, or begin again after `abort`."""
        ...

    def abort(self) -> None:
        """Stop at once and forget what was queued."""
        ...

    def close(self) -> None:
        """Give the card back."""
        ...


class BlockTimes(Protocol):
    """The times that PortAudio gives to a callback; only their differences mean anything."""

    outputBufferDacTime: float  # noqa: N815 - PortAudio's own name
    currentTime: float  # noqa: N815 - PortAudio's own name


class BlockStatus(Protocol):
    """What PortAudio noticed since the last callback."""

    input_overflow: bool
    output_underflow: bool


class SoundLibrary(Protocol):
    """The part of sounddevice's surface that is used here."""

    @property
    def default(self) -> Any:  # noqa: ANN401 - sounddevice's settings object
        """The defaults; its `device` is a pair of indexes, -1 for none."""
        ...

    @property
    def PortAudioError(self) -> type[Exception]:  # noqa: N802 - sounddevice's own name
        """What PortAudio's refusals are raised as."""
        ...

    def RawInputStream(self, **options: object) -> LibraryStream:  # noqa: N802 - sounddevice's own name
        """A stream that records bytes."""
        ...

    def RawOutputStream(self, **options: object) -> LibraryStream:  # noqa: N802 - sounddevice's own name
        """A stream that plays bytes."""
        ...

    def query_devices(self) -> Sequence[Mapping[str, Any]]:
        """Every card."""
        ...

    def query_hostapis(self) -> Sequence[Mapping[str, Any]]:
        """Every sound system."""
        ...

    def _terminate(self) -> None:
        """Let go of every sound system and of every open stream."""
        ...

    def _initialize(self) -> None:
        """Look at every sound system again."""
        ...


class CardStream:
    """An open stream of a card, not started yet.

    Args:
        device: whose it is.
        rate_hz: what it is opened at.
        make: opens the library's stream.
        cards: where it is open.

    Raises:
        Exception: the library's own, where the card does not take this rate or is gone.
    """

    def __init__(
        self,
        device: Device,
        rate_hz: int,
        make: Callable[[], LibraryStream],
        cards: SoundCards,
    ) -> None:
        self.rate_hz = rate_hz
        self._device = device
        self._cards = cards
        self._is_restarting = False
        self._stream = make()

    @property
    def is_active(self) -> bool:
        """Whether the card calls back, as far as the library knows, or is being restarted."""
        return self._is_restarting or self._stream.active

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
            raise _refused(self._device, failure) from failure

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
        try:
            library = thread.answer(_import)
        except OSError as failure:
            raise StudioError(
                "PortAudio is not installed.", title="No real sound", hint=INSTALL_HINT
            ) from failure
        return cls(library, thread)

    def listed(self) -> list[Device]:
        """Every card, in PortAudio's order: as of now, or of when the oldest stream was opened.

        Raises:
            StudioError: PortAudio cannot reach the sound systems any more.
        """
        try:
            return self.thread.answer(self._list)
        except self.refusal as failure:
            raise StudioError(
                f"The sound system does not answer ({failure}).",
                title="No real sound",
                hint="Start the sound server, then try again.",
            ) from failure

    def find(self, direction: Direction, wanted: str = "") -> Device:
        """The card with this index, this name or this part of one; the system's choice if empty.

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
            lambda device: name == device.name.casefold(),
            lambda device: name in device.name.casefold(),
        )
        for fit in fits:
            for device in filter(fit, able):
                return device
        names = ", ".join(f"{device.index} {device.name}" for device in able)
        raise StudioError(
            f"No {direction} device is called {wanted}.",
            title="No such sound card",
            hint=f"There are: {names}",
        )

    def open_output(self, device: Device, rates_hz: tuple[int, ...], fill: FillBlock) -> CardStream:
        """A stream of 10 ms blocks at the first of the rates that the card takes.

        Raises:
            StudioError: the card takes none of them, or is gone.
        """

        def call(outdata: memoryview, frames: int, time: BlockTimes, status: BlockStatus) -> None:
            until_heard_s = time.outputBufferDacTime - time.currentTime
            outdata[:] = fill(frames, until_heard_s, bool(status.output_underflow))

        return self._open(self._library.RawOutputStream, device, rates_hz, 100, call)

    def open_input(self, device: Device, rates_hz: tuple[int, ...], take: TakeBlock) -> CardStream:
        """A stream of 20 ms blocks at the first of the rates that the card takes.

        Raises:
            StudioError: the card takes none of them, or is gone.
        """

        def call(indata: memoryview, _frames: int, _time: object, status: BlockStatus) -> None:
            take(bytes(indata), bool(status.input_overflow))

        return self._open(self._library.RawInputStream, device, rates_hz, 50, call)

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
                name=card["name"],
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
        kind: Callable[..., LibraryStream],
        device: Device,
        rates_hz: tuple[int, ...],
        blocks_per_s: int,
        callback: Callable[..., None],
    ) -> CardStream:
        failure: Exception | None = None
        for rate_hz in dict.fromkeys(rates_hz):
            make = partial(
                kind,
                device=device.index,
                samplerate=rate_hz,
                channels=1,
                dtype="int16",
                blocksize=rate_hz // blocks_per_s,
                latency="low",
                callback=callback,
            )
            try:
                stream = self.thread.answer(partial(CardStream, device, rate_hz, make, self))
            except (self.refusal, ValueError) as refused:
                failure = refused
            else:
                self._open_streams.add(stream)
                return stream
        raise _refused(device, failure) from failure

    def _look_again(self) -> None:
        """Have PortAudio list the cards anew, which it otherwise does only once in its life.

        That ends every open stream, so it waits until there is none.
        """
        if self._is_list_fresh or self._open_streams:
            self._is_list_fresh = False
            return
        self._library._terminate()  # noqa: SLF001 - sounddevice has no other way
        self._library._initialize()  # noqa: SLF001


def _refused(device: Device, failure: Exception | None) -> StudioError:
    return StudioError(
        f"{device.name} cannot be opened ({failure}).",
        title="Sound card refused",
        hint="Close other programs that use it, or choose another one.",
    )


def _import() -> SoundLibrary:
    """The module; loading it looks at every card."""
    import sounddevice

    # At the end of the process it would let go of all sound systems, and wait for a frozen one for
    # ever; streams are closed by those who opened them, and the rest ends with the process.
    atexit.unregister(sounddevice._exit_handler)  # noqa: SLF001
    return cast("SoundLibrary", sounddevice)
