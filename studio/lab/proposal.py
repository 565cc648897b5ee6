"""Labels proposed for a take that nobody has labelled: a patient detector, then the level.

A detector that waits for a second of silence seldom ends a turn too early, so its turns are a
first guess at the true ones; each label then ends where its last sound does. Noise that sounds like
speech is proposed as a turn, and a pause of more than a second parts one turn into two: a person
corrects that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.units import VAD_FRAME_MS
from studio.lab.labels import Label, Truth, usable
from studio.lab.sounding import Levels
from studio.vad.segmenter import Rules, SegmenterSettings
from studio.vad.whole import Pauses

if TYPE_CHECKING:
    from studio.lab.take import Take
    from studio.vad.whole import Probabilities

PATIENT = SegmenterSettings(threshold=0.5, prefix_padding_ms=0, silence_duration_ms=1_000)
"""What the proposal listens with."""

_AROUND_MS = 160
"""How far beyond the detector's frames a sound may begin or end that belongs to them."""


def propose(
    take: Take, probabilities: Probabilities, settings: SegmenterSettings = PATIENT
) -> Truth:
    """The turns of a take as a patient detector hears them, from first sound to last."""
    rules = Rules.of(settings)
    spans = Pauses(probabilities, rules).spans(rules.silence_frames)
    begins = (spans.first_voiced * VAD_FRAME_MS).tolist()
    ends = (spans.first_silent * VAD_FRAME_MS).tolist()
    levels, whole_ms = Levels.of(take), int(take.duration_ms)
    middles = [(end + begin) // 2 for end, begin in zip(ends, begins[1:], strict=False)]
    bounds = zip(begins, ends, [0, *middles], [*middles, whole_ms], strict=False)
    labels = []
    for begin, end, after, before in bounds:
        begin_ms, end_ms = max(after, begin - _AROUND_MS), min(before, end + _AROUND_MS)
        sound = levels.within(begin_ms, end_ms) or (begin, min(end, whole_ms))
        labels.append(Label(*sound))
    truth, _ = usable(labels, take.duration_ms)
    return truth
