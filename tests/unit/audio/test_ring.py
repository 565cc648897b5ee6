from __future__ import annotations

from threading import Thread

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.ring import SampleRing


def counted(first: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Samples whose values are their positions."""
    return ((np.arange(first, first + count)) % 30_000).astype(np.int16)


def test_nothing_was_recorded_yet() -> None:
    ring = SampleRing(keep=100)
    assert not ring.has_news()
    assert (ring.read().samples.size, ring.lost) == (0, 0)


def test_it_knows_when_the_newest_sample_ended() -> None:
    ring = SampleRing(keep=100)
    ring.write(counted(0, 40), ended_at=1.0)
    ring.write(counted(40, 40), ended_at=2.0)
    assert ring.has_news()
    samples, ended_at, lost = ring.read()
    assert samples.tolist() == list(range(80))
    assert (ended_at, lost) == (2.0, 0)
    assert not ring.has_news()


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), max_size=60))
def test_what_is_read_is_the_newest_and_every_other_sample_is_counted(
    steps: list[tuple[int, bool]],
) -> None:
    ring = SampleRing(keep=50)
    written = known = lost = 0
    for size, is_read in steps:
        ring.write(counted(written, size), ended_at=0.0)
        written += size
        if is_read:
            read = ring.read()
            assert (
                read.samples.tolist()
                == counted(written - read.samples.size, read.samples.size).tolist()
            )
            assert known + read.lost + read.samples.size == written
            assert read.samples.size == min(50, written - known)
            known, lost = written, lost + read.lost
            assert ring.lost == lost


def test_two_threads_lose_nothing_that_is_not_told() -> None:
    ring, total = SampleRing(keep=4_800), 480 * 500
    heard: list[int] = []

    def record() -> None:
        for at in range(0, total, 480):
            ring.write(counted(at, 480), ended_at=at)

    thread = Thread(target=record)
    thread.start()
    position = 0
    while position < total:
        samples, _, lost = ring.read()
        position += lost
        assert np.array_equal(samples, counted(position, samples.size))
        position += samples.size
        heard.append(samples.size)
    thread.join()
    assert sum(heard) + ring.lost == total
