from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.level import FLOOR_DB, Level
from studio.audio.level_check import CLIPPING_DB, Heard, checked_level


def talk(speech_db: float, room_db: float) -> list[Level]:
    """As much speech as pauses between its words."""
    return [Level(level, level + 10) for level in (speech_db, room_db) for _ in range(50)]


@pytest.mark.parametrize(
    ("blocks", "heard", "words"),
    [
        (talk(-22, -60), "fine", "speech at -22 dBFS, the room at -60"),
        (talk(-48, -75), "quiet", "move closer"),
        (talk(-25, -37), "noisy", "Move closer"),
        (talk(-10.05, -60), "clipping", "input level down"),
        (talk(-55, -57), "nobody", "only the room, at -57 dBFS"),
        ([Level()] * 100, "silence", "muted"),
        ([], "silence", "muted"),
    ],
)
def test_a_level_is_put_in_words(blocks: list[Level], heard: Heard, words: str) -> None:
    check = checked_level(blocks)
    assert check.heard == heard
    assert words in check.words
    assert check.is_fine is (heard == "fine")


def test_one_block_that_clips_is_enough() -> None:
    assert checked_level([*talk(-22, -60), Level(-10, 0)]).heard == "clipping"


levels = st.floats(FLOOR_DB, 0).flatmap(
    lambda rms: st.floats(rms, 0).map(lambda peak: Level(rms, peak))
)


@given(st.lists(levels, min_size=1, max_size=100))
def test_figures_lie_in_order_and_within_what_was_heard(blocks: list[Level]) -> None:
    check = checked_level(blocks)
    assert FLOOR_DB <= check.floor_db <= check.speech_db <= max(each.rms_db for each in blocks)
    assert check.peak_db == max(each.peak_db for each in blocks)
    assert (check.heard == "clipping") is (check.peak_db >= CLIPPING_DB)
