"""The only door to sound cards: PortAudio through sounddevice, loaded when it is first needed.

What goes wrong here (no library, no card, no such name, a rate that a card does not take) comes
out as `StudioError`. Streams are opened with a fixed block, one direction each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from studio.core.errors import StudioError

Direction = Literal["input", "output"]

FillBlock = Callable[[int, float], bytes]
"""Takes a count of samples and the seconds until the first is heard; returns int16 bytes."""

TakeBlock = Callable[[bytes, bool], None]
"""Takes int16 bytes, and whether the card's buffer overflowed before them."""

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


class Stream(Protocol):
    """An open stream of a card."""

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

    def RawInputStream(self, **options: object) -> Stream:  # noqa: N802 - sounddevice's own name
        """A stream that records bytes."""
        ...

    def RawOutputStream(self, **options: object) -> Stream:  # noqa: N802 - sounddevice's own name
        """A stream that plays bytes."""
        ...

    def query_devices(self) -> Sequence[Mapping[str, Any]]:
        """Every card."""
        ...

    def query_hostapis(self) -> Sequence[Mapping[str, Any]]:
        """Every sound system."""
        ...


class SoundCards:
    """The cards of this machine.

    Args:
        library: the sounddevice module, or something with its surface.
    """

    def __init__(self, library: SoundLibrary) -> None:
        self._library = library

    @classmethod
    def load(cls) -> SoundCards:
        """Load PortAudio.

        Raises:
            StudioError: it is not installed.
        """
        try:
            import sounddevice
        except OSError as failure:
            raise StudioError(
                "PortAudio is not installed.", title="No real sound", hint=INSTALL_HINT
            ) from failure
        return cls(sounddevice)

    def listed(self) -> list[Device]:
        """Every card, in PortAudio's order."""
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

    def find(self, direction: Direction, wanted: str = "") -> Device:
        """The card with this index or this part of its name; the system's choice if empty.

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
        for device in able:
            if wanted == str(device.index) or wanted.casefold() in device.name.casefold():
                return device
        names = ", ".join(f"{device.index} {device.name}" for device in able)
        raise StudioError(
            f"No {direction} device is called {wanted}.",
            title="No such sound card",
            hint=f"There are: {names}",
        )

    def open_output(
        self, device: Device, rates_hz: tuple[int, ...], fill: FillBlock
    ) -> tuple[Stream, int]:
        """A stream of 10 ms blocks at the first of the rates that the card takes, not started.

        Raises:
            StudioError: the card takes none of them, or is gone.
        """

        def call(outdata: memoryview, frames: int, time: BlockTimes, _status: object) -> None:
            until_heard_s = time.outputBufferDacTime - time.currentTime
            outdata[:] = fill(frames, until_heard_s)

        return self._open(self._library.RawOutputStream, device, rates_hz, 100, call)

    def open_input(
        self, device: Device, rates_hz: tuple[int, ...], take: TakeBlock
    ) -> tuple[Stream, int]:
        """A stream of 20 ms blocks at the first of the rates that the card takes, not started.

        Raises:
            StudioError: the card takes none of them, or is gone.
        """

        def call(indata: memoryview, _frames: int, _time: object, status: BlockStatus) -> None:
            take(bytes(indata), bool(status.input_overflow))

        return self._open(self._library.RawInputStream, device, rates_hz, 50, call)

    def _open(
        self,
        kind: Callable[..., Stream],
        device: Device,
        rates_hz: tuple[int, ...],
        blocks_per_s: int,
        callback: Callable[..., None],
    ) -> tuple[Stream, int]:
        failure: Exception | None = None
        for rate_hz in dict.fromkeys(rates_hz):
            try:
                stream = kind(
                    device=device.index,
                    samplerate=rate_hz,
                    channels=1,
                    dtype="int16",
                    blocksize=rate_hz // blocks_per_s,
                    latency="low",
                    callback=callback,
                )
            except (self._library.PortAudioError, ValueError) as refusal:
                failure = refusal
            else:
                return stream, rate_hz
        raise StudioError(
            f"{device.name} cannot be opened ({failure}).",
            title="Sound card refused",
            hint="Close other programs that use it, or choose another one.",
        ) from failure
