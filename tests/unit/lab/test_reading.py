from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.lab.labels import Label, Truth
from studio.lab.reading import Counts, Reading
from studio.vad.segmenter import SegmenterSettings
from studio.vad.whole import segments

# Speech from 320 to 960 ms and from 1,280 to 1,920 ms, a pause of 320 ms between, silence after.
HESITATION = np.array([0.0] * 10 + [0.9] * 20 + [0.0] * 10 + [0.9] * 20 + [0.0] * 60)


@given(
    st.lists(st.floats(0, 1), max_size=120),
    st.floats(0.2, 0.9),
    st.integers(0, 900),
    st.integers(0, 500),
)
def test_stretches_are_the_segments_that_the_rules_give(
    values: list[float], threshold: float, silence_ms: int, prefix_ms: int
) -> None:
    settings = SegmenterSettings(threshold, prefix_ms, silence_ms)
    found = Reading(np.array(values), settings).stretches
    known = segments(values, settings)
    assert [each.start_ms for each in found] == [each.audio_start_ms for each in known]
    assert [None if each.is_open else each.end_ms for each in found] == [
        each.audio_end_ms for each in known
    ]
    for each in found:
        assert each.start_ms <= each.speech_ms <= each.silent_ms <= max(each.end_ms, each.silent_ms)


def test_counts_and_words_tell_the_same() -> None:
    truth = Truth((Label(320, 1920),))
    for silence_ms in (200, 280, 300, 500, 1_200):
        reading = Reading(HESITATION, SegmenterSettings(silence_duration_ms=silence_ms), truth)
        assert reading.counts is not None
        assert reading.score is not None
        verdicts = [each.verdict for each in reading.score.turns]
        assert reading.counts.cut_off == verdicts.count("cut off")
        assert reading.counts.late == verdicts.count("late")
        assert reading.counts.missed == verdicts.count("missed")
        assert reading.counts.ghosts == len(reading.score.ghosts)


def test_without_truth_there_is_no_verdict() -> None:
    reading = Reading(HESITATION, SegmenterSettings())
    assert reading.score is None
    assert reading.counts is None
    assert len(reading.stretches) == 1


def test_delays_have_shares_and_nothing_has_none() -> None:
    reading = Reading(HESITATION, SegmenterSettings(), Truth((Label(320, 1920),)))
    assert reading.counts is not None
    assert reading.counts.delay(0.5) == reading.counts.delay(0.95) == 1952 + 512 - 1920
    empty = Reading(np.zeros(40), SegmenterSettings(), Truth((Label(320, 900),)))
    assert empty.counts is not None
    assert empty.counts.delay(0.5) is None
    assert Counts(delay_ms=(100, 200, 300, 900)).delay(0.5) == 200  # one that was, none between
    assert empty.counts.missed == 1
