"""Where a session's sound lies in time: what was at the microphone, and what was at the ear.

The log tells when a block was sent, which is never before its last sample was at the microphone,
and some time after: the card, the loop and a held talk key all wait. So blocks that follow each
other are laid on one line, as early as the soonest of them demands, which is allowed to wander no
faster than clocks drift apart. The local VAD knows to the sample when speech ended; where it says
so, the line is moved there. A block that comes late for good begins a line of its own.

A voice lies where its first sample was heard, its pieces follow without a gap unless one arrived
too late, and it ends where it was cut.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from studio.audio.formats import AudioFormat
from studio.protocol.events import InputAudioBufferAppend, ResponseOutputAudioDelta
from studio.protocol.values import AudioPayload, StoredAudio, payload_bytes
from studio.session.envelope import Envelope, Origin
from studio.session.local import LocalSpeechStopped
from studio.session.state import Head

_DRIFT = 2e-4
"""How much faster one clock may run than another."""
_GAP_S = 0.1
"""Sound that is missing for longer begins a line of its own."""
_APART_S = 0.005
"""How far blocks may stray from the first of their span before another one begins."""
_LATE_S = 0.02
"""A piece of a voice that comes later than this leaves a gap; less is the card's own block."""


class Placed(NamedTuple):
    """A stretch of a track and the session second at which its first sample was there.

    Stretches of one track follow each other in time and do not overlap.

    Attributes:
        offset_bytes: where it begins in the track's data.
        n_bytes: how long it is; whole samples.
        at_s: when it was at the microphone, or at the ear.
        item_id: whose voice it is; empty for the microphone.
        content_index: which part of that item.
    """

    offset_bytes: int
    n_bytes: int
    at_s: float
    item_id: str = ""
    content_index: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """Both tracks of a session on its time line.

    Attributes:
        input: what was at the microphone, in the order of time.
        output: what was heard, in the order of time; what was never heard is not in it.
        input_format: the encoding of the input track.
        output_format: the encoding of the output track.
    """

    input: tuple[Placed, ...]
    output: tuple[Placed, ...]
    input_format: AudioFormat
    output_format: AudioFormat

    def moment_of_input(self, audio_ms: float) -> float | None:
        """The session second at which this position of the input track was at the microphone.

        None where the track holds nothing. A position in a gap is that of the sound before it.
        """
        at = bisect_right(
            self.input, audio_ms, key=lambda each: self.input_format.bytes_to_ms(each.offset_bytes)
        )
        if not self.input:
            return None
        span = self.input[max(0, at - 1)]
        into_ms = audio_ms - self.input_format.bytes_to_ms(span.offset_bytes)
        return span.at_s + min(into_ms, self.input_format.bytes_to_ms(span.n_bytes)) / 1000


class Placing:
    """Gathers from a session's envelopes, one by one, what its placement needs.

    Args:
        input_format: the encoding of the input track.
        output_format: the encoding of the output track.
    """

    def __init__(self, input_format: AudioFormat, output_format: AudioFormat) -> None:
        self._input_format = input_format
        self._output_format = output_format
        self._sent_at = array("d")
        self._sent_end = array("q")
        self._sent_offset = array("q")
        """Where a block is in the track; -1 for one that is in the log alone."""
        self._stops: list[tuple[float, float]] = []
        self._arrived: dict[tuple[str, int], list[tuple[float, int, int]]] = {}

    def see(self, envelope: Envelope) -> None:
        """Take the next envelope."""
        event = envelope.event
        if type(event) is InputAudioBufferAppend:
            if envelope.origin is Origin.CLIENT:
                self._sent(envelope.at, event.audio)
        elif type(event) is ResponseOutputAudioDelta:
            if isinstance(event.delta, StoredAudio):
                span = event.delta.span
                pieces = self._arrived.setdefault((event.item_id, event.content_index), [])
                pieces.append((envelope.at, span.offset, span.bytes))
        elif type(event) is LocalSpeechStopped:
            self._stops.append((event.audio_ms / 1000, event.stopped_at))

    def placement(self, heads: Iterable[Head], last_at: float) -> Placement:
        """Where everything lies.

        Args:
            heads: what was heard of each voice: `state.playback.heads`.
            last_at: the session second up to which a voice that has not ended was heard.
        """
        return Placement(
            input=tuple(self._input()),
            output=tuple(self._output(heads, last_at)),
            input_format=self._input_format,
            output_format=self._output_format,
        )

    def _sent(self, at: float, payload: AudioPayload) -> None:
        end = self._sent_end[-1] if self._sent_end else 0
        self._sent_at.append(at)
        self._sent_end.append(end + payload_bytes(payload))
        self._sent_offset.append(payload.span.offset if isinstance(payload, StoredAudio) else -1)

    def _input(self) -> Iterator[Placed]:
        """Spans of blocks, each trimmed to begin where the one before it ends."""
        width, per_s = self._input_format.bytes_per_sample, self._input_format.bytes_per_ms * 1000
        until_s = 0.0
        for offset, n_bytes, at_s in self._input_spans():
            lost = max(0, round((until_s - at_s) * self._input_format.rate_hz)) * width
            whole = n_bytes - n_bytes % width
            if lost < whole:
                begins_s = max(at_s, until_s)
                until_s = begins_s + (whole - lost) / per_s
                yield Placed(offset + lost, whole - lost, begins_s)

    def _input_spans(self) -> Iterator[tuple[int, int, float]]:
        offset, n_bytes, at_s = -1, 0, 0.0
        per_s = self._input_format.bytes_per_ms * 1000
        ends, offsets = self._sent_end, self._sent_offset
        for block, behind in enumerate(self._lines()):
            length = ends[block] - (ends[block - 1] if block else 0)
            begins_s = behind + (ends[block] - length) / per_s
            follows = offset >= 0 and offset + n_bytes == offsets[block]
            if follows and abs(at_s + n_bytes / per_s - begins_s) < _APART_S:
                n_bytes += length
                continue
            if offset >= 0:
                yield offset, n_bytes, at_s
            offset, n_bytes, at_s = offsets[block], length, begins_s
        if offset >= 0:
            yield offset, n_bytes, at_s

    def _lines(self) -> Iterator[float]:
        """For every block how far its audio's own time is behind the session's, in seconds."""
        per_s = self._input_format.bytes_per_ms * 1000
        audio_s = [end / per_s for end in self._sent_end]
        behind = [at - end for at, end in zip(self._sent_at, audio_s, strict=True)]
        soonest = _soonest_to_come(behind, audio_s)
        begins = _line_begins(behind, audio_s, soonest)
        stops = sorted(self._stops)
        moved_s = 0.0
        for begin, end in pairwise([*begins, len(behind)]):
            line = _line(behind[begin:end], audio_s[begin:end])
            first = bisect_right(stops, (audio_s[begin], -1.0))
            last = bisect_right(stops, (audio_s[end - 1], float("inf")))
            known = [
                at - audio - _at(line, audio_s, begin, audio) for audio, at in stops[first:last]
            ]
            if known:
                moved_s = min(0.0, median(known))
            yield from (each + moved_s for each in line)

    def _output(self, heads: Iterable[Head], last_at: float) -> list[Placed]:
        placed = [each for head in heads for each in self._voice(head, last_at)]
        return sorted(placed, key=lambda each: each.at_s)

    def _voice(self, head: Head, last_at: float) -> Iterator[Placed]:
        if head.heard_at is None:
            return
        form, key = self._output_format, (head.item_id, head.content_index)
        width, per_s = form.bytes_per_sample, form.bytes_per_ms * 1000
        played_ms = head.played_ms
        if played_ms is None:
            played_ms = max(0.0, last_at - head.heard_at) * 1000
        left = form.ms_to_bytes(played_ms + 1e-6)
        span = Placed(0, 0, head.heard_at, *key)
        for arrived_at, offset, n_bytes in self._arrived.get(key, ()):
            ends_s = span.at_s + span.n_bytes / per_s
            soonest_s = arrived_at + head.device_ms / 1000
            take = min(n_bytes - n_bytes % width, left)
            left -= take
            late = soonest_s - ends_s > _LATE_S and span.n_bytes > 0
            if span.n_bytes and not late and span.offset_bytes + span.n_bytes == offset:
                span = span._replace(n_bytes=span.n_bytes + take)
                continue
            if span.n_bytes:
                yield span
            span = Placed(offset, take, soonest_s if late else ends_s, *key)
        if span.n_bytes:
            yield span


def _soonest_to_come(behind: list[float], audio_s: list[float]) -> list[float]:
    """For every block the line that it and all after it demand."""
    soonest = behind[:]
    for block in range(len(behind) - 2, -1, -1):
        drift_s = (audio_s[block + 1] - audio_s[block]) * _DRIFT
        soonest[block] = min(soonest[block], soonest[block + 1] + drift_s)
    return soonest


def _line_begins(behind: list[float], audio_s: list[float], soonest: list[float]) -> list[int]:
    """The blocks with which a line begins: the first, and each that comes late for good."""
    begins: list[int] = []
    so_far = 0.0
    for block, each in enumerate(behind):
        if begins:
            so_far += (audio_s[block] - audio_s[block - 1]) * _DRIFT
        if not begins or soonest[block] - so_far > _GAP_S:
            begins.append(block)
            so_far = each
        so_far = min(so_far, each)
    return begins


def _line(behind: list[float], audio_s: list[float]) -> list[float]:
    """The line of blocks that follow each other: as early as each of them demands, within drift."""
    line = _soonest_to_come(behind, audio_s)
    for block in range(1, len(line)):
        drift_s = (audio_s[block] - audio_s[block - 1]) * _DRIFT
        line[block] = min(line[block], line[block - 1] + drift_s)
    return line


def _at(line: list[float], audio_s: list[float], begin: int, audio: float) -> float:
    """The line at a position of the audio."""
    block = bisect_right(audio_s, audio, begin, begin + len(line)) - begin
    return line[min(block, len(line) - 1)]
