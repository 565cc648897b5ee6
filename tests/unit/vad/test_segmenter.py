from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.vad.segmenter import (
    Edge,
    Segmenter,
    SegmenterSettings,
    SilenceBegan,
    SilenceBroken,
    SpeechStarted,
    SpeechStopped,
)

SETTINGS = SegmenterSettings(threshold=0.5, prefix_padding_ms=300, silence_duration_ms=200)
PROBABILITIES = st.lists(st.floats(0, 1), max_size=120)
ANY_SETTINGS = st.builds(
    SegmenterSettings, st.floats(0.2, 1), st.integers(0, 600), st.integers(0, 900)
)


def edges(probabilities: list[float], settings: SegmenterSettings = SETTINGS) -> list[Edge]:
    segmenter = Segmenter(settings)
    return [edge for each in probabilities for edge in segmenter.push(each)]


def test_a_turn_by_hand() -> None:
    # Frame 20 begins at 640 ms; frame 30, the first silent one, ends at 992 ms; 1,192 ms is 200 ms
    # later and falls within frame 37, which ends at 1,216 ms.
    assert edges([0.1] * 20 + [0.9] * 10 + [0.1] * 20) == [
        SpeechStarted(340, 20),
        SilenceBegan(992),
        SpeechStopped(1216, 37),
    ]


def test_a_silence_of_whole_frames_is_not_rounded_up_further() -> None:
    settings = SegmenterSettings(silence_duration_ms=192)
    assert edges([0.9, *[0.0] * 10], settings)[-1] == SpeechStopped(256, 7)


def test_padding_does_not_reach_before_the_session() -> None:
    assert edges([0.1, 0.9]) == [SpeechStarted(0, 1)]


def test_the_thresholds_themselves_are_speech_and_not_silence() -> None:
    assert edges([0.499]) == []
    assert edges([0.5]) == [SpeechStarted(0, 0)]
    assert edges([0.5, 0.35]) == [SpeechStarted(0, 0)]
    assert edges([0.5, 0.349]) == [SpeechStarted(0, 0), SilenceBegan(64)]


def test_a_voiced_frame_starts_the_clock_over() -> None:
    got = edges([0.9] + [0.1] * 7 + [0.6] + [0.1] * 8)
    assert got == [
        SpeechStarted(0, 0),
        SilenceBegan(64),
        SilenceBroken(256),
        SilenceBegan(320),
        SpeechStopped(544, 16),
    ]


def test_a_frame_between_the_thresholds_neither_stops_the_clock_nor_ends_the_turn() -> None:
    got = edges([0.9] + [0.1] * 7 + [0.4] * 3 + [0.1])
    assert got == [SpeechStarted(0, 0), SilenceBegan(64), SpeechStopped(384, 11)]


def test_no_silence_to_wait_for_ends_with_the_first_silent_frame() -> None:
    settings = SegmenterSettings(silence_duration_ms=0)
    assert edges([0.9, 0.1], settings)[1:] == [SilenceBegan(64), SpeechStopped(64, 1)]


def test_silence_is_counted_from_the_end_of_its_first_frame() -> None:
    segmenter = Segmenter(SETTINGS)
    seen = []
    for probability in [0.1, 0.9, 0.1, 0.1, 0.4, 0.9]:
        segmenter.push(probability)
        seen.append((segmenter.speaking, segmenter.silence_ms))
    assert seen == [(False, 0), (True, 0), (True, 0), (True, 32), (True, 64), (True, 0)]


def test_settings_change_in_the_middle_of_a_silence() -> None:
    segmenter = Segmenter(SegmenterSettings(silence_duration_ms=5000))
    for probability in [0.9] + [0.1] * 20:
        segmenter.push(probability)
    segmenter.update(SETTINGS)
    assert segmenter.push(0.1) == (SpeechStopped(22 * 32, 21),)


def test_commit_closes_the_open_turn_where_it_is() -> None:
    segmenter = Segmenter(SETTINGS)
    assert segmenter.commit() == ()
    segmenter.push(0.9)
    segmenter.push(0.1)
    assert segmenter.commit() == (SpeechStopped(64, 1),)
    assert not segmenter.speaking
    assert segmenter.silence_ms == 0
    assert segmenter.push(0.9) == (SpeechStarted(0, 2),)


def test_reset_begins_at_zero() -> None:
    segmenter = Segmenter(SETTINGS)
    segmenter.push(0.9)
    segmenter.reset()
    assert (segmenter.speaking, segmenter.position_ms) == (False, 0)
    assert segmenter.push(0.9) == (SpeechStarted(0, 0),)


@given(PROBABILITIES, ANY_SETTINGS)
def test_edges_alternate_and_advance(
    probabilities: list[float], settings: SegmenterSettings
) -> None:
    speaking, silent = False, False
    for edge in edges(probabilities, settings):
        match edge:
            case SpeechStarted():
                assert not speaking
                speaking = True
            case SpeechStopped():
                assert speaking
                assert silent
                speaking = silent = False
            case SilenceBegan():
                assert speaking
                assert not silent
                silent = True
            case SilenceBroken():
                assert silent
                silent = False
