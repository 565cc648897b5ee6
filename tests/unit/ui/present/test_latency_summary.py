from __future__ import annotations

import pytest

from studio.session.latency_summary import summarize
from studio.session.reduce import fold
from studio.session.turns import turns
from studio.ui.present.latency_summary import summary_lines
from studio.ui.present.palette import Palette
from tests import conversations


def lines(name: str, width: int) -> list[str]:
    state = fold(conversations.LIBRARY[name]())
    summary = summarize(turns(state), state)
    return [line.plain for line in summary_lines(summary, Palette(), width)]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_table_fits_and_names_the_slowest_turn(width: int) -> None:
    drawn = lines("two_turns", width)
    assert all(len(line) <= width for line in drawn)
    assert drawn[1].split()[:6] == ["all", "turns", "2", "0.64", "s", "0.64"]
    assert "slowest: turn" in drawn[-1]
    assert "silence" in drawn[-1]


def test_parts_are_summed_up_where_there_is_room() -> None:
    assert "S 0.50" in "".join(lines("two_turns", 160))
    assert "S 0.50" not in "".join(lines("two_turns", 60))


def test_before_the_first_turn_there_is_nothing_to_tell() -> None:
    assert lines("connected", 120) == []
