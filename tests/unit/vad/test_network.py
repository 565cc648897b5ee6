from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.vad.detector import SileroDetector
from studio.vad.network import SpeechNetwork

SOUND = np.random.default_rng(3).normal(0, 0.1, (300, 512)).astype(np.float32)
SOUND[100:200] = 0.4 * np.sin(np.arange(51_200) / 11).reshape(100, 512)


@given(st.lists(st.integers(0, 300), max_size=12))
@settings(max_examples=40)
def test_a_frame_gets_the_same_bits_however_many_come_with_it(cuts: list[int]) -> None:
    together = SileroDetector().probabilities(SOUND)
    detector = SileroDetector()
    edges = [0, *sorted(cuts), 300]
    in_pieces = [
        value
        for begin, end in itertools.pairwise(edges)
        for value in detector.probabilities(SOUND[begin:end])
    ]
    assert in_pieces == together
    assert all(0 <= value <= 1 for value in together)


def test_one_frame_at_a_time_gives_the_same_bits() -> None:
    detector = SileroDetector()
    assert [detector.probability(frame) for frame in SOUND] == SileroDetector().probabilities(SOUND)


def test_very_loud_and_silent_frames_are_judged_without_a_warning() -> None:
    frames = np.stack([np.zeros(512), np.full(512, 1e6), np.full(512, -1.0)]).astype(np.float32)
    assert len(SileroDetector().probabilities(np.tile(frames, (20, 1)))) == 60


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(KeyError):
        SpeechNetwork({})
