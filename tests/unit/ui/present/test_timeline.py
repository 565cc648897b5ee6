from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.session.curves import Curves
from studio.ui.present.meter import Bit
from studio.ui.present.palette import Palette
from studio.ui.present.time_sheet import LABEL_CELLS, Flag
from studio.ui.present.timeline import (
    SIGNS,
    Opened,
    Sign,
    Timeline,
    legend_line,
    timeline_lines,
)
from studio.ui.present.window import Window

PALETTE = Palette()
SHOWN = Timeline(
    end=20.0,
    threshold=0.5,
    turns=[Opened(2.0, 1, "What time is it?"), Opened(11.0, 2, "[bold]漢字[/bold]")],
    server=[Bit(2.0, 4.0, 4.6), Bit(11.0, None)],
    model=[Bit(4.7, 6.0)],
    heard=[Bit(5.0, 8.0, cut=True)],
    signs={
        "server": [Sign(4.6, "commit")],
        "model": [Sign(4.7, "created"), Sign(4.72, "first delta")],
        "voice": [Sign(5.0, "first sound"), Sign(8.0, "cut"), Sign(8.01, "truncate")],
    },
    flags=[Flag(4.6, "cut-off"), Flag(19.5, "ghost turn")],
    curves=Curves(
        input_db=np.full(300, -30.0, np.float32),
        output_db=np.full(100, -6.0, np.float32),
        probability=np.linspace(0, 1, 300, dtype=np.float32),
    ),
)
WHOLE = Window.over(0.0, 20.0, 100)


def drawn(
    shown: Timeline = SHOWN, window: Window = WHOLE, cursor: float = 3.0, height: int = 20
) -> list[str]:
    return [line.plain for line in timeline_lines(shown, window, cursor, height, PALETTE)]


def lane(lines: list[str], label: str) -> str:
    return next(line[LABEL_CELLS:] for line in lines if line.startswith(label))


def test_signs_stand_on_their_lanes_at_their_times() -> None:
    lines = drawn()
    assert lane(lines, "server").index(SIGNS["commit"]) == 23
    assert lane(lines, "model")[23:25] == SIGNS["created"] + SIGNS["first delta"]
    voice = next(line for line in lines if SIGNS["first sound"] in line)[LABEL_CELLS:]
    assert voice.index(SIGNS["first sound"]) == 25
    assert voice[40:42] == SIGNS["cut"] + SIGNS["truncate"]


def test_speech_is_told_from_the_wait_for_its_end() -> None:
    server = lane(drawn(), "server")
    assert server[10:20] == "━" * 10
    assert set(server[21:23]) == {"╌"}
    assert server[55:100].rstrip() == "━" * 45


def test_findings_and_turns_are_named_where_there_is_room() -> None:
    lines = drawn()
    assert "▲cut-off" in lane(lines, "tags")
    assert lane(lines, "tags").index("▲cut-off") == 23
    assert "ghost turn▲" in lane(lines, "tags")
    assert "▏1 What time is it?" in lane(lines, "turn")
    assert "▏2 [bold]漢字[/bold]" in lane(lines, "turn")


def test_mild_findings_are_drawn_quietly() -> None:
    palette = Palette(muted="grey50", warning="yellow")
    shown = replace(SHOWN, flags=[Flag(4.6, "cut-off"), Flag(12.0, "slow", is_mild=True)])
    lines = timeline_lines(shown, Window.over(0.0, 20.0, 100), 3.0, 20, palette)
    line = next(each for each in lines if "▲slow" in each.plain)
    styles = {line.plain[span.start : span.end].strip(): span.style for span in line.spans}
    assert (styles["▲cut-off"], styles["▲slow"]) == ("yellow", "grey50")


def test_the_cursors_values_stand_below() -> None:
    values = drawn(cursor=3.0)[-2]
    assert "3.000" in values
    assert "mic −30.0 dB" in values
    assert "vad 0.3" in values
    assert "server speech for 1.00 s" in values
    assert "waiting for 0.30 s" in drawn(cursor=4.3)[-2]
    assert "voice 1.00 of 3.00 s" in drawn(cursor=6.0)[-2]
    assert "mic" not in drawn(cursor=15.0)[-2]


def test_a_recording_shows_where_it_is() -> None:
    playing = Timeline(end=20.0, now=10.0)
    assert any(line[LABEL_CELLS + 50] == "│" for line in drawn(playing))


def test_the_threshold_is_a_line_and_its_label() -> None:
    (line,) = [line for line in drawn() if line.startswith("≥ 0.50")]
    assert "╌" in line
    without = drawn(Timeline(end=20.0))
    assert not any("≥" in line or "╌" in line for line in without[:-1])


def test_an_empty_session_is_drawn() -> None:
    lines = drawn(Timeline())
    assert lane(lines, "mic").strip() == ""
    assert "0.000" in drawn(Timeline(), cursor=0.0)[-2]


def test_the_legend_names_every_sign() -> None:
    line = legend_line(PALETTE, 200).plain
    assert all(sign in line and name in line for name, sign in SIGNS.items())
    assert legend_line(PALETTE, 40).cell_len <= 40


@pytest.mark.parametrize("height", [9, 11, 14, 20, 40])
@pytest.mark.parametrize("cells", [1, 7, 60, 200])
def test_every_line_fits(height: int, cells: int) -> None:
    lines = timeline_lines(SHOWN, Window.over(0.0, 20.0, cells), 3.0, height, PALETTE)
    assert len(lines) <= height
    assert all(line.cell_len <= cells + LABEL_CELLS for line in lines)


@given(
    st.floats(-5, 30), st.floats(0.002, 5), st.integers(1, 90), st.floats(0, 25), st.integers(8, 40)
)
def test_any_window_can_be_drawn(
    begin: float, cell_s: float, cells: int, cursor: float, height: int
) -> None:
    lines = timeline_lines(SHOWN, Window(begin, cell_s, cells), cursor, height, PALETTE)
    assert all(line.cell_len <= cells + LABEL_CELLS for line in lines)


@given(st.floats(0, 3_600), st.floats(0.01, 1_000), st.integers(1, 200), st.floats(0.1, 8))
def test_zooming_leaves_the_cursor_where_it_is(
    begin: float, length: float, cells: int, factor: float
) -> None:
    window = Window.over(begin, begin + length, cells)
    cursor = begin + length / 3
    zoomed = window.zoomed(factor, cursor, 3_600)
    before, after = ((cursor - each.begin) / each.cell_s for each in (window, zoomed))
    assert before == pytest.approx(after, rel=1e-6, abs=1e-6)


@given(st.floats(0, 3_600), st.floats(0, 3_600), st.integers(20, 200))
def test_what_is_shown_is_in_sight(begin: float, at: float, cells: int) -> None:
    window = Window(begin, 0.1, cells).showing(at)
    assert 0 <= window.column(at) < cells
    assert window.cell_s == 0.1


def test_an_hour_has_a_readable_axis_at_every_zoom() -> None:
    for cell_s in (20.0, 5.0, 1.0, 0.1, 0.01, 0.002):
        axis = drawn(Timeline(end=3_600.0), Window(1_800.0, cell_s, 100))[0]
        words = axis.split("╷")[1:]
        assert 2 <= len(words) <= 12, axis
        assert len({each.strip() for each in words}) == len(words), axis
