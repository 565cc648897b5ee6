from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.lab.audition import Reading
from studio.lab.sheet import (
    SHEET_NAME,
    Row,
    Spoken,
    change_row,
    keep_sheet,
    read_sheet,
    sheet_folders,
    sound_of,
)
from studio.lab.sheet_figures import FIGURES, arranged, table_lines
from tests.fakes.sheets import MADE_AT, kept_sheet


def test_a_sheet_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    folder, sheet = kept_sheet(tmp_path)
    assert read_sheet(folder) == sheet
    assert sheet_folders(tmp_path) == (folder,)
    assert sheet.failed == 1
    assert sheet.is_whole


def test_the_latest_sheets_come_first_and_two_of_one_second_have_folders_of_their_own(
    tmp_path: Path,
) -> None:
    first, _ = kept_sheet(tmp_path)
    same, _ = kept_sheet(tmp_path)
    later, _ = kept_sheet(tmp_path, made_at=MADE_AT + timedelta(hours=1))
    (tmp_path / "auditions" / "empty").mkdir()
    assert sheet_folders(tmp_path) == (later, same, first)
    assert sheet_folders(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"schema": "else/1"}'])
def test_a_damaged_sheet_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / SHEET_NAME).write_bytes(content)
    with pytest.raises(StudioError) as refused:
        read_sheet(tmp_path)
    assert refused.value.title == "Cannot open the audition"


def test_stars_and_notes_are_kept_beside_what_another_studio_changed(tmp_path: Path) -> None:
    folder, sheet = kept_sheet(tmp_path)
    change_row(folder, "marin", lambda row: row.model_copy(update={"stars": 3}))
    changed = change_row(folder, "cedar", lambda row: row.model_copy(update={"note": "warm"}))
    assert read_sheet(folder) == changed
    assert [(row.stars, row.note) for row in changed.rows[:2]] == [(3, ""), (0, "warm")]
    assert change_row(folder, "nobody", lambda row: row) == changed
    assert [row.key for row in changed.rows] == [row.key for row in sheet.rows]


def test_sound_is_taken_from_the_sheets_own_folder_alone(tmp_path: Path) -> None:
    folder, sheet = kept_sheet(tmp_path)
    assert set(sound_of(folder, sheet.rows)) == {row.key for row in sheet.rows if row.file}
    outside = tmp_path / "secret.wav"
    outside.write_bytes(b"RIFF")
    row = sheet.rows[0].model_copy(update={"file": "../../secret.wav"})
    assert sound_of(folder, [row]) == {}


def test_rows_stand_in_the_order_of_the_readings_whatever_came_first(tmp_path: Path) -> None:
    _, sheet = kept_sheet(tmp_path)
    mixed = sheet.model_copy(update={"rows": ()})
    for row in reversed(sheet.rows):
        mixed = mixed.with_row(row)
    assert mixed.rows == sheet.rows


def test_pace_leaves_out_what_is_between_lines() -> None:
    lines = (
        Spoken(text="One two.", transcript="One two.", end_ms=2000, lead_ms=50, span_ms=1000),
        Spoken(text="Three.", begin_ms=2000, end_ms=4000, lead_ms=900, span_ms=500,
               pauses_ms=(200.0,)),
    )  # fmt: skip
    row = Row(reading=Reading(key="a", voice="a"), lines=lines)
    assert row.words_per_minute == pytest.approx(3 / 1.5 * 60)
    assert row.pace.pauses_ms == (200.0,)
    assert row.pace.pause_share == pytest.approx(200 / 1500)


@pytest.mark.parametrize("falling", [True, False])
@pytest.mark.parametrize("by", [each.name for each in FIGURES])
def test_what_is_not_known_comes_last_whichever_way_it_is_sorted(
    tmp_path: Path, by: str, *, falling: bool
) -> None:
    _, sheet = kept_sheet(tmp_path, ("Hello.",))
    rows = arranged(sheet.rows, by, falling=falling)
    assert sorted(row.key for row in rows) == sorted(row.key for row in sheet.rows)
    values = [next(each for each in FIGURES if each.name == by).value(row) for row in rows]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known
    assert known == sorted(known, reverse=falling)


def test_the_table_tells_what_failed_and_what_differs(tmp_path: Path) -> None:
    _, sheet = kept_sheet(tmp_path)
    lines = sheet.rows[0].lines
    other = (lines[0].model_copy(update={"transcript": "A cable for two, please."}), *lines[1:])
    sheet = sheet.with_row(sheet.rows[0].model_copy(update={"lines": other}))
    told = table_lines(sheet)
    assert "! alloy: No voice: it is hoarse." in told
    assert "≠ marin: table → cable" in told
    assert told[-1] == "One at a time."


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    _, sheet = kept_sheet(tmp_path)
    with pytest.raises(StudioError) as refused:
        keep_sheet(tmp_path / "nowhere", sheet)
    assert refused.value.title == "Cannot keep the audition"
