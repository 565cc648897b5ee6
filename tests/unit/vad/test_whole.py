from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.vad.profile import Profile
from studio.vad.segmenter import Rules, Segmenter, SegmenterSettings, SpeechStarted, SpeechStopped
from studio.vad.whole import Pauses, Segment, segments

SETTINGS = SegmenterSettings(threshold=0.5, prefix_padding_ms=300, silence_duration_ms=200)
PROBABILITIES = st.lists(st.floats(0, 1), max_size=120)
ANY_SETTINGS = st.builds(
    SegmenterSettings, st.floats(0.2, 1), st.integers(0, 600), st.integers(0, 900)
)
ANY_PROFILE = st.builds(
    Profile,
    st.just("another"),
    st.floats(-0.2, 0.2),
    st.integers(-3, 3).map(lambda frames: frames * 32),
    st.integers(-3, 3).map(lambda frames: frames * 32),
)


def edges(found: list[Segment]) -> list[tuple[int, int | None]]:
    return [(each.audio_start_ms, each.audio_end_ms) for each in found]


def frame_by_frame(
    probabilities: list[float], settings: SegmenterSettings, profile: Profile
) -> list[tuple[int, int | None]]:
    segmenter = Segmenter(settings, profile)
    found: list[tuple[int, int | None]] = []
    for probability in probabilities:
        for edge in segmenter.push(probability):
            if isinstance(edge, SpeechStarted):
                found.append((edge.audio_start_ms, None))
            elif isinstance(edge, SpeechStopped):
                found[-1] = (found[-1][0], edge.audio_end_ms)
    return found


@given(PROBABILITIES, ANY_SETTINGS, ANY_PROFILE)
def test_a_whole_recording_has_the_edges_of_its_frames(
    probabilities: list[float], settings: SegmenterSettings, profile: Profile
) -> None:
    found = segments(probabilities, settings, profile)
    assert edges(found) == frame_by_frame(probabilities, settings, profile)


def test_segments_of_a_recording() -> None:
    recording = [0.9] * 5 + [0.1] * 8 + [0.0] * 20 + [0.8] * 3
    assert segments(recording, SETTINGS) == [
        Segment(0, 416, 0, 192),
        Segment(756, None, 1056, None),
    ]
    assert segments([], SETTINGS) == []


def by_definition(
    probabilities: list[float], settings: SegmenterSettings
) -> list[tuple[int, int | None]]:
    """The rules as one search after another over the whole list, with no state kept."""
    found: list[tuple[int, int | None]] = []
    frame = 0
    low = settings.threshold - 0.15
    while True:
        voiced = [n for n in range(frame, len(probabilities))
                  if probabilities[n] >= settings.threshold]  # fmt: skip
        if not voiced:
            return found
        begin = max(0, voiced[0] * 32 - settings.prefix_padding_ms)
        for end in range(voiced[0], len(probabilities)):
            if probabilities[end] >= low:
                continue
            spoken = max(n for n in voiced if n <= end)
            first_silent = min(n for n in range(spoken, end + 1) if probabilities[n] < low)
            if (end - first_silent) * 32 >= settings.silence_duration_ms:
                found.append((begin, (end + 1) * 32))
                frame = end + 1
                break
        else:
            return [*found, (begin, None)]


@given(PROBABILITIES, ANY_SETTINGS)
def test_segments_agree_with_the_definition(
    probabilities: list[float], settings: SegmenterSettings
) -> None:
    assert edges(segments(probabilities, settings)) == by_definition(probabilities, settings)


@pytest.mark.parametrize("silence_duration_ms", [0, 1, 31, 32, 33, 200, 500])
def test_a_longer_wait_ends_later_on_the_grid(silence_duration_ms: int) -> None:
    settings = SegmenterSettings(silence_duration_ms=silence_duration_ms)
    (turn,) = segments([0.9] + [0.0] * 40, settings)
    assert turn.audio_end_ms == 64 + -(-silence_duration_ms // 32) * 32


@given(PROBABILITIES, ANY_SETTINGS)
def test_spans_name_the_frames_of_the_segments(
    probabilities: list[float], settings: SegmenterSettings
) -> None:
    rules = Rules.of(settings)
    spans = Pauses(np.array(probabilities, np.float64), rules).spans(rules.silence_frames)
    found = segments(probabilities, settings)
    assert spans.is_open == any(each.audio_end_ms is None for each in found)
    assert (spans.first_voiced * 32).tolist() == [each.speech_start_ms for each in found]
    for at, each in enumerate(found):
        if each.audio_end_ms is not None:
            assert (spans.deciding[at] + 1) * 32 == each.audio_end_ms
            assert (spans.first_silent[at] + 1) * 32 == each.silence_start_ms


def test_an_open_turn_ends_where_silence_would_end_it() -> None:
    rules = Rules.of(SETTINGS)
    spoken = Pauses(np.array([0.9] * 4), rules).spans(rules.silence_frames)
    assert (spoken.deciding.tolist(), spoken.is_open) == ([11], True)
    paused = Pauses(np.array([0.9] * 4 + [0.0] * 3), rules).spans(rules.silence_frames)
    assert (paused.first_silent.tolist(), paused.deciding.tolist()) == ([4], [11])


def test_a_shifted_profile_moves_the_edges_it_names() -> None:
    late = Profile("late", start_shift_ms=64, end_shift_ms=-32)
    frames = [0.0] * 20 + [0.9] * 10 + [0.1] * 20
    assert edges(segments(frames, SETTINGS)) == [(340, 1216)]
    assert edges(segments(frames, SETTINGS, late)) == [(404, 1184)]


def test_a_stricter_profile_begins_later_and_ends_earlier() -> None:
    frames = [0.0] * 20 + [0.55] * 2 + [0.9] * 10 + [0.4] * 3 + [0.1] * 20
    strict = Profile("strict", threshold_shift=0.1)
    (usual,), (other,) = segments(frames, SETTINGS), segments(frames, SETTINGS, strict)
    assert other.audio_start_ms - usual.audio_start_ms == 64
    assert usual.audio_end_ms is not None
    assert other.audio_end_ms == usual.audio_end_ms - 96
