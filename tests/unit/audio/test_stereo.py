from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.audio.devices import SoundCards
from studio.audio.stereo import CardStereo, SilentStereo, StereoQueue
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from tests.fakes.sound import FakePortAudioError, FakeSoundLibrary, card, headset

RATE_HZ = 24_000


def count_up(n: int, first: int = 1) -> NDArray[np.int16]:
    """Frames of which each side tells its place."""
    at = np.arange(first, first + n, dtype=np.int16)
    return np.stack((at, -at), axis=1)


@given(
    brought=st.lists(st.integers(0, 400), max_size=6),
    fetched=st.lists(st.integers(1, 300), max_size=12),
)
def test_frames_come_in_their_order_and_are_heard_when_they_were_said_to_be(
    brought: list[int], fetched: list[int]
) -> None:
    queue, whole = StereoQueue(RATE_HZ), count_up(sum(brought))
    for piece in np.split(whole, np.cumsum(brought)):
        queue.play(piece)
    at, out = 0, np.zeros((0, 2), np.int16)
    for size in fetched:
        block = np.full((size, 2), 99, np.int16)
        queue.fill(block, 5.0 + at / RATE_HZ)
        at, out = at + size, np.concatenate((out, block))
    expected = np.zeros_like(out)
    expected[: len(whole)] = whole[: len(out)]
    assert np.array_equal(out, expected)
    assert queue.heard(4.9) == 0
    for step in range(0, at + 200, 50):
        assert queue.heard(5.0 + step / RATE_HZ) == min(step, at, len(whole))


def test_what_is_flushed_is_never_heard_and_counts_no_more() -> None:
    queue = StereoQueue(RATE_HZ)
    queue.play(count_up(480))
    queue.fill(np.empty((240, 2), np.int16), 1.0)
    assert queue.heard(1.005) == 120
    queue.flush()
    assert queue.heard(1.005) == 0
    assert queue.unheard_ms(1.005) == 0
    queue.play(count_up(240, 7))
    block = np.empty((240, 2), np.int16)
    queue.fill(block, 2.0)
    assert np.array_equal(block, count_up(240, 7))
    assert queue.heard(2.005) == 120


def test_silence_between_pieces_is_not_counted() -> None:
    queue = StereoQueue(RATE_HZ)
    queue.play(count_up(240))
    queue.fill(np.empty((480, 2), np.int16), 1.0)
    queue.play(count_up(240))
    queue.fill(np.empty((240, 2), np.int16), 1.02)
    assert queue.heard(1.019) == 240
    assert queue.heard(1.025) == 360
    assert queue.unheard_ms(1.025) == 5.0


def test_where_nobody_hears_it_the_clock_is_the_ear() -> None:
    clock = ManualClock()
    speaker = SilentStereo(clock)
    clock.advance(3.0)
    speaker.play(np.zeros((RATE_HZ, 2), np.int16))
    assert speaker.heard() == 0
    clock.advance(0.25)
    assert speaker.heard() == RATE_HZ // 4
    assert speaker.unheard_ms == 750.0
    speaker.flush()
    assert speaker.heard() == 0
    speaker.close()


class Playing:
    """A speaker on a made-up card, ready to be heard."""

    def __init__(self, library: FakeSoundLibrary) -> None:
        self.clock = ManualClock()
        cards = SoundCards(library)
        self.speaker = CardStereo(cards, cards.find("output"), self.clock)
        (self.stream,) = library.streams
        for _ in range(5):
            assert not self.pull().any()

    def pull(self) -> NDArray[np.int16]:
        block = self.stream.pull(0.03)
        self.clock.advance(self.stream.blocksize / self.stream.samplerate)
        return block


def test_two_channels_are_left_and_right() -> None:
    on = Playing(headset())
    on.speaker.play(count_up(240))
    assert np.array_equal(on.pull().reshape(-1, 2), count_up(240))


def test_other_channels_are_silent() -> None:
    library = FakeSoundLibrary(cards=(card("Surround", outputs=6),), channels=(6,))
    on = Playing(library)
    on.speaker.play(count_up(240))
    block = on.pull().reshape(-1, 6)
    assert np.array_equal(block[:, :2], count_up(240))
    assert not block[:, 2:].any()


def test_one_channel_plays_both_without_going_round() -> None:
    on = Playing(FakeSoundLibrary(cards=(card("Phone", outputs=1),)))
    on.speaker.play(np.array([[1, 20], [30_000, 30_000], [-30_000, -9_000]] * 80, np.int16))
    assert on.pull()[:3].tolist() == [21, 32_767, -32_768]


def test_a_frame_is_heard_when_the_card_says_so() -> None:
    on = Playing(headset())
    on.speaker.play(count_up(2_400))
    for _ in range(10):
        on.pull()
    # The first block was fetched 100 ms ago, and reached the ear 30 ms after that.
    assert on.speaker.heard() == pytest.approx(0.07 * RATE_HZ, abs=2)
    assert on.speaker.unheard_ms == pytest.approx(30, abs=0.1)
    on.clock.advance(0.03)
    assert on.speaker.heard() == 2_400


def test_a_card_that_went_away_is_said() -> None:
    on = Playing(headset())
    on.clock.advance(0.6)
    with pytest.raises(StudioError, match="stopped playing"):
        on.speaker.heard()
    on.speaker.close()
    assert on.stream.is_closed


def test_a_card_that_refuses_is_given_back() -> None:
    library = headset()
    library.are_gone = True
    with pytest.raises(StudioError):
        Playing(library)
    assert library.streams[0].is_closed


def test_a_card_that_cannot_be_opened_is_said() -> None:
    library = headset()
    library.refusal = FakePortAudioError("Device unavailable")
    with pytest.raises(StudioError):
        Playing(library)
