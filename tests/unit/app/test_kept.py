from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.app.kept import FILE_NAME, Kept


def test_what_is_kept_is_there_the_next_time(tmp_path: Path) -> None:
    file = tmp_path / "data" / FILE_NAME
    kept = Kept(file)
    assert kept.get("filters") is None
    kept.put("filters", ["is:error", "“ü”"])
    kept.put("columns", {"type": 12})
    assert Kept(file).get("filters") == ["is:error", "“ü”"]
    assert Kept(file).get("columns") == {"type": 12}
    assert [each.name for each in file.parent.iterdir()] == [FILE_NAME]


def test_two_studios_do_not_take_each_others_things_away(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    one, other = Kept(file), Kept(file)
    one.put("filters", ["a"])
    other.put("columns", ["b"])
    assert json.loads(file.read_text()) == {"filters": ["a"], "columns": ["b"]}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_a_damaged_file_counts_as_empty_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(content)
    kept = Kept(file)
    assert kept.get("filters") is None
    kept.put("filters", 1)
    assert json.loads(file.read_text()) == {"filters": 1}


def test_where_nothing_can_be_written_it_holds_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    kept = Kept(tmp_path / "data" / FILE_NAME)
    kept.put("filters", ["a"])
    assert kept.get("filters") == ["a"]
