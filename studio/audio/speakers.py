"""Where received audio goes: a sound card, or a silent stand-in with the same honest play-head.

Both drive one `Playout`; they differ in who pulls it and in when a sample reaches the ear.
Times are seconds on the clock that is passed in.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Protocol

from studio.audio.level import SILENT, Level, measure
from studio.audio.playout import Playout
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from studio.audio.devices import Device, SoundCards
    from studio.audio.formats import AudioFormat
    from studio.audio.playout import Heard, Playing, PlayoutEvent
    from studio.core.clock import Clock

_LEVEL_WINDOW_S = 0.02
_SILENT_CARD_S = 0.5
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
        """How often a part's next piece came too late to follow on."""
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
        self._level = SILENT
        self._called_at = clock.monotonic()
        rates_hz = (audio_format.rate_hz, _FALLBACK_RATE_HZ, device.rate_hz)
        self._stream, self.rate_hz = cards.open_output(device, rates_hz, self._fill)
        self._playout = Playout(audio_format, self.rate_hz)
        self._stream.start()
        self.latency_ms = self._stream.latency * 1000

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
        with self._lock:
            heard = self._playout.flush(self._clock.monotonic())
            self._level = SILENT
        if heard:
            self._stream.abort()
            self._stream.start()
        return heard

    def poll(self) -> list[PlayoutEvent]:
        """What the ear met since the last poll.

        Raises:
            StudioError: the card went away, or has not called back for half a second.
        """
        now = self._clock.monotonic()
        if not self._stream.active or now - self._called_at > _SILENT_CARD_S:
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
        return self._level

    @property
    def unheard_ms(self) -> float:
        """Audio that has arrived and was not heard."""
        with self._lock:
            return self._playout.unheard_ms(self._clock.monotonic())

    @property
    def underruns(self) -> int:
        """How often a part's next piece came too late to follow on."""
        return self._playout.underruns

    def close(self) -> None:
        """Give the card back, at once: `stop` can wait for ever on a card that is gone."""
        self._stream.abort()
        self._stream.close()

    def _fill(self, n_samples: int, until_heard_s: float) -> bytes:
        with self._lock:
            self._called_at = self._clock.monotonic()
            block = self._playout.pull(n_samples, self._called_at + until_heard_s)
        self._level = measure(block)
        return block.tobytes()
