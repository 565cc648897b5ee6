"""The queue between received audio and the ear, and the honest play-head on it.

No device and no clock. A speaker pulls samples, says when their first one will be heard, and asks
where the ear is at a moment. A sample that was pulled but has not reached the ear counts as
unheard; what is reported after a flush is what a person can have heard.

One thread may pull while another does everything else: the lock is held for as long as it takes to
move pieces about, and never while sound is decoded or resampled.

Times are seconds on the caller's clock; positions are milliseconds of one part's audio.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.audio.resample import StreamResampler
from studio.audio.samples import decode
from studio.audio.start_buffer import LEAST_MS, Arrivals, StartBuffer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from studio.audio.formats import AudioFormat


class Playing(NamedTuple):
    """The part at the ear: what was heard of it, of what has arrived."""

    item_id: str
    content_index: int
    played_ms: float
    received_ms: float


class Heard(NamedTuple):
    """A part that was cut: what was heard of it, of what had arrived."""

    item_id: str
    content_index: int
    played_ms: float
    received_ms: float


class Started(NamedTuple):
    """The first sample of a part reached the ear, `device_ms` after it was pulled."""

    item_id: str
    content_index: int
    heard_at: float
    device_ms: float = 0.0


class Finished(NamedTuple):
    """The last sample of a part reached the ear, and no more will come."""

    item_id: str
    content_index: int
    played_ms: float
    heard_at: float


class Silenced(NamedTuple):
    """After a flush: at `at` the last buffer that can be reached was emptied.

    A sound server behind a card keeps some milliseconds more (PulseAudio: up to 10).
    """

    at: float


PlayoutEvent = Started | Finished | Silenced


@dataclass(slots=True)
class _Part:
    """One audio part of an item: its queue, and counts of samples at the speaker's rate."""

    item_id: str
    content_index: int
    resampler: StreamResampler
    arrivals: Arrivals
    blocks: deque[NDArray[np.int16]] = field(default_factory=deque)
    received_bytes: int = 0
    queued: int = 0
    pulled: int = 0
    is_flowing: bool = False
    dry_from: float | None = None
    """When the ear met its last sample, while no piece has come since."""
    late_from: float | None = None
    """The same, while it is held back although a piece came."""
    dry_times: int = 0
    is_complete: bool = False
    start_told: bool = False

    def add(self, samples: NDArray[np.int16]) -> None:
        if samples.size:
            self.blocks.append(samples)
            self.queued += samples.size

    def dries(self, heard_at: float) -> None:
        """The ear wants more than there is, at this moment."""
        self.is_flowing, self.dry_from = False, heard_at

    def take(self, wanted: int, into: NDArray[np.int16]) -> int:
        """Move up to `wanted` samples to the start of `into`; returns how many."""
        taken = 0
        while taken < wanted and self.blocks:
            block = self.blocks[0]
            piece = block[: wanted - taken]
            into[taken : taken + piece.size] = piece
            taken += piece.size
            if piece.size == block.size:
                self.blocks.popleft()
            else:
                self.blocks[0] = block[piece.size :]
        self.queued -= taken
        self.pulled += taken
        return taken


class _Span(NamedTuple):
    """A run of one part's samples on its way to the ear."""

    part: _Part
    first: int
    samples: int
    heard_at: float
    device_s: float


class Playout:
    """Parts in the order in which they first came, each played to its end before the next.

    Args:
        audio_format: the wire's.
        rate_hz: the speaker's own rate.
    """

    def __init__(self, audio_format: AudioFormat, rate_hz: int) -> None:
        self._format = audio_format
        self._rate_hz = rate_hz
        self._lock = Lock()
        self._start_buffer = StartBuffer()
        self._parts: list[_Part] = []
        self._spans: deque[_Span] = deque()
        self.underruns = 0
        """How often a part's next piece came too late to follow on."""
        self.late_audio_ms = 0.0
        """How long it was silent within parts, since their next pieces came too late."""

    @property
    def start_buffer_ms(self) -> float:
        """How much sound a part waits for, by what the link was like lately."""
        return self._start_buffer.depth_ms

    def play(self, item_id: str, content_index: int, pcm: bytes, at: float) -> None:
        """Queue a piece of a part, in the wire's format, which arrived at `at`.

        The first piece of a part means that the parts before it are complete, told or not.
        """
        part = self._part(item_id, content_index)
        if part is None:
            for earlier in self._parts:
                self.end(earlier.item_id, earlier.content_index)
            resampler = StreamResampler(self._format.rate_hz, self._rate_hz)
            part = _Part(item_id, content_index, resampler, Arrivals(at))
            self._parts.append(part)
        samples = part.resampler.process(decode(pcm, self._format))
        lasting_s = self._format.bytes_to_ms(len(pcm)) / 1000
        with self._lock:
            part.received_bytes += len(pcm)
            part.add(samples)
            if part.dry_from is not None:
                part.late_from, part.dry_from = part.dry_from, None
                part.dry_times += 1
                self.underruns += 1
                self._start_buffer.ran_dry()
            self._start_buffer.learn(part.arrivals.piece(at, lasting_s), lasting_s)

    def end(self, item_id: str, content_index: int) -> None:
        """No more will come for this part; one that is not queued is left alone."""
        part = self._part(item_id, content_index)
        if part is not None and not part.is_complete:
            tail = part.resampler.flush(np.zeros(0, np.int16))
            with self._lock:
                part.is_complete = True
                part.add(tail)

    def pull(self, n_samples: int, heard_at: float, at: float | None = None) -> NDArray[np.int16]:
        """The next samples; see `fill`."""
        block = np.empty(n_samples, np.int16)
        self.fill(block, heard_at, at)
        return block

    def fill(self, block: NDArray[np.int16], heard_at: float, at: float | None = None) -> None:
        """Write the next samples, then zeros; the first of them will be heard at `heard_at`.

        Args:
            block: where to.
            heard_at: when the ear meets the first sample.
            at: the moment of this call, at which all of the block is fetched. Without it each
                sample is fetched when it is heard, as if there were no card.
        """
        filled = 0
        with self._lock:
            for part in self._parts:
                if part.is_complete and not part.queued:
                    continue
                silent = self._held_back(part, heard_at + filled / self._rate_hz, at)
                if silent is None or filled + silent >= block.size:
                    break
                block[filled : filled + silent] = 0
                filled += silent
                filled += self._move(part, block[filled:], heard_at + filled / self._rate_hz, at)
                if filled == block.size:
                    break
                if not part.is_complete:
                    part.dries(heard_at + filled / self._rate_hz)
                    break
        block[filled:] = 0

    def advance(self, now: float) -> list[PlayoutEvent]:
        """What the ear met up to `now` and was not told yet, in order."""
        with self._lock:
            return [*self._met(now), *self._silent_ends(now)]

    def head(self, now: float) -> Playing | None:
        """The part at the ear at `now`: begun, and not yet wholly heard."""
        with self._lock:
            for part in self._parts:
                played = self._heard_samples(part, now)
                if played or part.queued or part.pulled:
                    return Playing(*self._position(part, played)) if played else None
        return None

    def flush(self, now: float) -> list[Heard]:
        """Forget everything queued or on its way; tells every part that was not wholly heard."""
        with self._lock:
            parts, heard = self._parts, self._heard_samples
            cut = [Heard(*self._position(part, heard(part, now))) for part in parts]
            self._parts.clear()
            self._spans.clear()
        return cut

    def unheard_ms(self, now: float) -> float:
        """Audio that has arrived and was not heard."""
        with self._lock:
            samples = sum(
                part.queued + part.pulled - self._heard_samples(part, now) for part in self._parts
            )
        return samples * 1000 / self._rate_hz

    def _part(self, item_id: str, content_index: int) -> _Part | None:
        for part in self._parts:
            if part.item_id == item_id and part.content_index == content_index:
                return part
        return None

    def _held_back(self, part: _Part, heard_at: float, at: float | None) -> int | None:
        """For how many samples this part is not to be begun yet; None if nobody knows."""
        if part.queued and (part.is_flowing or part.is_complete):
            return 0
        if part.is_flowing:
            part.dries(heard_at)
            return None
        if part.queued * 1000 < self._wanted_ms(part) * self._rate_hz:
            return None
        played_s = part.pulled / self._rate_hz
        begins = part.arrivals.earliest_line + self._start_buffer.wait_s + played_s
        if at is not None:
            return 0 if begins <= at else None
        return max(0, math.ceil((begins - heard_at) * self._rate_hz - 1e-3))

    def _wanted_ms(self, part: _Part) -> float:
        """What must be there of a part to go on with it.

        One that runs dry again and again comes too slowly: fewer and longer breaks are better.
        """
        return min(self._start_buffer.depth_ms, LEAST_MS * 2.0**part.dry_times)

    def _move(self, part: _Part, into: NDArray[np.int16], heard_at: float, at: float | None) -> int:
        """Let what there is of the part flow; returns how many samples that are."""
        if part.late_from is not None:
            self.late_audio_ms += (heard_at - part.late_from) * 1000
        part.is_flowing, part.late_from = True, None
        first = part.pulled
        count = part.take(into.size, into)
        device_s = 0.0 if at is None else heard_at - at
        self._spans.append(_Span(part, first, count, heard_at, device_s))
        return count

    def _met(self, now: float) -> Iterator[PlayoutEvent]:
        while self._spans and self._spans[0].heard_at <= now:
            part, first, count, heard_at, device_s = self._spans[0]
            if not part.start_told:
                part.start_told = True
                name = part.item_id, part.content_index
                yield Started(*name, heard_at, device_s * 1000)
            ends_at = heard_at + count / self._rate_hz
            if ends_at > now:
                break
            self._spans.popleft()
            if self._is_last(part, first + count):
                yield self._finished(part, ends_at)

    def _heard_samples(self, part: _Part, now: float) -> int:
        unheard = sum(
            span.samples - min(span.samples, max(0, self._samples_in(now - span.heard_at)))
            for span in self._spans
            if span.part is part
        )
        return part.pulled - unheard

    def _samples_in(self, seconds: float) -> int:
        """Whole samples, forgiving the rounding of seconds."""
        return math.floor(seconds * self._rate_hz + 1e-3)

    def _position(self, part: _Part, played: int) -> tuple[str, int, float, float]:
        received_ms = self._format.bytes_to_ms(part.received_bytes)
        played_ms = min(played * 1000 / self._rate_hz, received_ms)
        return part.item_id, part.content_index, played_ms, received_ms

    def _is_last(self, part: _Part, position: int) -> bool:
        return part.is_complete and not part.queued and position == part.pulled

    def _finished(self, part: _Part, heard_at: float) -> Finished:
        self._parts.remove(part)
        _, _, played_ms, _ = self._position(part, part.pulled)
        return Finished(part.item_id, part.content_index, played_ms, heard_at)

    def _silent_ends(self, now: float) -> list[PlayoutEvent]:
        """Parts whose end was told only after their last sample was heard."""
        on_the_way = {id(span.part) for span in self._spans}
        over = [
            part
            for part in self._parts
            if self._is_last(part, part.pulled) and id(part) not in on_the_way
        ]
        return [self._finished(part, now) for part in over]
