from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.lab.grid import Grid
from studio.lab.search_state import SearchState

START = Grid((0.3, 0.5), (100, 200), (0, 300))
LATER = Grid((0.3, 0.4, 0.5), (100, 150, 200), (0, 300))


def test_a_search_goes_on_from_its_grid_until_it_is_over(tmp_path: Path) -> None:
    state = SearchState(tmp_path / "lab", "these takes")
    assert state.read(START) == START
    state.write(LATER)
    assert SearchState(tmp_path / "lab", "these takes").read(START) == LATER
    assert SearchState(tmp_path / "lab", "others").read(START) == START
    state.drop()
    assert state.read(START) == START


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "studio.search-state/0"},
        {"thresholds": [0.3]},
        {"silences_ms": [100, 200, 150]},
        {"silences_ms": "many"},
        {"thresholds": None},
        {"thresholds": []},
    ],
)
def test_a_file_of_no_use_starts_anew(tmp_path: Path, change: dict[str, object]) -> None:
    state = SearchState(tmp_path, "these takes")
    state.write(LATER)
    told = json.loads(state.file.read_text())
    state.file.write_text(json.dumps(told | change))
    assert state.read(START) == START


def test_where_nothing_can_be_written_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StudioError, match="cannot be written"):
        SearchState(tmp_path / "file" / "lab", "these takes").write(START)
