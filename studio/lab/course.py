"""The twin of a recorded session: what a server that follows the rules would have reported.

The detector runs over all audio from where turn detection was switched on to where it was switched
off or the encoding changed; each such stretch is a stream of its own, and its times count from
where it began. Within it settings change from one frame to the next, and a commit or a clear ends a
turn without a word. This follows `studio.server.engine.listening`; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from studio.audio.resample import StreamResampler
from studio.core.units import VAD_FRAME_MS, VAD_SAMPLE_RATE_HZ
from studio.lab.logged import Changed, Side, Taken
from studio.lab.take import Take
from studio.vad.profile import OPENAI, Profile
from studio.vad.segmenter import (
    LONGEST_TURN_MS,
    Segmenter,
    SegmenterSettings,
    SpeechStarted,
    SpeechStopped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.audio.formats import AudioFormat
    from studio.lab.logged import Logged
    from studio.lab.twin import Twin
    from studio.protocol.knobs import TurnDetection
    from studio.vad.whole import Probabilities

_FOREVER_MS = 2**31


@dataclass(frozen=True, slots=True)
class InForce:
    """From a frame on, these settings; not timed where words decide an end."""

    settings: SegmenterSettings
    is_timed: bool


class _Dropped:
    """From a frame on, no turn is open."""


class _Closed:
    """With this frame the server ended a turn, for a reason that is not the silence alone."""


_Step: TypeAlias = "InForce | _Dropped | _Closed"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Audio that one stream of the detector hears.

    Attributes:
        base_ms: where it begins, in ms of all audio sent.
        probabilities: one a frame; 0 where the client took the frame's audio away.
        steps: what changes before a frame is judged, in order.
    """

    base_ms: int
    probabilities: Probabilities
    steps: tuple[tuple[int, _Step], ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """An edge that the rules expect, without a provider's shifts of edges.

    Attributes:
        audio_ms: of all audio sent; may lie before the session, where the server says 0.
        floor_ms: the earliest that a server can name for a start.
        decided_ms: the end of the frame that decides it.
        is_timed: whether it is arithmetic.
    """

    side: Side
    audio_ms: int
    floor_ms: int
    decided_ms: int
    is_timed: bool

    def reported_ms(self, profile: Profile) -> int:
        """What a server with this profile says."""
        if self.side == "end":
            return self.audio_ms + profile.end_shift_ms
        return max(self.floor_ms, self.audio_ms + profile.start_shift_ms)


def stretches(logged: Logged, twin: Twin) -> tuple[Stretch, ...]:
    """What the detector heard in a session; one pass over its audio."""
    return tuple(
        _stretch(logged, twin, begins, ends, begins_ms, audio_format)
        for begins, ends, begins_ms, audio_format in _spans(logged)
    )


def expected(heard: tuple[Stretch, ...], threshold_shift: float = 0.0) -> list[Expected]:
    """The edges of a session, where a provider's threshold is shifted by so much."""
    return [edge for stretch in heard for edge in _edges(stretch, threshold_shift)]


def _spans(logged: Logged) -> Iterator[tuple[int, int, float, AudioFormat]]:
    """Where streams begin and end, in bytes; where they begin, in ms; and their encoding."""
    begins: int | None = None
    begins_ms, position_ms, last_bytes = 0.0, 0.0, 0
    audio_format = logged.audio_format
    for each in (*logged.happenings, Changed(len(logged.audio), None, audio_format)):
        if not isinstance(each, Changed):
            continue
        position_ms += audio_format.bytes_to_ms(each.at_bytes - last_bytes)
        last_bytes = each.at_bytes
        is_over = each.detection is None or each.audio_format is not audio_format
        if begins is not None and is_over:
            yield begins, each.at_bytes, begins_ms, audio_format
            begins = None
        audio_format = each.audio_format
        if begins is None and each.detection is not None:
            begins, begins_ms = each.at_bytes, position_ms


def _stretch(
    logged: Logged, twin: Twin, begins: int, ends: int, begins_ms: float, audio_format: AudioFormat
) -> Stretch:
    take = Take(logged.name, logged.audio[begins:ends], audio_format)
    probabilities = twin.hear(take)
    lookahead_ms = StreamResampler(audio_format.rate_hz, VAD_SAMPLE_RATE_HZ).lookahead_ms

    def frame(at_bytes: int) -> int:
        """The first frame that was judged after so many bytes had come."""
        before_ms = audio_format.bytes_to_ms(at_bytes - begins) - lookahead_ms
        return max(0, int(before_ms // VAD_FRAME_MS))

    base_ms = int(begins_ms)
    steps = _closes(logged, base_ms, len(probabilities))
    taken: list[tuple[int, int]] = []
    for each in logged.happenings:
        if not begins <= each.at_bytes <= ends:
            continue
        if isinstance(each, Taken):
            until_ms = begins_ms + audio_format.bytes_to_ms(each.at_bytes - begins) - base_ms
            first_untaken = -(-until_ms // VAD_FRAME_MS)
            taken.append((frame(each.at_bytes), int(first_untaken)))
            steps.append((frame(each.at_bytes), _Dropped()))
        elif each.detection is not None and each.audio_format is audio_format:
            steps.append((frame(each.at_bytes), _rules(each.detection)))
    if taken:
        probabilities = np.array(probabilities)
        for since, until in taken:
            probabilities[since:until] = 0.0
    return Stretch(base_ms, probabilities, tuple(sorted(steps, key=lambda step: step[0])))


def _rules(detection: TurnDetection) -> InForce:
    if detection.type == "semantic_vad":
        return InForce(SegmenterSettings(silence_duration_ms=_FOREVER_MS), is_timed=False)
    usual = SegmenterSettings()
    threshold, prefix_ms = detection.threshold, detection.prefix_padding_ms
    silence_ms = detection.silence_duration_ms
    return InForce(
        SegmenterSettings(
            usual.threshold if threshold is None else threshold,
            usual.prefix_padding_ms if prefix_ms is None else prefix_ms,
            usual.silence_duration_ms if silence_ms is None else silence_ms,
        ),
        is_timed=True,
    )


def _closes(logged: Logged, base_ms: int, frames: int) -> list[tuple[int, _Step]]:
    """Where words decided, the server is believed about ends, so that what follows is in step."""
    at = [
        (each.audio_ms - base_ms) // VAD_FRAME_MS
        for each in logged.edges
        if each.side == "end" and not each.is_timed
    ]
    return [(frame, _Closed()) for frame in at if 0 < frame <= frames]


def _edges(stretch: Stretch, threshold_shift: float) -> Iterator[Expected]:
    run = _Run(stretch.base_ms, threshold_shift)
    values = stretch.probabilities.tolist()
    done = 0
    for until, step in (*stretch.steps, (len(values), _Dropped())):
        for value in values[done:until]:
            yield from run.push(value)
        done = max(done, until)
        yield from run.take(step)


class _Run:
    """A stretch as it is judged, frame by frame."""

    def __init__(self, base_ms: int, threshold_shift: float) -> None:
        self._base_ms = base_ms
        self._segmenter = Segmenter(SegmenterSettings(), Profile(OPENAI.name, threshold_shift))
        self._is_timed = False
        self._began_ms = 0

    def push(self, probability: float) -> Iterator[Expected]:
        """Judge the next frame."""
        segmenter = self._segmenter
        for edge in segmenter.push(probability):
            if isinstance(edge, SpeechStarted):
                padding_ms = segmenter.settings.prefix_padding_ms
                self._began_ms = edge.frame_index * VAD_FRAME_MS - padding_ms
                yield self._edge("start", self._began_ms)
            elif isinstance(edge, SpeechStopped):
                yield self._edge("end", edge.audio_end_ms)
        if segmenter.speaking and self._lasts_ms() >= LONGEST_TURN_MS:
            yield from self._close()

    def take(self, step: _Step) -> Iterator[Expected]:
        """Let happen what happens between two frames."""
        match step:
            case InForce(settings, is_timed):
                self._segmenter.update(settings)
                self._is_timed = is_timed
            case _Closed():
                yield from self._close()
            case _Dropped():
                self._segmenter.commit()

    def _lasts_ms(self) -> int:
        return self._segmenter.position_ms - max(0, self._began_ms)

    def _close(self) -> Iterator[Expected]:
        for edge in self._segmenter.commit():
            if isinstance(edge, SpeechStopped):
                yield self._edge("end", edge.audio_end_ms)

    def _edge(self, side: Side, audio_ms: int) -> Expected:
        base_ms = self._base_ms
        decided_ms = base_ms + self._segmenter.position_ms
        return Expected(side, base_ms + audio_ms, base_ms, decided_ms, self._is_timed)
