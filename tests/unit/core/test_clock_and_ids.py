from __future__ import annotations

from studio.core.clock import ManualClock
from studio.core.ids import RandomIds, SequentialIds


def test_a_manual_clock_moves_when_told_to() -> None:
    clock = ManualClock()
    begin = clock.wall()
    clock.advance(1.5)
    assert clock.monotonic() == 1.5
    assert (clock.wall() - begin).total_seconds() == 1.5


def test_random_ids_have_the_wire_s_lengths() -> None:
    ids = RandomIds()
    assert len(ids.new("item")) == len("item_") + 21
    assert len(ids.new("call")) == len("call_") + 16
    assert ids.new("event") != ids.new("event")


def test_sequential_ids_count_each_prefix() -> None:
    ids = SequentialIds()
    assert [ids.new("item"), ids.new("item"), ids.new("resp")] == ["item_1", "item_2", "resp_1"]
