"""Where received audio goes: a sound card, or a silent stand-in with the same honest play-head.

Both drive one `Playout`; they differ in who pulls it and in when a sample reaches the ear.
Times are seconds on the clock that is passed in.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np

from studio.audio.heard_times import HeardTimes
from studio.audio.level import SILENT, Level, measure
from studio.audio.played import PlayedSound
from studio.audio.playout import Playout, Silenced
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


class Speaker(Protocol):
    """Plays the parts of items, and knows what was heard of them."""

    name: str
    is_virtual: bool
    rate_hz: int
    latency_ms: float
    played: PlayedSound
    """What was heard lately, the reference for echo."""

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
        """What the ear met since the last poll, and when it was silent after a flush.

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

    @property
    def start_buffer_ms(self) -> float:
        """How much sound a part waits for, by what the link was like lately."""
        ...

    @property
    def late_audio_ms(self) -> float:
        """How long it was silent within parts, since their next pieces came too late."""
        ...

    @property
    def consumed_samples(self) -> int:
        """How many samples were fetched; begins at 0 again when the card is begun again."""
        ...

    def close(self) -> None:
        """Give the card back."""
        ...


class _Lateness:
    """What the link's lateness made of a speaker's queue."""

    _playout: Playout

    @property
    def start_buffer_ms(self) -> float:
        """How much sound a part waits for, by what the link was like lately."""
        return self._playout.start_buffer_ms

    @property
    def late_audio_ms(self) -> float:
        """How long it was silent within parts, since their next pieces came too late."""
        return self._playout.late_audio_ms


class VirtualSpeaker(_Lateness):
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
        self.played = PlayedSound(self.rate_hz)
        self._playout = Playout(audio_format, self.rate_hz)
        self._silenced: list[PlayoutEvent] = []
        self._began = clock.monotonic()
        self._pulled = 0
        self._level = SILENT

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Queue a piece of a part; it begins now where nothing else plays."""
        now = self._catch_up()
        self._playout.play(item_id, content_index, pcm, now)

    def end(self, item_id: str, content_index: int) -> None:
        """No more will come for this part."""
        self._catch_up()
        self._playout.end(item_id, content_index)

    def flush(self) -> list[Heard]:
        """Forget everything unheard."""
        now = self._catch_up()
        heard = self._playout.flush(now)
        if heard:
            self.played.cut(now)
            self._silenced.append(Silenced(now))
        return heard

    def poll(self) -> list[PlayoutEvent]:
        """What the ear met since the last poll, and when it was silent after a flush."""
        silenced, self._silenced = self._silenced, []
        return [*silenced, *self._playout.advance(self._catch_up())]

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

    @property
    def consumed_samples(self) -> int:
        """How many samples were fetched; begins at 0 again when the card is begun again."""
        return self._pulled

    def close(self) -> None:
        """Nothing to give back."""

    def _catch_up(self) -> float:
        now = self._clock.monotonic()
        due = int((now - self._began) * self.rate_hz) - self._pulled
        if due > 0:
            heard_at = self._began + self._pulled / self.rate_hz
            block = self._playout.pull(due, heard_at)
            self.played.write(block, heard_at)
            self._pulled += due
            self._level = measure(block[-int(_LEVEL_WINDOW_S * self.rate_hz) :])
        return now


class DeviceSpeaker(_Lateness):
    """A sound card. Its callback moves samples and notes when they will be heard.

    Args:
        cards: where it is opened.
        device: which one.
        audio_format: the wire's.
        clock: what its times are read from.

    Raises:
        StudioError: the card cannot be opened.
    """

    is_virtual = False

    def __init__(
        self, cards: SoundCards, device: Device, audio_format: AudioFormat, clock: Clock
    ) -> None:
        self.name = device.name
        self._clock = clock
        self._lock = Lock()  # between flushing and the card's thread, which are not to be mixed
        self._dropouts = 0
        self._consumed = 0
        self._is_muted = False
        self._silenced: deque[PlayoutEvent] = deque()
        self._unsure_blocks = _UNSURE_BLOCKS
        self._called_at = clock.monotonic()
        self._has_called = False
        self._stream = cards.open_output(device, audio_format.rate_hz, self._fill)
        self.rate_hz = self._stream.rate_hz
        self.latency_ms = self._stream.latency_ms
        self.played = PlayedSound(self.rate_hz)
        self._playout = Playout(audio_format, self.rate_hz)
        self._times = HeardTimes(self.rate_hz)
        self._last_block: NDArray[np.int16] = np.zeros(0, np.int16)
        try:
            self._stream.start()
        except StudioError:
            self._stream.close()
            raise

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Queue a piece of a part, in the wire's format."""
        self._playout.play(item_id, content_index, pcm, self._clock.monotonic())

    def end(self, item_id: str, content_index: int) -> None:
        """No more will come for this part."""
        self._playout.end(item_id, content_index)

    def flush(self) -> list[Heard]:
        """Silence within about 5 ms: the card's own buffer is thrown away too.

        `poll` tells when it is done. A card that is being restarted already is not once more; one
        that does not call back is left alone.
        """
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
        """What the ear met since the last poll, and when it was silent after a flush.

        Raises:
            StudioError: the card went away, or has not called back for half a second.
        """
        now = self._clock.monotonic()
        if not self._is_well(now, _SILENT_CARD_S):
            raise StudioError(
                f"{self.name} stopped playing.",
                title="The sound card went away",
                hint="Plug it in again, or choose another one.",
            )
        silenced = [self._silenced.popleft() for _ in range(len(self._silenced))]
        return [*silenced, *self._playout.advance(now)]

    def head(self) -> Playing | None:
        """The part at the ear, by the card's own account of when a sample is heard."""
        return self._playout.head(self._clock.monotonic())

    def level(self) -> Level:
        """How loud the last block was."""
        return measure(self._last_block)

    @property
    def unheard_ms(self) -> float:
        """Audio that has arrived and was not heard."""
        return self._playout.unheard_ms(self._clock.monotonic())

    @property
    def underruns(self) -> int:
        """How often the sound broke off within a part: its next piece came late, or the card's."""
        return self._playout.underruns + self._dropouts

    @property
    def consumed_samples(self) -> int:
        """How many samples were fetched; begins at 0 again when the card is begun again."""
        return self._consumed

    def close(self) -> None:
        """Give the card back, at once."""
        self._stream.close()

    def _begin_again(self) -> None:
        """The card is still; called by its thread."""
        now = self._clock.monotonic()
        self.played.cut(now)
        self._silenced.append(Silenced(now))
        with self._lock:
            self._called_at, self._has_called = now, False
            self._is_muted, self._unsure_blocks = False, _UNSURE_BLOCKS
            self._times = HeardTimes(self.rate_hz)
            self._consumed = 0

    def _is_well(self, now: float, patience_s: float) -> bool:
        """Whether the card calls back; one that froze is still active to the library.

        A card that does not must not be started again: PortAudio would wait for it for ever.
        """
        silent_s = now - self._called_at
        longest_s = patience_s if self._has_called else _STARTING_CARD_S
        return self._stream.is_active and silent_s <= longest_s

    def _fill(self, block: NDArray[np.int16], until_heard_s: float, ran_dry: bool) -> None:  # noqa: FBT001 - a callback
        if not 0 <= until_heard_s <= _LONGEST_LATENCY_S:  # some sound systems tell no such time
            until_heard_s = self.latency_ms / 1000
        with self._lock:
            now = self._clock.monotonic()
            self._called_at, self._has_called = now, True
            self._consumed += block.size
            if self._is_muted or self._unsure_blocks:
                # What is pulled now would be thrown away, or be heard who knows when.
                self._unsure_blocks = max(0, self._unsure_blocks - 1)
                block[:] = 0
                return
            self._dropouts += ran_dry and bool(self._last_block.any())
            heard_at = self._times.begin(now, until_heard_s, block.size)
            self._playout.fill(block, heard_at, now)
            self._last_block = block.copy()
        self.played.write(block, heard_at)
