from __future__ import annotations

from pathlib import Path

import pytest

from studio.config.files import replace_file


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    replace_file(file, b"one")
    replace_file(file, b"two")
    assert file.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_replaced_stays_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "kept.json"
    (folder / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        replace_file(folder, b"one")
    assert [each.name for each in tmp_path.iterdir()] == ["kept.json"]
    assert (folder / "inside").is_dir()
