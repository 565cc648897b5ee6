"""The queue between received audio and the ear, and the honest play-head on it.

Pure: no device, no clock, no thread. A speaker pulls samples, says when their first one will be
heard, and asks where the ear is at a moment. A sample that was pulled but has not reached the ear
counts as unheard; what is reported after a flush is what a person can have heard.

Times are seconds on the caller's clock; positions are milliseconds of one part's audio.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.audio.resample import StreamResampler
from studio.audio.samples import decode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.audio.formats import AudioFormat

START_BUFFER_MS = 40
"""How much of a part must have arrived before it is begun, or gone on with after it ran dry."""


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
    """The first sample of a part reached the ear."""

    item_id: str
    content_index: int
    heard_at: float


class Finished(NamedTuple):
    """The last sample of a part reached the ear, and no more will come."""

    item_id: str
    content_index: int
    played_ms: float
    heard_at: float


PlayoutEvent = Started | Finished


@dataclass(slots=True)
class _Part:
    """One audio part of an item: its queue, and counts of samples at the speaker's rate."""

    item_id: str
    content_index: int
    resampler: StreamResampler
    blocks: deque[NDArray[np.int16]] = field(default_factory=deque)
    received_bytes: int = 0
    queued: int = 0
    pulled: int = 0
    is_flowing: bool = False
    ran_dry: bool = False
    is_complete: bool = False
    start_told: bool = False

    def add(self, samples: NDArray[np.int16]) -> None:
        if samples.size:
            self.blocks.append(samples)
            self.queued += samples.size

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


class Playout:
    """Parts in the order in which they first came, each played to its end before the next."""

    def __init__(self, audio_format: AudioFormat, rate_hz: int) -> None:
        self._format = audio_format
        self._rate_hz = rate_hz
        self._start_samples = START_BUFFER_MS * rate_hz // 1000
        self._parts: list[_Part] = []
        self._spans: deque[_Span] = deque()
        self.underruns = 0
        """How often a part's next piece came too late to follow on."""

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Queue a piece of a part, in the wire's format.

        The first piece of a part means that the parts before it are complete, told or not.
        """
        part = self._part(item_id, content_index)
        if part is None:
            for earlier in self._parts:
                self.end(earlier.item_id, earlier.content_index)
            resampler = StreamResampler(self._format.rate_hz, self._rate_hz)
            part = _Part(item_id, content_index, resampler)
            self._parts.append(part)
        if part.ran_dry:
            part.ran_dry = False
            self.underruns += 1
        part.received_bytes += len(pcm)
        part.add(part.resampler.process(decode(pcm, self._format)))

    def end(self, item_id: str, content_index: int) -> None:
        """No more will come for this part; one that is not queued is left alone."""
        part = self._part(item_id, content_index)
        if part is not None and not part.is_complete:
            part.is_complete = True
            part.add(part.resampler.flush(np.zeros(0, np.int16)))

    def pull(self, n_samples: int, heard_at: float) -> NDArray[np.int16]:
        """The next samples, zero-filled; the first of them will be heard at `heard_at`."""
        block = np.zeros(n_samples, np.int16)
        filled = 0
        for part in self._parts:
            if part.is_complete and not part.queued:
                continue
            if not self._flows(part):
                break
            first = part.pulled
            count = part.take(n_samples - filled, block[filled:])
            self._spans.append(_Span(part, first, count, heard_at + filled / self._rate_hz))
            filled += count
            if filled == n_samples:
                break
            if not part.is_complete:
                part.is_flowing, part.ran_dry = False, True
                break
        return block

    def advance(self, now: float) -> list[PlayoutEvent]:
        """What the ear met up to `now` and was not told yet, in order."""
        events: list[PlayoutEvent] = []
        while self._spans and self._spans[0].heard_at <= now:
            part, first, count, heard_at = self._spans[0]
            if not part.start_told:
                part.start_told = True
                events.append(Started(part.item_id, part.content_index, heard_at))
            ends_at = heard_at + count / self._rate_hz
            if ends_at > now:
                break
            self._spans.popleft()
            if self._is_last(part, first + count):
                events.append(self._finished(part, ends_at))
        events.extend(self._silent_ends(now))
        return events

    def head(self, now: float) -> Playing | None:
        """The part at the ear at `now`: begun, and not yet wholly heard."""
        for part in self._parts:
            played = self._heard_samples(part, now)
            if played or part.queued or part.pulled:
                return Playing(*self._position(part, played)) if played else None
        return None

    def flush(self, now: float) -> list[Heard]:
        """Forget everything queued or on its way; tells every part that was not wholly heard."""
        cut = [Heard(*self._position(part, self._heard_samples(part, now))) for part in self._parts]
        self._parts.clear()
        self._spans.clear()
        return cut

    def unheard_ms(self, now: float) -> float:
        """Audio that has arrived and was not heard."""
        samples = sum(
            part.queued + part.pulled - self._heard_samples(part, now) for part in self._parts
        )
        return samples * 1000 / self._rate_hz

    def _part(self, item_id: str, content_index: int) -> _Part | None:
        for part in self._parts:
            if part.item_id == item_id and part.content_index == content_index:
                return part
        return None

    def _flows(self, part: _Part) -> bool:
        if not part.is_flowing:
            part.is_flowing = part.is_complete or part.queued >= self._start_samples
        if not part.queued and part.is_flowing:
            part.is_flowing, part.ran_dry = False, True
        return part.is_flowing

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
