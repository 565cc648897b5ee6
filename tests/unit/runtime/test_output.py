from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.audio.playout import Finished, PlayoutEvent, Silenced, Started
from studio.audio.speakers import VirtualSpeaker
from studio.core.clock import ManualClock
from studio.runtime.output import Output
from tests.fakes.sound import tone

PCM16 = AudioFormat.PCM16


def output(clock: ManualClock) -> Output:
    return Output(VirtualSpeaker(PCM16, clock), PCM16)


def go_over(playing: Output, clock: ManualClock) -> None:
    playing.go_over(VirtualSpeaker(PCM16, clock))


@pytest.mark.parametrize("polled", [True, False])
def test_a_part_that_goes_on_through_another_speaker_begins_and_ends_once(polled: bool) -> None:
    clock = ManualClock()
    playing = output(clock)
    playing.play("a", 0, PCM16.silence(1_000))
    clock.advance(0.3)
    met: list[PlayoutEvent] = playing.poll() if polled else []
    go_over(playing, clock)
    clock.advance(0.3)
    playing.end("a", 0)
    head = playing.head()
    clock.advance(1.0)
    met += playing.poll()
    assert head is not None
    assert head.played_ms == pytest.approx(600, abs=25)
    assert head.received_ms == 1_000
    assert [type(each) for each in met if not isinstance(each, Silenced)] == [Started, Finished]
    finished = met[-1]
    assert isinstance(finished, Finished)
    assert finished.played_ms == 1_000


def test_what_comes_after_the_change_counts_from_the_beginning_too() -> None:
    clock = ManualClock()
    playing = output(clock)
    playing.play("a", 0, PCM16.silence(400))
    clock.advance(0.3)
    go_over(playing, clock)
    playing.play("a", 0, PCM16.silence(400))
    clock.advance(0.2)
    (heard,) = playing.flush()
    assert heard.played_ms == pytest.approx(500, abs=25)
    assert heard.received_ms == 800
    go_over(playing, clock)
    assert playing.head() is None
    assert playing.flush() == []


def test_a_torn_sample_shifts_nothing_in_what_is_carried_on() -> None:
    clock = ManualClock()
    playing = output(clock)
    for _ in range(2):
        playing.play("a", 0, tone(100).tobytes() + b"\x7f")
    other = VirtualSpeaker(PCM16, clock)
    playing.go_over(other)
    clock.advance(0.5)
    other.poll()
    heard = other.played.between(0.0, 12_000)
    begin = np.flatnonzero(heard)[0] - 1
    assert np.array_equal(heard[begin : begin + 4_800], np.tile(tone(100), 2))


Move = tuple[str, int]
MOVES = st.lists(
    st.tuples(st.sampled_from(["play", "wait", "go over"]), st.integers(0, 400)), max_size=30
)


@given(moves=MOVES)
def test_every_part_is_heard_to_its_end_whatever_it_is_heard_through(moves: list[Move]) -> None:
    clock = ManualClock()
    playing = output(clock)
    met: list[PlayoutEvent] = []
    received: dict[str, int] = {}
    last_ms: dict[str, float] = {}
    for number, (move, size) in enumerate(moves):
        if move == "play":
            item = f"a{number // 6}"
            playing.play(item, 0, PCM16.silence(size))
            received[item] = received.get(item, 0) + size
        elif move == "wait":
            clock.advance(size / 1000)
            head = playing.head()
            if head is not None:
                assert last_ms.get(head.item_id, 0.0) <= head.played_ms + 1e-6
                assert head.played_ms <= head.received_ms == received[head.item_id]
                last_ms[head.item_id] = head.played_ms
        else:
            go_over(playing, clock)
        met += playing.poll()
    for item in received:
        playing.end(item, 0)
    for _ in received:
        clock.advance(30.0)
        met += playing.poll()
    heard = {each.item_id: each.played_ms for each in met if isinstance(each, Finished)}
    assert {item: heard[item] for item in received} == pytest.approx(received)
    started = [each.item_id for each in met if isinstance(each, Started)]
    assert sorted(started) == sorted(item for item, ms in received.items() if ms)
