from __future__ import annotations

import pytest

from studio.runtime.cells import Cells
from studio.ui.present.health import FIGURES, figure_named, health_lines
from studio.ui.present.palette import Palette

PALETTE = Palette(warning="#ff0000", muted="#888888", faint="#444444")
WELL = Cells(start_buffer_ms=60, rtt_ms=42.4, echo_removed_db=18.2, echo_delay_ms=64)
ILL = Cells(
    start_buffer_ms=240, late_audio_ms=130, underruns=3, overruns=1, dropped=7, loop_lag_ms=31.0,
    rtt_ms=900.0,
)  # fmt: skip


def coloured(cells: Cells) -> str:
    (line,) = health_lines(cells, 200, PALETTE)
    return "".join(
        line.plain[span.start : span.end]
        for span in line.spans
        if PALETTE.warning in str(span.style)
    )


def test_the_strip_says_every_figure() -> None:
    (line,) = health_lines(WELL, 200, PALETTE)
    assert line.plain == (
        "buffer 60 ms   late 0 ms   underruns 0   overruns 0   dropped 0   "
        "loop 0.0 ms   rtt 42 ms   echo −18 dB at 64 ms"
    )


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (Cells(echo_path="learning", echo_removed_db=3.0), "echo listening for it −3 dB"),
        (Cells(echo_path="present", echo_removed_db=30.0), "echo −30 dB"),
        (Cells(echo_path="absent"), "echo none"),
    ],
)
def test_it_says_what_is_known_of_the_echo(cells: Cells, told: str) -> None:
    (line,) = health_lines(cells, 200, PALETTE)
    assert line.plain.endswith(told)


def test_it_is_quiet_while_all_is_well_and_colours_only_faults() -> None:
    assert coloured(WELL) == ""
    assert coloured(ILL) == ("late 130 msunderruns 3overruns 1dropped 7loop 31 msrtt 900 ms")


def test_what_is_not_known_is_left_away() -> None:
    (line,) = health_lines(Cells(), 200, PALETTE)
    assert "rtt" not in line.plain
    assert "echo" not in line.plain


@pytest.mark.parametrize("width", [20, 38, 60, 78, 118, 200])
@pytest.mark.parametrize("lines", [1, 3])
def test_it_fits_where_it_stands(width: int, lines: int) -> None:
    drawn = health_lines(ILL, width, PALETTE, lines=lines)
    assert len(drawn) <= lines
    assert all(line.cell_len <= width for line in drawn)


def test_where_little_fits_faults_come_first() -> None:
    (line,) = health_lines(Cells(rtt_ms=10.0, dropped=7), 24, PALETTE)
    assert line.plain.startswith("drop 7")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_every_figure_is_explained_by_a_sentence(figure: object) -> None:
    names = [each.name for each in FIGURES if each is figure]
    assert figure_named(names[0]).help.endswith(".")
