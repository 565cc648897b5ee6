from __future__ import annotations

from dataclasses import replace

import pytest

from studio.storage.shelf import Notes
from studio.ui.present.palette import Palette
from studio.ui.present.shelf import Table, head_line, marked, preview_lines, row_line
from studio.ui.shelf import COLUMNS, Entry
from tests.fakes.shelf import entry

PALETTE = Palette()
KINDS = {
    "read": entry(1, cents=120, notes=Notes("A title", "A note", ("bug",))),
    "unread": entry(2, is_read=False),
    "broken": entry(3, is_read=False, fault="Not a session."),
    "hostile": entry(4, "hostile"),
    "archived": entry(5, notes=Notes(archived=True)),
    "written": replace(entry(6, "answering"), is_written=True),
    "wide": entry(7, notes=Notes("時間 " * 40, tags=("長い",) * 9)),
}


def row(each: Entry, width: int) -> str:
    return row_line(each, Table.over(width), PALETTE, is_at=True, is_marked=True).plain


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
@pytest.mark.parametrize("name", KINDS)
def test_rows_stand_under_their_heads(name: str, width: int) -> None:
    line = row_line(KINDS[name], Table.over(width), PALETTE, is_at=False, is_marked=False)
    head = head_line(Table.over(width), "date", PALETTE, descending=True)
    assert line.cell_len == head.cell_len
    assert line.cell_len <= max(width, 34)
    assert "\x1b" not in line.plain


def test_a_row_tells_what_is_known() -> None:
    line = row(KINDS["read"], 200)
    for words in ("2026-01-01 13:00", "A title", "local", "marin", "$1.20", "#bug"):
        assert words in line
    assert "✓" in line
    assert "●" in row(KINDS["written"], 80)
    assert "!" in row(KINDS["broken"], 80)
    assert "Not a session." in row(KINDS["broken"], 80)
    assert "…" in row(KINDS["unread"], 80)


def test_what_is_least_missed_gives_way_first() -> None:
    assert [column for column, _ in Table.over(200).columns] == list(COLUMNS)
    assert [column for column, _ in Table.over(80).columns] == [
        "date", "title", "turns", "length", "cost",
    ]  # fmt: skip
    assert [column for column, _ in Table.over(20).columns] == ["title"]


def test_the_title_takes_what_is_left() -> None:
    table = Table.over(120)
    assert sum(cells + 2 for _, cells in table.columns) + 4 == 120
    assert table.column_at(5) == "date"
    assert table.column_at(30) == "title"
    assert table.column_at(0) is table.column_at(130) is None


@pytest.mark.parametrize("width", [20, 60, 120])
@pytest.mark.parametrize("name", KINDS)
def test_a_preview_fits(name: str, width: int) -> None:
    lines = preview_lines(KINDS[name], ("time",), PALETTE, width)
    assert all(line.cell_len <= width + 2 for line in lines if name != "wide")
    assert not any("\x1b" in line.plain or "\n" in line.plain for line in lines)


def test_a_preview_says_what_a_row_has_no_room_for() -> None:
    text = "\n".join(line.plain for line in preview_lines(KINDS["read"], (), PALETTE, 100))
    for words in (
        "A title", "A note", "#bug", "silence 500 ms", "p50 0.64 s", "cost", "audio out",
        "What time is it?", "It is twelve o'clock.", "And how long is a minute?",
    ):  # fmt: skip
        assert words in text
    unread = [line.plain for line in preview_lines(KINDS["unread"], (), PALETTE, 100)]
    assert unread[-1] == " Not read yet."
    broken = [line.plain for line in preview_lines(KINDS["broken"], (), PALETTE, 100)]
    assert any("Not a session." in line for line in broken)


def test_turns_that_hold_the_words_come_first_with_them_marked() -> None:
    lines = preview_lines(KINDS["read"], ("kettle",), PALETTE, 100)
    said = [line for line in lines if "?" in line.plain]
    assert said[0].plain.strip() == "And how long is a minute?"
    (hit,) = [line for line in lines if "kettle" in line.plain]
    assert [hit.plain[span.start : span.end] for span in hit.spans if "underline" in str(span.style)] == ["kettle"]  # fmt: skip # noqa: E501


def test_marking_finds_all_and_bears_everything() -> None:
    line = marked("Time and time", ("time",), "default", PALETTE)
    assert [(span.start, span.end) for span in line.spans] == [(0, 4), (9, 13)]
    assert marked("İstanbul", ("i",), "default", PALETTE).plain == "İstanbul"
    assert marked("x", ("",), "default", PALETTE).spans == []
