from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.lab.audition import MOST_READINGS, Order


def test_an_order_reads_every_combination_once_and_second_takes_last() -> None:
    order = Order.of(["Hello."], ["marin", "cedar"], [1.0, 1.2], ["", "Whisper."], takes=2)
    readings = order.readings
    assert len(readings) == 16
    assert [each.take for each in readings] == [1] * 8 + [2] * 8
    assert len({(each.voice, each.speed, each.direction, each.take) for each in readings}) == 16


@given(
    voices=st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=4),
    speeds=st.lists(st.floats(0.25, 1.5), max_size=3, unique=True),
    takes=st.integers(1, 2),
)
def test_keys_are_unique_file_names(voices: list[str], speeds: list[float], takes: int) -> None:
    try:
        order = Order.of(["Hello."], voices, speeds, takes=takes)
    except StudioError:
        assert not any(voice.strip() for voice in voices)
        return
    keys = [each.key for each in order.readings]
    assert len({key.lower() for key in keys}) == len(keys)
    assert all(key.replace("-", "").replace("_", "").isalnum() for key in keys)


def test_what_stands_there_twice_is_read_once() -> None:
    order = Order.of(["  Hello\tthere ", "Hello there", ""], ["marin", " marin"], [1.0, 1.0])
    assert order.lines == ("Hello there",)
    assert order.voices == ("marin",)
    assert order.speeds == (1.0,)


def test_a_direction_is_told_beside_the_order_to_read() -> None:
    plain, slow = Order.of(["Hi."], ["marin"], directions=["", "Slowly."]).readings
    assert "word for word" in plain.instructions
    assert slow.instructions == f"{plain.instructions}\nHow to read: Slowly."
    assert (plain.name, slow.name) == ("marin", "marin, “Slowly.”")


@pytest.mark.parametrize(
    ("lines", "voices", "speeds", "takes", "title"),
    [
        ([" "], ["marin"], [], 1, "Nothing to audition"),
        (["Hi."], [], [], 1, "Nothing to audition"),
        (["Hi."], ["marin"], [2.0], 1, "Impossible speed"),
        (["Hi."], ["marin"], [], MOST_READINGS + 1, "Too much to audition"),
        (["x" * 5000], ["marin"], [], 1, "Too much to audition"),
    ],
)
def test_what_cannot_be_heard_is_said(
    lines: list[str], voices: list[str], speeds: list[float], takes: int, title: str
) -> None:
    with pytest.raises(StudioError) as refused:
        Order.of(lines, voices, speeds, takes=takes)
    assert refused.value.title == title
