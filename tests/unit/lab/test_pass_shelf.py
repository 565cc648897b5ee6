from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.lab.pass_shelf import PassShelf

FOUND = np.random.default_rng(1).random(500)
KEY = "ab12-silero 1.0/x"


def test_a_pass_comes_back_to_the_bit(tmp_path: Path) -> None:
    shelf = PassShelf(tmp_path / "passes")
    assert shelf.get(KEY) is None
    shelf.put(KEY, FOUND)
    found = shelf.get(KEY)
    assert found is not None
    assert found.tobytes() == FOUND.tobytes()
    assert shelf.get("ab13") is None


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", None, np.zeros((2, 2)), np.zeros(3, np.int64), np.array([0.5, np.nan])],
)
def test_a_broken_file_counts_for_nothing_and_is_replaced(
    content: bytes | np.ndarray | None, tmp_path: Path
) -> None:
    shelf = PassShelf(tmp_path)
    shelf.put(KEY, FOUND)
    (file,) = tmp_path.rglob("*.npy")
    if isinstance(content, np.ndarray):
        np.save(file, content)
    else:
        file.write_bytes(file.read_bytes()[:-8] if content is None else content)
    assert shelf.get(KEY) is None
    shelf.put(KEY, FOUND)
    found = shelf.get(KEY)
    assert found is not None
    assert found.tolist() == FOUND.tolist()


def test_a_disk_that_keeps_nothing_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    shelf = PassShelf(tmp_path / "file")
    shelf.put(KEY, FOUND)
    assert shelf.get(KEY) is None
