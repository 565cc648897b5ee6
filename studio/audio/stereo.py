"""Where stored sound goes: two channels, a little ahead of the ear, and where the ear is in them.

A live voice goes through `audio.speakers`, which knows of items and is silent at once. What is
played from a file needs neither: it comes on time, in one piece, and a leap in it may be heard as
late as the card plays what it has. Times are seconds on the clock that is passed in; a frame is a
sample for the left and one for the right.
"""

from __future__ import annotations

import math
from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from studio.audio.heard_times import HeardTimes
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.audio.devices import Device, SoundCards
    from studio.core.clock import Clock

    Frames = NDArray[np.int16]
    """Shape (n, 2): left, right."""

SILENT_HZ = 24_000
_PATIENCE_S, _STARTING_S = 0.5, 3.0
_LONGEST_LATENCY_S = 3.0
_UNSURE_BLOCKS = 5  # a stream's first times are up to 25 ms wrong


class StereoSpeaker(Protocol):
    """Plays frames in the order in which they come."""

    is_virtual: bool
    rate_hz: int

    def play(self, frames: Frames) -> None:
        """Queue frames."""
        ...

    def flush(self) -> None:
        """Forget what is queued; frames count from 0 again."""
        ...

    def heard(self) -> int:
        """How many frames have reached the ear.

        Raises:
            StudioError: the card went away.
        """
        ...

    @property
    def unheard_ms(self) -> float:
        """What is queued or on its way to the ear."""
        ...

    def close(self) -> None:
        """Give the card back."""
        ...


class _Span(NamedTuple):
    """Frames that are on their way to the ear."""

    first: int
    frames: int
    heard_at: float


class StereoQueue:
    """Frames between whoever brings them and the ear; one thread may fetch while another brings.

    Args:
        rate_hz: frames in a second.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._lock = Lock()
        self._blocks: deque[Frames] = deque()
        self._spans: deque[_Span] = deque()
        self._brought = 0
        self._fetched = 0

    def play(self, frames: Frames) -> None:
        """Queue frames."""
        with self._lock:
            self._blocks.append(frames)
            self._brought += len(frames)

    def flush(self) -> None:
        """Forget all frames; the next one is number 0."""
        with self._lock:
            self._blocks.clear()
            self._spans.clear()
            self._brought = self._fetched = 0

    def fill(self, block: Frames, heard_at: float) -> None:
        """Write the next frames, then silence; the first of them will be heard at `heard_at`."""
        with self._lock:
            filled = 0
            while filled < len(block) and self._blocks:
                piece = self._blocks.popleft()
                taken = piece[: len(block) - filled]
                block[filled : filled + len(taken)] = taken
                filled += len(taken)
                if len(taken) < len(piece):
                    self._blocks.appendleft(piece[len(taken) :])
            block[filled:] = 0
            if filled:
                self._spans.append(_Span(self._fetched, filled, heard_at))
                self._fetched += filled

    def heard(self, now: float) -> int:
        """How many frames the ear has met by now."""
        with self._lock:
            while len(self._spans) > 1 and self._spans[1].heard_at <= now:
                self._spans.popleft()
            if not self._spans:
                return 0
            first, frames, heard_at = self._spans[0]
            since = math.floor((now - heard_at) * self._rate_hz + 1e-3)
            return first + min(frames, max(0, since))

    def unheard_ms(self, now: float) -> float:
        """What is queued or on its way."""
        return (self._brought - self.heard(now)) * 1000 / self._rate_hz


class SilentStereo:
    """Nobody hears it; it plays at the pace of the clock."""

    is_virtual = True
    rate_hz = SILENT_HZ

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue = StereoQueue(self.rate_hz)
        self._fetched_at = clock.monotonic()

    def play(self, frames: Frames) -> None:
        """Queue frames; the first is heard now where nothing else plays."""
        self._catch_up()
        self._queue.play(frames)

    def flush(self) -> None:
        """Forget what is queued."""
        self._queue.flush()

    def heard(self) -> int:
        """How many frames would have been heard."""
        return self._queue.heard(self._catch_up())

    @property
    def unheard_ms(self) -> float:
        """What is queued."""
        return self._queue.unheard_ms(self._catch_up())

    def close(self) -> None:
        """Nothing to give back."""

    def _catch_up(self) -> float:
        now = self._clock.monotonic()
        due = int((now - self._fetched_at) * self.rate_hz)
        if due > 0:
            self._queue.fill(np.empty((due, 2), np.int16), self._fetched_at)
            self._fetched_at += due / self.rate_hz
        return now


class CardStereo:
    """A sound card with two channels, or both in one where it has no two.

    Args:
        cards: where it is opened.
        device: which one.
        clock: what its times are read from.

    Raises:
        StudioError: the card cannot be opened.
    """

    is_virtual = False

    def __init__(self, cards: SoundCards, device: Device, clock: Clock) -> None:
        self._name = device.name
        self._clock = clock
        self._unsure_blocks = _UNSURE_BLOCKS
        self._called_at, self._has_called = clock.monotonic(), False
        self._stream = cards.open_stereo(device, SILENT_HZ, self._fill)
        self.rate_hz = self._stream.rate_hz
        self._latency_s = self._stream.latency_ms / 1000
        self._queue = StereoQueue(self.rate_hz)
        self._times = HeardTimes(self.rate_hz)
        try:
            self._stream.start()
        except StudioError:
            self._stream.close()
            raise

    def play(self, frames: Frames) -> None:
        """Queue frames."""
        self._queue.play(frames)

    def flush(self) -> None:
        """Forget what the card has not fetched."""
        self._queue.flush()

    def heard(self) -> int:
        """How many frames have reached the ear, by the card's own account.

        Raises:
            StudioError: the card went away, or has not called back for half a second.
        """
        now = self._clock.monotonic()
        patience_s = _PATIENCE_S if self._has_called else _STARTING_S
        if not self._stream.is_active or now - self._called_at > patience_s:
            raise StudioError(
                f"{self._name} stopped playing.",
                title="The sound card went away",
                hint="Plug it in again, or choose another one.",
            )
        return self._queue.heard(now)

    @property
    def unheard_ms(self) -> float:
        """What is queued or on its way to the ear."""
        return self._queue.unheard_ms(self._clock.monotonic())

    def close(self) -> None:
        """Give the card back, at once."""
        self._stream.close()

    def _fill(self, block: Frames, until_heard_s: float, _ran_dry: bool) -> None:  # noqa: FBT001 - a callback
        if not 0 <= until_heard_s <= _LONGEST_LATENCY_S:  # some sound systems tell no such time
            until_heard_s = self._latency_s
        now = self._clock.monotonic()
        self._called_at, self._has_called = now, True
        if self._unsure_blocks:
            self._unsure_blocks -= 1
            block[:] = 0
            return
        self._queue.fill(block, self._times.begin(now, until_heard_s, len(block)))
