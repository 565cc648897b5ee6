from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.lab.labels import Label, Truth
from studio.lab.score import TOLERANCE_MS, Bounds, Score, judged, outcome
from studio.vad.segmenter import Rules, SegmenterSettings
from studio.vad.whole import Pauses, segments

FRAME_MS = 32


def frames(*runs: tuple[float, int]) -> list[float]:
    """Runs of (probability, how many frames)."""
    return [value for value, count in runs for _ in range(count)]


def score(
    probabilities: list[float],
    labels: list[Label],
    settings: SegmenterSettings,
    late_ms: int = 1000,
) -> Score:
    rules = Rules.of(settings)
    spans = Pauses(np.array(probabilities, np.float64), rules).spans(rules.silence_frames)
    return judged(spans, rules, Truth(tuple(labels)), settings.silence_duration_ms, late_ms)


# Speech from 320 to 960 ms and from 1,280 to 1,920 ms, a pause of 320 ms between, silence after.
HESITATION = frames((0.0, 10), (0.9, 20), (0.0, 10), (0.9, 20), (0.0, 60))


def test_a_pause_longer_than_the_silence_cuts_the_person_off() -> None:
    one = [Label(320, 1920, words="so um I would like")]
    got = score(HESITATION, one, SegmenterSettings(silence_duration_ms=200))
    (turn,) = got.turns
    assert turn.verdict == "cut off"
    assert turn.cut_at_ms == (992 + 224,)
    assert turn.reason == "A pause of 0.29 s is longer than the 200 ms to wait."
    assert turn.delay_ms == 1952 + 224 - 1920
    assert not got.is_perfect


def test_a_longer_silence_lets_the_person_finish() -> None:
    one = [Label(320, 1920)]
    got = score(HESITATION, one, SegmenterSettings(silence_duration_ms=400))
    assert [(each.verdict, each.delay_ms) for each in got.turns] == [("ok", 1952 + 416 - 1920)]
    assert got.is_perfect


def test_two_turns_become_one_where_the_silence_is_too_long() -> None:
    two = [Label(320, 960), Label(1280, 1920)]
    got = score(HESITATION, two, SegmenterSettings(silence_duration_ms=400))
    assert [each.verdict for each in got.turns] == ["merged", "ok"]
    assert got.turns[0].delay_ms is None


def test_a_turn_below_the_threshold_is_missed() -> None:
    got = score(frames((0.0, 10), (0.4, 20), (0.0, 40)), [Label(320, 960)], SegmenterSettings())
    assert [each.verdict for each in got.turns] == ["missed"]
    assert "0.50" in got.turns[0].reason


def test_speech_that_fades_counts_as_silence() -> None:
    fading = frames((0.9, 20), (0.2, 20), (0.0, 40))
    got = score(fading, [Label(0, 1280)], SegmenterSettings(silence_duration_ms=200))
    assert [each.verdict for each in got.turns] == ["cut off"]
    assert got.turns[0].reason == (
        "The last 0.61 s stayed below the threshold and counted as silence."
    )


def test_an_answer_after_a_second_is_late_and_says_what_held_it() -> None:
    long = SegmenterSettings(silence_duration_ms=1200)
    (turn,) = score(frames((0.9, 20), (0.0, 80)), [Label(0, 640)], long).turns
    assert (turn.verdict, turn.reason) == ("late", "The silence to wait for is 1,200 ms.")
    humming = frames((0.9, 20), (0.4, 30), (0.0, 80))
    (turn,) = score(humming, [Label(0, 640)], SegmenterSettings(silence_duration_ms=500)).turns
    assert turn.verdict == "late"
    assert "992 ms after the last word" in turn.reason


def test_sound_that_is_no_turn_is_a_ghost_and_names_its_noise() -> None:
    cough = [Label(0, 640), Label(1280, 1600, "noise", "cough")]
    got = score(
        frames((0.9, 20), (0.0, 20), (0.8, 10), (0.0, 40), (0.7, 5), (0.0, 40)),
        cough,
        SegmenterSettings(silence_duration_ms=300),
    )
    assert [each.noise and each.noise.words for each in got.ghosts] == ["cough", None]
    assert "noise (cough)" in got.ghosts[0].reason
    assert [each.verdict for each in got.turns] == ["ok"]


def test_a_noise_within_another_hides_nothing_of_it() -> None:
    street = (Label(0, 4000, "noise", "street"), Label(100, 400, "noise", "horn"))
    rules = Rules.of(SegmenterSettings())
    probabilities = np.array(frames((0.0, 50), (0.9, 10), (0.0, 40)))
    spans = Pauses(probabilities, rules).spans(rules.silence_frames)
    found = outcome(spans, rules, Bounds.of(()), Bounds.of(street))
    assert (found.ghost.tolist(), found.noise.tolist()) == ([True], [True])


def test_padding_that_is_too_short_clips_the_beginning() -> None:
    late_onset = frames((0.0, 10), (0.3, 10), (0.9, 20), (0.0, 40))
    told = [Label(320, 1280)]
    bare = score(late_onset, told, SegmenterSettings(prefix_padding_ms=0))
    padded = score(late_onset, told, SegmenterSettings(prefix_padding_ms=300))
    assert bare.turns[0].clipped_ms == 320
    assert padded.turns[0].clipped_ms == 0


def test_the_recording_may_end_before_the_silence_does() -> None:
    (turn,) = score(frames((0.9, 20)), [Label(0, 640)], SegmenterSettings()).turns
    assert (turn.verdict, turn.delay_ms) == ("ok", 544)


def test_nothing_heard_and_nothing_labelled() -> None:
    assert score([], [Label(0, 640)], SegmenterSettings()).turns[0].verdict == "missed"
    assert score([], [], SegmenterSettings()).is_perfect
    assert len(score(frames((0.9, 9), (0.0, 60)), [], SegmenterSettings()).ghosts) == 1


EDGES = st.lists(st.integers(0, 4000), max_size=12, unique=True).map(sorted)


@st.composite
def truths(draw: st.DrawFn) -> tuple[Label, ...]:
    edges = draw(EDGES)
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    return tuple(Label(begin, end) for begin, end in pairs)


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.4, 0.9]), st.integers(1, 20)), max_size=12),
    truths(),
    st.sampled_from([0, 100, 200, 500]),
)
def test_the_arrays_say_what_one_search_after_another_says(
    runs: list[tuple[float, int]], turns: tuple[Label, ...], silence_ms: int
) -> None:
    settings = SegmenterSettings(silence_duration_ms=silence_ms)
    rules, probabilities = Rules.of(settings), frames(*runs)
    spans = Pauses(np.array(probabilities, np.float64), rules).spans(rules.silence_frames)
    found = outcome(spans, rules, Bounds.of(turns), Bounds.of(()))
    said = [
        (int(begin) * FRAME_MS, int(silent) * FRAME_MS, int(rules.end_ms(int(decided))))
        for begin, silent, decided in zip(*spans[:3], strict=True)
    ]
    assert len(said) == len(segments(probabilities, settings))
    for at, turn in enumerate(turns):
        own = [each for each in said if each[0] < turn.end_ms and each[1] > turn.begin_ms]
        assert found.missed[at] == (not own)
        if not own:
            continue
        assert found.cuts[at] == sum(each[2] < turn.end_ms - TOLERANCE_MS for each in own)
        assert found.delay_ms[at] == own[-1][2] - turn.end_ms
    for at, (begin, end, _) in enumerate(said):
        heard = any(begin < turn.end_ms and end > turn.begin_ms for turn in turns)
        assert found.ghost[at] == (not heard)


@pytest.mark.parametrize("labels", [(), (Label(0, 100),)])
def test_bounds_of_labels(labels: tuple[Label, ...]) -> None:
    bounds = Bounds.of(labels)
    assert bounds.begin_ms.tolist() == [each.begin_ms for each in labels]
    assert bounds.end_ms.dtype == np.int64
