"""Where received audio goes: a sound card, or a silent stand-in with the same honest play-head.

Both drive one `Playout`; they differ in who pulls it and in when a sample reaches the ear.
Times are seconds on the clock that is passed in.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np

from studio.audio.level import SILENT, Level, measure
from studio.audio.playout import Playout
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.audio.devices import Device, SoundCards
    from studio.audio.formats import AudioFormat
    from studio.audio.playout import Heard, Playing, PlayoutEvent
    from studio.core.clock import Clock

_LEVEL_WINDOW_S = 0.02
_SILENT_CARD_S = 0.5
_STALLED_CARD_S = 0.1
_STARTING_CARD_S = 3.0  # a Bluetooth headset takes its time
_LONGEST_LATENCY_S = 3.0
_UNSURE_BLOCKS = 5  # a stream's first times are up to 25 ms wrong
_FALLBACK_RATE_HZ = 48_000


class Speaker(Protocol):
    """Plays the parts of items, and knows what was heard of them."""

    name: str
    is_virtual: bool
    rate_hz: int
    latency_ms: float

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Queue a piece of a part, in the wire's format."""
        ...

    def end(self, item_id: str, content_index: int) -> None:
        """No more will come for this part."""
        ...

    def flush(self) -> list[Heard]:
        """Be silent now; tells every part that was not wholly heard. Call `poll` first."""
        ...

    def poll(self) -> list[PlayoutEvent]:
        """What the ear met since the last poll.

        Raises:
            StudioError: the card went away.
        """
        ...

    def head(self) -> Playing | None:
        """The part at the ear."""
        ...

    def level(self) -> Level:
        """How loud the last 20 ms were."""
        ...

    @property
    def unheard_ms(self) -> float:
        """Audio that has arrived and was not heard."""
        ...

    @property
    def underruns(self) -> int:
        """How often the sound broke off within a part: its next piece came late, or the card's."""
        ...

    def close(self) -> None:
        """Give the card back."""
        ...


class VirtualSpeaker:
    """Makes no sound, and plays at exactly the pace of the clock without any task of its own.

    Whenever it is asked something it first pulls what the ear would have met since then, so the
    play-head is right to the sample at every moment.
    """

    name = "silent speaker"
    is_virtual = True
    latency_ms = 0.0

    def __init__(self, audio_format: AudioFormat, clock: Clock) -> None:
        self.rate_hz = audio_format.rate_hz
        self._clock = clock
        self._playout = Playout(audio_format, self.rate_hz)
        self._began = clock.monotonic()
        self._pulled = 0
        self._level = SILENT

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Queue a piece of a part; it begins now where nothing else plays."""
        self._catch_up()
        self._playout.play(item_id, content_index, pcm)

    def end(self, item_id: str, content_index: int) -> None:
        """No more will come for this part."""
        self._catch_up()
        self._playout.end(item_id, content_index)

    def flush(self) -> list[Heard]:
        """Forget everything unheard."""
        return self._playout.flush(self._catch_up())

    def poll(self) -> list[PlayoutEvent]:
        """What the ear met since the last poll."""
        return self._playout.advance(self._catch_up())

    def head(self) -> Playing | None:
        """The part at the ear."""
        return self._playout.head(self._catch_up())

    def level(self) -> Level:
        """How loud the last pulled audio would have been."""
        return self._level

    @property
    def unheard_ms(self) -> float:
        """Audio that has arrived and was not heard."""
        return self._playout.unheard_ms(self._catch_up())

    @property
    def underruns(self) -> int:
        """How often a part's next piece came too late to follow on."""
        return self._playout.underruns

    def close(self) -> None:
        """Nothing to give back."""

    def _catch_up(self) -> float:
        now = self._clock.monotonic()
        due = int((now - self._began) * self.rate_hz) - self._pulled
        if due > 0:
            heard_at = self._began + self._pulled / self.rate_hz
            block = self._playout.pull(due, heard_at)
            self._pulled += due
            self._level = measure(block[-int(_LEVEL_WINDOW_S * self.rate_hz) :])
        return now


class DeviceSpeaker:
    """A sound card. Its callback copies samples and notes when they will be heard.

    Raises:
        StudioError: the card cannot be opened.
    """

    is_virtual = False

    def __init__(
        self, cards: SoundCards, device: Device, audio_format: AudioFormat, clock: Clock
    ) -> None:
        self.name = device.name
        self._clock = clock
        self._lock = Lock()  # the card calls back from a thread of its own
        self._last_block: NDArray[np.int16] = np.zeros(0, np.int16)
        self._dropouts = 0
        self._is_muted = False
        self._unsure_blocks = _UNSURE_BLOCKS
        self._called_at = clock.monotonic()
        self._has_called = False
        rates_hz = (audio_format.rate_hz, device.rate_hz, _FALLBACK_RATE_HZ)
        self._stream = cards.open_output(device, rates_hz, self._fill)
        self.rate_hz = self._stream.rate_hz
        self._playout = Playout(audio_format, self.rate_hz)
        self.latency_ms = self._stream.latency_ms
        try:
            self._stream.start()
        except StudioError:
            self._stream.close()
            raise

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Queue a piece of a part, in the wire's format."""
        with self._lock:
            self._playout.play(item_id, content_index, pcm)

    def end(self, item_id: str, content_index: int) -> None:
        """No more will come for this part."""
        with self._lock:
            self._playout.end(item_id, content_index)

    def flush(self) -> list[Heard]:
        """Silence within about 5 ms: the card's own buffer is thrown away too."""
        now = self._clock.monotonic()
        with self._lock:
            heard = self._playout.flush(now)
            self._last_block = self._last_block[:0]
            is_to_restart = bool(heard) and not self._is_muted
            is_to_restart = is_to_restart and self._is_well(now, _STALLED_CARD_S)
            self._is_muted = self._is_muted or is_to_restart
        if is_to_restart:
            self._stream.restart(self._begin_again)
        return heard

    def poll(self) -> list[PlayoutEvent]:
        """What the ear met since the last poll.

        Raises:
            StudioError: the card went away, or has not called back for half a second.
        """
        now = self._clock.monotonic()
        if not self._is_well(now, _SILENT_CARD_S):
            raise StudioError(
                f"{self.name} stopped playing.",
                title="The sound card went away",
                hint="Plug it in again and reconnect, or choose another one.",
            )
        with self._lock:
            return self._playout.advance(now)

    def head(self) -> Playing | None:
        """The part at the ear, by the card's own account of when a sample is heard."""
        with self._lock:
            return self._playout.head(self._clock.monotonic())

    def level(self) -> Level:
        """How loud the last block was."""
        return measure(self._last_block)

    @property
    def unheard_ms(self) -> float:
        """Audio that has arrived and was not heard."""
        with self._lock:
            return self._playout.unheard_ms(self._clock.monotonic())

    @property
    def underruns(self) -> int:
        """How often the sound broke off within a part: its next piece came late, or the card's."""
        return self._playout.underruns + self._dropouts

    def close(self) -> None:
        """Give the card back, at once."""
        self._stream.close()

    def _begin_again(self) -> None:
        with self._lock:
            self._called_at, self._has_called = self._clock.monotonic(), False
            self._is_muted, self._unsure_blocks = False, _UNSURE_BLOCKS

    def _is_well(self, now: float, patience_s: float) -> bool:
        """Whether the card calls back; one that froze is still active to the library.

        A card that does not must not be started again: PortAudio would wait for it for ever.
        """
        silent_s = now - self._called_at
        longest_s = patience_s if self._has_called else _STARTING_CARD_S
        return self._stream.is_active and silent_s <= longest_s

    def _fill(self, n_samples: int, until_heard_s: float, ran_dry: bool) -> bytes:  # noqa: FBT001 - a callback
        if not 0 <= until_heard_s <= _LONGEST_LATENCY_S:  # some sound systems tell no such time
            until_heard_s = self.latency_ms / 1000
        with self._lock:
            self._called_at, self._has_called = self._clock.monotonic(), True
            if self._is_muted or self._unsure_blocks:
                # What is pulled now would be thrown away, or be heard who knows when.
                self._unsure_blocks = max(0, self._unsure_blocks - 1)
                return bytes(2 * n_samples)
            self._dropouts += ran_dry and bool(self._last_block.any())
            self._last_block = self._playout.pull(n_samples, self._called_at + until_heard_s)
            return self._last_block.tobytes()
