from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from studio.audio.level import SILENT, Level, measure
from studio.audio.watch import InputWatch, OutputWatch, SoundDoubt
from tests.fakes.sound import tone

RATE = 24_000
QUIET = Level(-70.0, -60.0)
LOUD = measure(np.clip(tone(20).astype(int) * 4, -32768, 32767).astype(np.int16))


def told(levels: Iterable[Level], ratio: float = 1.0, jitter_s: float = 0.0) -> list[SoundDoubt]:
    """What is told about 20 ms blocks from a card that runs `ratio` times as fast as it says."""
    watch = InputWatch("USB", RATE)
    random = np.random.default_rng(2)
    return [
        doubt
        for at, level in enumerate(levels)
        for doubt in watch.block(480, level, at * 0.02 / ratio + random.uniform(0, jitter_s))
    ]


def test_a_muted_microphone_is_told_once_after_3_s() -> None:
    assert told([SILENT] * 149) == []
    (doubt,) = told([SILENT] * 1000)
    assert doubt.kind == "silence"
    assert "USB" in doubt.message
    assert "permission" in doubt.hint


def test_a_quiet_room_is_not_digital_silence() -> None:
    assert told([*[SILENT] * 100, QUIET, *[SILENT] * 1000]) == []


def test_clipping_that_lasts_is_told_once() -> None:
    (doubt,) = told([LOUD] * 500)
    assert doubt.kind == "clipping"
    (doubt,) = told([QUIET, QUIET, LOUD] * 100)
    assert doubt.kind == "clipping"


def test_a_cough_is_not_clipping() -> None:
    assert told(([LOUD] * 20 + [QUIET] * 100) * 5) == []


@pytest.mark.parametrize(
    ("ratio", "says"),
    [(1.05, "5 % more"), (0.95, "5 % less"), (44_100 / 48_000, "8 % less"), (2.0, "100 % more")],
)
def test_a_rate_that_is_a_lie_is_told_with_the_true_one(ratio: float, says: str) -> None:
    (doubt,) = told([QUIET] * 1000, ratio)
    assert doubt.kind == "rate"
    assert says in doubt.message
    assert f"about {round(RATE * ratio, -2)}" in doubt.message


@pytest.mark.parametrize("ratio", [0.985, 1.0, 1.015])
def test_drift_and_jitter_are_no_lie(ratio: float) -> None:
    assert told([QUIET] * 3000, ratio, jitter_s=0.01) == []


def test_a_gap_is_no_lie() -> None:
    watch = InputWatch("USB", RATE)
    moments = [
        at * 0.02 + (3.0 if at >= 200 else 0) + (0.15 if at >= 400 else 0) for at in range(900)
    ]
    assert [doubt for at in moments for doubt in watch.block(480, QUIET, at)] == []


def output(ratio: float, restarts: Iterable[int] = ()) -> list[SoundDoubt]:
    """What is told about a card that is looked at each 20 ms."""
    watch = OutputWatch("USB", RATE)
    doubts: list[SoundDoubt] = []
    since = 0
    for at in range(1000):
        since = at if at in restarts else since
        consumed = int((at - since) * 480 * ratio) // 240 * 240 + 480
        doubts += watch.look(consumed, at * 0.02)
    return doubts


@pytest.mark.parametrize(("ratio", "says"), [(0.9, "10 % less"), (1.1, "10 % more")])
def test_a_card_that_plays_at_another_pace_is_told(ratio: float, says: str) -> None:
    (doubt,) = output(ratio)
    assert doubt.kind == "rate"
    assert says in doubt.message


def test_a_card_at_its_pace_is_well_also_when_it_is_begun_again_and_again() -> None:
    assert output(1.0) == []
    assert output(1.0, restarts=range(0, 1000, 170)) == []
