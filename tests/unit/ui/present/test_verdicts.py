from __future__ import annotations

from studio.lab.labels import Truth
from studio.lab.reading import Reading
from studio.lab.whatif import at_hand
from studio.ui.present.palette import Palette
from studio.ui.present.verdicts import verdict_rows, whatif_lines
from studio.vad.segmenter import SegmenterSettings
from tests.fakes.lab import hesitation


def reading(**settings: float) -> Reading:
    take, found = hesitation()
    return Reading(found, SegmenterSettings(**settings), take.truth or Truth(()))  # type: ignore[arg-type]


def test_a_ghost_of_both_settings_is_one_row() -> None:
    rows = verdict_rows(reading(), reading(silence_duration_ms=900))
    assert [(each.verdict, each.other) for each in rows] == [("ok", "ok"), ("ghost", "ghost")]


def test_a_ghost_of_one_setting_says_of_which() -> None:
    high = reading(threshold=0.7)
    (_, only_a), (_, only_b) = verdict_rows(reading(), high), verdict_rows(high, reading())
    assert (only_a.verdict, only_a.other) == ("ghost", "none")
    assert (only_b.verdict, only_b.other) == ("none", "ghost")
    assert only_b.reason.startswith("B: ")
    assert [each.other for each in verdict_rows(reading(), None)] == ["", ""]


def test_the_silence_that_keeps_a_turn_whole_stands_above_those_beside_it() -> None:
    held = reading()
    found = at_hand(held.pauses, held.rules, 1_000)
    head, *whole = [line.plain for line in whatif_lines(found, 500, (90, 8), Palette())]
    assert head.endswith("stays whole from 290 ms on")
    assert len(whole) == 7
    _, *few = [line.plain for line in whatif_lines(found, 500, (90, 3), Palette())]
    assert [line.split(" ms")[0].strip(" ▸") for line in few] == ["200", "300"]
