from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.lab.audition import Reading
from studio.lab.sheet import Row, Spoken
from studio.runtime.messages import RecordingHeard
from studio.ui.audition_player import AuditionPlayer
from tests.fakes.auditions import FakeAuditions
from tests.fakes.feed import FakeFeed
from tests.fakes.sheets import kept_sheet


def row(*lengths_ms: float) -> Row:
    """A reading whose lines have these lengths."""
    at, lines = 0.0, []
    for length in lengths_ms:
        lines.append(Spoken(text="x", begin_ms=at, end_ms=at + length))
        at += length
    return Row(reading=Reading(key="a", voice="a"), lines=tuple(lines))


LENGTHS = st.lists(st.floats(100, 10_000), min_size=3, max_size=3)


@given(one=LENGTHS, other=LENGTHS, share=st.floats(0, 0.999))
def test_there_and_back_is_the_same_place(
    one: list[float], other: list[float], share: float
) -> None:
    a, b = row(*one), row(*other)
    at_ms = share * sum(one)
    there = b.ms_at(a.place_at(at_ms))
    assert 0 <= there <= sum(other) + 1e-6
    assert a.ms_at(a.place_at(at_ms)) == pytest.approx(at_ms, abs=1e-6)
    assert a.place_at(at_ms).line == b.place_at(min(there, sum(other) - 1e-3)).line or (
        a.place_at(at_ms).share > 0.99
    )


def test_a_reading_that_lacks_the_line_begins_anew() -> None:
    assert row(1000.0).ms_at(row(1000.0, 1000.0).place_at(1500)) == 0.0
    assert row().ms_at(row(1000.0).place_at(500)) == 0.0
    assert row().place_at(500) == (0, 0.0)


def test_the_last_two_are_remembered_and_a_repeat_is_no_third(tmp_path: Path) -> None:
    folder, sheet = kept_sheet(tmp_path)
    feed = FakeFeed()
    player = AuditionPlayer(feed, FakeAuditions(tmp_path))
    marin, cedar, _, alloy = sheet.rows
    for each in (marin, cedar, cedar):
        assert player.play(str(folder), sheet, each, "silent")
    assert (player.key, player.before) == ("cedar", "marin")
    assert not player.play(str(folder), sheet, alloy, "silent")  # it has no sound
    assert len(feed.played) == 3
    player.stop()
    player.stop()
    assert feed.played[3:] == [None]
    player.forget()
    assert (player.key, player.before) == ("", "")


def test_only_what_was_asked_for_last_moves_it(tmp_path: Path) -> None:
    folder, sheet = kept_sheet(tmp_path)
    feed = FakeFeed()
    player = AuditionPlayer(feed, FakeAuditions(tmp_path))
    player.play(str(folder), sheet, sheet.rows[0], "silent", at_ms=250)
    (first,) = feed.played
    player.play(str(folder), sheet, sheet.rows[1], "silent")
    assert first is not None
    assert first.from_s == 0.25
    assert not player.heard(RecordingHeard(first.number, 3.0))
    assert player.heard(RecordingHeard(first.number + 1, 0.5))
    assert player.at_ms == 500
    assert player.heard(RecordingHeard(first.number + 1, 0.0, is_over=True))
    assert not player.is_playing
