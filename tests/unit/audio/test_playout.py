from __future__ import annotations

from threading import Event, Thread
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.audio.playout import Finished, Heard, Playing, Playout, Started

RATE = 24_000
BLOCK = 480


def near(value: float, abs: float = 1e-6) -> float:  # noqa: A002 - as pytest calls it
    """A float that equals what is near to it."""
    return cast("float", pytest.approx(value, abs=abs))


def pcm(ms: float, first: int = 1) -> bytes:
    """`ms` of samples that count up, so that every one is known."""
    count = int(ms * RATE / 1000)
    return ((np.arange(count) + first) % 30_000).astype("<i2").tobytes()


def playout() -> Playout:
    return Playout(AudioFormat.PCM16, RATE)


def test_silence_while_nothing_is_queued() -> None:
    assert not playout().pull(BLOCK, 0.0).any()


def test_samples_come_out_as_they_went_in_across_pieces() -> None:
    queue = playout()
    queue.play("a", 0, pcm(30), at=0.0)
    queue.play("a", 0, pcm(30, first=721), at=0.0)
    out = np.concatenate([queue.pull(BLOCK, at * 0.02) for at in range(3)])
    assert out.tolist() == list(range(1, 1441))


def test_a_part_waits_for_its_start_buffer_unless_it_is_complete() -> None:
    queue = playout()
    queue.play("a", 0, pcm(15), at=0.0)
    assert not queue.pull(BLOCK, 0.0).any()
    queue.end("a", 0)
    assert queue.pull(BLOCK, 0.02).any()


def test_the_head_counts_only_what_reached_the_ear() -> None:
    queue = playout()
    queue.play("a", 0, pcm(100), at=0.0)
    queue.pull(BLOCK, heard_at=1.0)
    assert queue.head(0.99) is None
    assert queue.head(1.005) == Playing("a", 0, 5.0, 100.0)
    assert queue.head(9.0) == Playing("a", 0, 20.0, 100.0)


def test_start_and_finish_carry_the_moments_at_the_ear() -> None:
    queue = playout()
    queue.play("a", 0, pcm(40), at=0.0)
    queue.end("a", 0)
    queue.pull(BLOCK, 1.0)
    queue.pull(BLOCK, 1.02)
    assert queue.advance(0.999) == []
    assert queue.advance(1.001) == [Started("a", 0, 1.0)]
    assert queue.advance(1.039) == []
    (finished,) = queue.advance(1.05)
    assert isinstance(finished, Finished)
    assert finished.played_ms == 40.0
    assert finished.heard_at == pytest.approx(1.04)
    assert queue.head(1.05) is None


def test_a_part_that_ends_after_it_was_heard_finishes_when_its_end_is_told() -> None:
    queue = playout()
    queue.play("a", 0, pcm(40), at=0.0)
    queue.pull(2 * BLOCK, 1.0)
    queue.advance(2.0)
    queue.end("a", 0)
    assert queue.advance(3.0) == [Finished("a", 0, 40.0, 3.0)]


def test_parts_follow_each_other_without_a_gap() -> None:
    queue = playout()
    queue.play("a", 0, pcm(30), at=0.0)
    queue.end("a", 0)
    queue.play("b", 0, pcm(60, first=10_001), at=0.0)
    queue.pull(BLOCK, 0.0)
    block = queue.pull(BLOCK, 0.02)
    assert block[239] == 720
    assert block[240] == 10_001
    assert [type(event) for event in queue.advance(0.035)] == [Started, Finished, Started]
    assert queue.head(0.035) == Playing("b", 0, 5.0, 60.0)


def test_the_next_part_ends_one_whose_end_was_never_told() -> None:
    queue = playout()
    queue.play("a", 0, pcm(40), at=0.0)
    queue.pull(3 * BLOCK, 0.0)
    queue.play("b", 0, pcm(40), at=0.0)
    assert queue.pull(BLOCK, 0.06).any()
    assert queue.advance(0.07)[1] == Finished("a", 0, 40.0, near(0.04))


def test_flush_tells_what_was_heard_and_forgets_the_rest() -> None:
    queue = playout()
    queue.play("a", 0, pcm(100), at=0.0)
    queue.play("b", 0, pcm(50), at=0.0)
    queue.pull(BLOCK, 1.0)
    assert queue.flush(1.007) == [Heard("a", 0, 7.0, 100.0), Heard("b", 0, 0.0, 50.0)]
    assert not queue.pull(BLOCK, 2.0).any()
    assert queue.advance(3.0) == []
    assert queue.flush(3.0) == []


def test_a_late_piece_counts_as_one_underrun_and_a_part_that_just_ended_as_none() -> None:
    queue = playout()
    queue.play("a", 0, pcm(60), at=0.0)
    queue.pull(4 * BLOCK, 0.0)
    queue.pull(BLOCK, 0.08)
    assert queue.underruns == 0
    queue.play("a", 0, pcm(60), at=0.0)
    assert queue.underruns == 1
    queue.end("a", 0)
    queue.pull(4 * BLOCK, 0.1)
    assert queue.underruns == 1


def test_after_a_late_piece_the_next_part_waits_as_long_as_it_was_late() -> None:
    queue = playout()
    queue.play("a", 0, pcm(100), at=0.0)
    queue.pull(6 * BLOCK, 0.0)
    assert queue.start_buffer_ms == 20
    queue.play("a", 0, pcm(100), at=0.15)
    assert queue.start_buffer_ms == near(20 + 1.1 * 50)
    queue.end("a", 0)
    queue.pull(10 * BLOCK, 0.15)
    queue.play("b", 0, pcm(100), at=1.0)
    assert not queue.pull(2 * BLOCK, 1.0).any()
    block = queue.pull(BLOCK, 1.04)
    assert int((block == 0).sum()) == pytest.approx(0.015 * RATE, abs=30)


def test_a_card_fetches_a_block_at_once_so_a_part_begins_with_a_block() -> None:
    queue = playout()
    queue.play("a", 0, pcm(100), at=0.005)
    assert not queue.pull(BLOCK, heard_at=0.05, at=0.0).any()
    assert queue.pull(BLOCK, heard_at=0.07, at=0.02).all()
    assert queue.advance(0.08) == [Started("a", 0, 0.07, near(50.0))]


def test_silence_within_a_part_is_late_audio_and_silence_after_it_is_not() -> None:
    queue = playout()
    queue.play("a", 0, pcm(40), at=0.0)
    queue.pull(4 * BLOCK, 0.0)
    assert queue.late_audio_ms == 0
    queue.play("a", 0, pcm(40), at=0.08)
    assert queue.pull(BLOCK, 0.1).all()
    assert queue.late_audio_ms == near(60)
    queue.pull(4 * BLOCK, 0.12)
    queue.end("a", 0)
    queue.pull(4 * BLOCK, 0.2)
    assert (queue.late_audio_ms, queue.underruns) == (near(60), 1)


def test_one_thread_may_pull_while_another_plays_and_flushes() -> None:
    queue, total, heard = playout(), 2_000, 0
    stop = Event()

    def pull() -> None:
        at = 0.0
        while not stop.is_set():
            queue.pull(240, at)
            at += 0.01

    thread = Thread(target=pull)
    thread.start()
    for at in range(total):
        queue.play(f"{at % 7}", 0, pcm(10), at=0.0)
        queue.head(at * 0.01)
        queue.advance(at * 0.005)
        if at % 50 == 49:
            heard += len(queue.flush(1e9))
    stop.set()
    thread.join()
    assert heard >= total // 50
    assert queue.flush(1e9) == []


def test_g711_plays_at_another_rate_and_is_counted_in_its_own_milliseconds() -> None:
    queue = Playout(AudioFormat.PCMU, 48_000)
    queue.play("a", 0, AudioFormat.PCMU.silence(100), at=0.0)
    queue.end("a", 0)
    queue.pull(9_600, 0.0)
    *_, finished = queue.advance(1.0)
    assert finished == Finished("a", 0, 100.0, near(0.1, abs=0.005))


def test_unheard_is_what_arrived_and_has_not_reached_the_ear() -> None:
    queue = playout()
    queue.play("a", 0, pcm(100), at=0.0)
    queue.pull(BLOCK, 1.0)
    assert queue.unheard_ms(1.0) == 100.0
    assert queue.unheard_ms(1.01) == pytest.approx(90.0)


@given(
    pieces=st.lists(st.integers(1, 2_000), min_size=1, max_size=12),
    pulls=st.lists(st.integers(1, 3_000), min_size=1, max_size=30),
    cut_ms=st.floats(0, 400),
)
def test_nothing_is_lost_doubled_or_heard_before_its_time(
    pieces: list[int], pulls: list[int], cut_ms: float
) -> None:
    queue, told = playout(), 0
    for size in pieces:
        sound = (np.arange(told, told + size) % 30_000 + 1).astype("<i2").tobytes()
        queue.play("a", 0, sound, at=0.0)
        told += size
    queue.end("a", 0)
    out, pulled = [], 0
    for size in pulls:
        out.append(queue.pull(size, pulled / RATE))
        pulled += size
    played = np.concatenate(out)[:told]
    expected = np.arange(min(told, pulled)) % 30_000 + 1
    assert played.tolist() == expected.tolist()
    heard = queue.flush(cut_ms / 1000)
    (part,) = heard
    limit_ms = min(cut_ms, min(told, pulled) * 1000 / RATE)
    assert part.played_ms == pytest.approx(limit_ms, abs=0.1)
    assert part.played_ms <= part.received_ms == told / 24
