"""What a card records on its way to the wire: watched as it came, then cleaned.

What a card plays is watched as well, and is what the cleaning listens to. Virtual sound needs none
of it and passes by.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from studio.audio.cleaning import Cleaning
from studio.audio.level import measure
from studio.audio.watch import InputWatch, OutputWatch
from studio.core.errors import StudioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.audio.echo_path import EchoPathState
    from studio.audio.microphones import Microphone
    from studio.audio.played import PlayedSound
    from studio.audio.speakers import Speaker
    from studio.audio.watch import SoundDoubt


class Cleaner(Protocol):
    """What cleans; `studio.audio.echo.MicrophoneCleaner` does."""

    @property
    def removed_db(self) -> float | None:
        """How much echo was taken out in the last second; None where there was none."""
        ...

    @property
    def echo_path(self) -> EchoPathState | None:
        """What is known of the echo; None where none is cancelled."""
        ...

    def set(self, cleaning: Cleaning) -> None:
        """Clean like this from the next block on.

        Raises:
            StudioError: what it takes cannot be loaded.
        """
        ...

    def listen_to(self, played: PlayedSound | None) -> None:
        """Take this speaker's sound out.

        Raises:
            StudioError: what it takes cannot be loaded.
        """
        ...

    def clean(self, samples: NDArray[np.int16], begin: float) -> NDArray[np.int16]:
        """As many samples, cleaned."""
        ...


class CardSound:
    """The cleaner of a session's cards, and the watches over them.

    Args:
        cleaner: at the wire's rate.
        rate_hz: of the wire's input format.
        cleaning: how a card's sound is cleaned at first.
    """

    def __init__(self, cleaner: Cleaner, rate_hz: int, cleaning: Cleaning) -> None:
        self.cleaning = cleaning
        self._cleaner = cleaner
        self._rate_hz = rate_hz
        self._input: InputWatch | None = None
        self._output: OutputWatch | None = None
        self._doubts: deque[SoundDoubt] = deque()

    @property
    def removed_db(self) -> float | None:
        """How much echo was taken out in the last second; None where there was none."""
        return self._cleaner.removed_db

    @property
    def echo_path(self) -> EchoPathState | None:
        """What is known of the echo; None where none is cancelled."""
        return self._cleaner.echo_path

    def clean(self, samples: NDArray[np.int16], begin: float) -> NDArray[np.int16]:
        """A block of a card's samples as they are to be sent; `begin` is in clock seconds."""
        if self._input is not None:
            ended_at = begin + samples.size / self._rate_hz
            self._doubts += self._input.block(samples.size, measure(samples), ended_at)
        return self._cleaner.clean(samples, begin)

    def watch(self, microphone: Microphone, speaker: Speaker) -> None:
        """Watch these from now on, as far as they are cards."""
        self._input = self._output = None
        if not microphone.is_virtual:
            self._input = InputWatch(microphone.name, self._rate_hz)
        if not speaker.is_virtual:
            self._output = OutputWatch(speaker.name, speaker.rate_hz)

    def tune(self, microphone: Microphone, speaker: Speaker) -> None:
        """Clean what one records of what the other plays.

        Raises:
            StudioError: what cleans cannot be loaded; `cleaning` is what goes without it.
        """
        try:
            self._cleaner.set(Cleaning(echo="off") if microphone.is_virtual else self.cleaning)
            self._cleaner.listen_to(None if speaker.is_virtual else speaker.played)
        except StudioError:
            echo = self.cleaning.echo if self.cleaning.echo == "half-duplex" else "off"
            self.cleaning = Cleaning(echo=echo)
            self._cleaner.set(self.cleaning)
            raise

    def doubts(self, speaker: Speaker, at: float) -> list[SoundDoubt]:
        """What the cards did that no error tells, since the last look; `at` is in clock seconds."""
        if self._output is not None:
            self._doubts += self._output.look(speaker.consumed_samples, at)
        told, self._doubts = list(self._doubts), deque()
        return told
