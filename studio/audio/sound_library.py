"""The part of sounddevice's surface that is used, as protocols, and how it is loaded."""

from __future__ import annotations

import atexit
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from studio.core.errors import StudioError

if TYPE_CHECKING:
    from studio.audio.card_thread import CardThread

INSTALL_HINT = (
    "Install PortAudio: apt-get install libportaudio2 (Debian, Ubuntu), "
    "brew install portaudio (macOS)."
)


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

    inputBufferAdcTime: float  # noqa: N815 - PortAudio's own name
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


def load_library(thread: CardThread) -> SoundLibrary:
    """Have the thread load sounddevice, which looks at every card.

    Raises:
        StudioError: PortAudio is not installed, or its sound system does not answer.
    """
    try:
        return thread.answer(_import)
    except OSError as failure:
        raise StudioError(
            "PortAudio is not installed.", title="No real sound", hint=INSTALL_HINT
        ) from failure


def _import() -> SoundLibrary:
    import sounddevice

    # At the end of the process it would let go of all sound systems, and wait for a frozen one for
    # ever; streams are closed by those who opened them, and the rest ends with the process.
    atexit.unregister(sounddevice._exit_handler)  # noqa: SLF001
    return cast("SoundLibrary", sounddevice)
