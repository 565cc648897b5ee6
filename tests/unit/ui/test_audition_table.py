from __future__ import annotations

from pathlib import Path

from studio.ui.audition_table import SORTS, Arrangement
from studio.ui.present.audition import Columns
from tests.fakes.sheets import kept_sheet


def test_hidden_rows_stand_as_shuffled_and_stay_there_when_revealed(tmp_path: Path) -> None:
    _, sheet = kept_sheet(tmp_path)
    hidden = Arrangement("wpm", falling=True).hidden(sheet, sorted)
    names = [row.key for row in hidden.rows(sheet)]
    assert names == ["alloy", "ash", "cedar", "marin"]
    assert hidden.sorted_by("lufs") == hidden
    revealed = hidden.revealed()
    assert [row.key for row in revealed.rows(sheet)] == names
    assert not revealed.is_blind
    assert [row.key for row in revealed.sorted_by("voice").rows(sheet)] == [
        row.key for row in sheet.rows
    ]


def test_stars_of_before_tell_nobody_who_a_hidden_voice_is(tmp_path: Path) -> None:
    _, sheet = kept_sheet(tmp_path)
    judged = {"stars": 2, "note": "warm"}
    rows = tuple(row.model_copy(update=judged) for row in sheet.rows)
    starred = sheet.model_copy(update={"rows": rows})
    hidden = Arrangement().hidden(starred, sorted)
    assert {(row.stars, row.note) for row in hidden.rows(starred)} == {(0, "")}
    told = hidden.with_judged("ash").rows(starred)
    assert [row.key for row in told if row.stars] == ["ash"]
    assert all(row.stars == 2 for row in hidden.revealed().rows(starred))
    assert not any(row.stars for row in hidden.with_judged("ash").hidden(starred).rows(starred))


def test_a_column_is_sorted_the_way_one_wants_first_and_then_the_other_way() -> None:
    by_pace = Arrangement().sorted_by("wpm")
    assert (by_pace.by, by_pace.falling) == ("wpm", True)
    assert not by_pace.sorted_by("wpm").falling
    assert not Arrangement().sorted_by("first").falling


def test_every_column_comes_round() -> None:
    seen, at = [], Arrangement()
    for _ in SORTS:
        at = at.next_column(1)
        seen.append(at.by)
    assert sorted(seen) == sorted(SORTS)


def test_columns_give_way_and_name_themselves() -> None:
    for width in range(60, 220, 7):
        columns = Columns.over(width)
        assert "stars" in columns.figures
        assert "first" in columns.figures
        assert columns.at(0) is None
        assert columns.at(6) == "voice"
        assert {columns.at(cell) for cell in range(width)} >= {"voice", *columns.figures}
    assert Columns.over(60).figures < Columns.over(120).figures or len(
        Columns.over(60).figures
    ) < len(Columns.over(120).figures)
