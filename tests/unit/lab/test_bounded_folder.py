from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.lab.bounded_folder import BoundedFolder

BLOCK = 4096


def filled(folder: Path, count: int) -> BoundedFolder:
    """A folder with files of a block each, which were used one second after the other."""
    large = BoundedFolder(folder, ".bin", 10**9)
    for at in range(count):
        large.put(f"{at:02}-key", bytes([at]) * 100)
        os.utime(file_of(folder, at), (1_000 + at, 1_000 + at))
    return BoundedFolder(folder, ".bin", 10 * BLOCK)


def file_of(folder: Path, at: int) -> Path:
    return folder / f"{at:02}" / f"{at:02}-key.bin"


def left(folder: Path) -> list[int]:
    return sorted(int(file.parent.name) for file in folder.rglob("*.bin"))


def test_what_fits_stays(tmp_path: Path) -> None:
    filled(tmp_path, 9).put("09-key", b"new")
    assert left(tmp_path) == [*range(10)]


def test_what_was_not_used_for_longest_goes(tmp_path: Path) -> None:
    folder = filled(tmp_path, 12)
    folder.put("12-key", b"new")
    assert left(tmp_path) == [*range(4, 13)]  # to nine tenths of the limit


def test_a_use_keeps_a_file(tmp_path: Path) -> None:
    folder = filled(tmp_path, 12)
    assert folder.get("00-key") == bytes(100)
    folder.put("12-key", b"new")
    assert left(tmp_path) == [0, *range(5, 13)]


def test_the_size_counts_and_not_the_number(tmp_path: Path) -> None:
    folder = filled(tmp_path, 5)
    folder.put("90-key", bytes(8 * BLOCK))
    assert left(tmp_path) == [4, 90]


def test_what_was_just_kept_stays_even_where_it_is_too_large(tmp_path: Path) -> None:
    folder = filled(tmp_path, 5)
    folder.put("90-key", bytes(20 * BLOCK))
    assert left(tmp_path) == [90]
    assert folder.get("90-key") == bytes(20 * BLOCK)


def test_a_long_run_stays_within_the_limit(tmp_path: Path) -> None:
    folder = BoundedFolder(tmp_path, ".bin", 20 * BLOCK)
    for at in range(200):
        folder.put(f"{at % 100:02}-{at}", b"x")
        assert len(list(tmp_path.rglob("*.bin"))) <= 21
    assert len(list(tmp_path.rglob("*.bin"))) >= 18


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    folder = filled(tmp_path, 12)
    (tmp_path / "notes.bin").write_bytes(bytes(90 * BLOCK))
    (tmp_path / "00" / "notes.txt").write_text("mine")
    folder.put("12-key", b"new")
    assert (tmp_path / "notes.bin").exists()
    assert (tmp_path / "00" / "notes.txt").exists()


@pytest.mark.parametrize("key", ["../../out", "a/b", "x\0y"])
def test_no_key_leads_out(tmp_path: Path, key: str) -> None:
    folder = BoundedFolder(tmp_path / "cache", ".bin", 10 * BLOCK)
    folder.put(key, b"kept")
    assert folder.get(key) == b"kept"
    assert all(file.is_relative_to(tmp_path / "cache") for file in tmp_path.rglob("*.bin"))


def test_a_disk_that_keeps_nothing_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = BoundedFolder(tmp_path / "file", ".bin", BLOCK)
    folder.put("ab", b"x")
    assert folder.get("ab") is None
