from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.audio.played import JOINED_WITHIN_S, KEPT_S, PlayedSound

RATE_HZ = 8_000
BLOCK_S = 0.01
BLOCK = int(RATE_HZ * BLOCK_S)
KEPT = int(KEPT_S * RATE_HZ)

jitters = st.lists(st.floats(-0.0014, 0.0014), min_size=1, max_size=40)


def counting(n_samples: int, first: int = 1) -> NDArray[np.int16]:
    """Samples of which no two are alike."""
    return np.arange(first, first + n_samples, dtype=np.int16)


@given(jitters, st.floats(1, 1000), st.integers(0, 2 * BLOCK))
def test_jittering_times_do_not_tear_the_sound(
    jitter: list[float], began: float, start: int
) -> None:
    sound = counting(len(jitter) * BLOCK)
    played = PlayedSound(RATE_HZ)
    for index, off_s in enumerate(jitter):
        played.write(sound[index * BLOCK :][:BLOCK], began + index * BLOCK_S + off_s)
    first = played.position(began)
    whole = played.at(first - 2 * BLOCK, sound.size + 4 * BLOCK)
    spoken = whole[whole != 0]
    assert np.array_equal(spoken, sound)
    begins = int(np.flatnonzero(whole)[0]) - 2 * BLOCK
    assert abs(begins) <= 0.003 * RATE_HZ
    assert np.array_equal(
        played.at(first - 2 * BLOCK + start, sound.size), whole[start:][: sound.size]
    )


@given(
    st.lists(
        st.tuples(st.integers(1, 400), st.floats(0.021, 1.5)),
        min_size=1,
        max_size=12,
    )
)
def test_a_gap_is_silence_and_what_follows_is_in_its_place(
    pieces: list[tuple[int, float]],
) -> None:
    played = PlayedSound(RATE_HZ)
    expected = np.zeros(30 * RATE_HZ, np.int16)
    at, end = 5.0, 0
    for count, gap_s in pieces:
        samples = counting(count)
        begin = round(at * RATE_HZ)
        played.write(samples, begin / RATE_HZ)
        expected[begin : begin + count] = samples
        end = begin + count
        at = end / RATE_HZ + gap_s
    kept = played.between((end - KEPT) / RATE_HZ, KEPT)
    assert np.array_equal(kept, expected[end - KEPT : end])


@given(st.integers(0, 2000), st.integers(1, 400), st.floats(-0.5, 0.5))
def test_what_was_cut_is_silent_and_the_next_begins_where_it_says(
    kept: int, count: int, later_s: float
) -> None:
    played = PlayedSound(RATE_HZ)
    played.write(counting(2000), 1.0)
    played.cut(1.0 + kept / RATE_HZ)
    assert np.array_equal(played.between(1.0, kept), counting(kept))
    assert not played.between(1.0 + kept / RATE_HZ, 4000).any()
    again = counting(count, 5000)
    at = 1.0 + kept / RATE_HZ + later_s
    played.write(again, at)
    tolerated = int(JOINED_WITHIN_S * RATE_HZ) + 1
    around = played.between(at - tolerated / RATE_HZ, count + 2 * tolerated)
    assert again.tobytes() in around.tobytes()
    assert not played.between(at + (count + tolerated) / RATE_HZ, 4000).any()


def test_one_late_time_moves_nothing_but_three_do() -> None:
    sound = counting(20 * BLOCK)
    off_s = [0.0] * 5 + [0.012] + [0.0] * 6 + [0.012] * 8
    played = PlayedSound(RATE_HZ)
    for index, late_s in enumerate(off_s):
        played.write(sound[index * BLOCK :][:BLOCK], 1 + index * BLOCK_S + late_s)
    assert sound[: 14 * BLOCK].tobytes() in played.between(0.99, 16 * BLOCK).tobytes()
    moved = played.between(1.152, 6 * BLOCK)
    assert np.array_equal(moved[: 5 * BLOCK], sound[14 * BLOCK : 19 * BLOCK])


def test_nothing_known_is_silence() -> None:
    played = PlayedSound(RATE_HZ)
    assert not played.between(12.5, 100).any()
    played.write(counting(100), 12.5)
    assert np.array_equal(played.between(12.5, 100), counting(100))
    assert not played.between(12.5 - KEPT_S, 1000).any()
    assert not played.between(13.5, 100).any()


def test_a_cut_in_the_future_changes_nothing() -> None:
    played = PlayedSound(RATE_HZ)
    played.write(counting(100), 3.0)
    played.cut(4.0)
    played.write(counting(100, 101), 3.0125)
    assert np.array_equal(played.between(3.0, 200), counting(200))


@given(st.integers(1, 3 * KEPT))
def test_a_long_block_keeps_its_end(count: int) -> None:
    samples = (np.arange(count) % 30_000 + 1).astype(np.int16)
    played = PlayedSound(RATE_HZ)
    played.write(samples, 0.5)
    kept = min(count, KEPT)
    assert np.array_equal(played.between(0.5 + (count - kept) / RATE_HZ, kept), samples[-kept:])


def test_a_drifting_card_is_followed() -> None:
    played = PlayedSound(RATE_HZ)
    drift = 1 + 200e-6
    blocks = 12_000
    for index in range(blocks):
        played.write(np.full(BLOCK, index, np.int16), index * BLOCK_S * drift)
    last = played.between((blocks - 1) * BLOCK_S * drift, BLOCK)
    assert np.mean(last == blocks - 1) > 0.98
