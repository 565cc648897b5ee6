from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from studio.audio.shape import Shape
from studio.lab.reading import Reading
from studio.ui.present.meter import Bit
from studio.ui.present.palette import Palette
from studio.ui.present.take_words import label_at, stretch_at
from studio.ui.present.time_sheet import LABEL_CELLS
from studio.ui.present.tuning_lanes import tuning_lines
from studio.ui.present.tuning_picture import TuningPicture
from studio.ui.present.window import Window
from studio.vad.segmenter import SegmenterSettings
from tests.fakes.lab import hesitation

TAKE, FOUND = hesitation()
A = Reading(FOUND, SegmenterSettings(), TAKE.truth)
B = Reading(FOUND, SegmenterSettings(silence_duration_ms=200), TAKE.truth)
SHOWN = TuningPicture(
    TAKE.duration_ms, Shape(TAKE.audio, TAKE.audio_format), A, B, TAKE.truth, [Bit(0.3, 2.4)]
)
CELLS = 100
SECOND = CELLS / (TAKE.duration_ms / 1000)


def drawn(
    shown: TuningPicture = SHOWN,
    window: Window | None = None,
    cursor: float = 1.0,
    height: int = 24,
) -> list[str]:
    window = window or Window.over(0.0, TAKE.duration_ms / 1000, CELLS)
    return [line.plain for line in tuning_lines(shown, window, cursor, height, Palette())]


def lane(lines: list[str], label: str) -> str:
    return next(line[LABEL_CELLS:] for line in lines if line.startswith(label))


def test_padding_speech_wait_and_end_lie_where_the_rules_put_them() -> None:
    a = lane(drawn(), "A")
    stretch = A.stretches[0]
    assert a.index("░") == int(stretch.start_ms / 1000 * SECOND)
    assert a.index("━") == int(stretch.speech_ms / 1000 * SECOND)
    assert a.index("◆") == int(stretch.end_ms / 1000 * SECOND)
    assert a[a.index("◆") - 1] == "╌"


def test_an_end_that_cuts_somebody_off_looks_otherwise() -> None:
    lines = drawn()
    assert "╳" not in lane(lines, "A")
    assert lane(lines, "B").index("╳") == int((992 + 224) / 1000 * SECOND)


def test_the_bars_stand_at_their_heights() -> None:
    lines = drawn()
    at = [line[:LABEL_CELLS].strip() for line in lines]
    assert at.index("≥ 0.50") < at.index("< 0.35")
    higher = TuningPicture(TAKE.duration_ms, None, Reading(FOUND, SegmenterSettings(0.9)))
    assert [line[:6] for line in drawn(higher)].index("≥ 0.90") < at.index("≥ 0.50")


def test_the_cursor_is_told_in_words() -> None:
    wide = Window.over(0.0, TAKE.duration_ms / 1000, 200)
    words = next(line for line in drawn(window=wide, cursor=1.1) if "1.100" in line)
    assert "vad 0.05 silence" in words
    assert "A speech for 0.78 s" in words
    assert "B silent for 108 of 200 ms" in words
    assert "turn so um I would like 0.82 s before its end" in words


def test_what_the_server_said_has_a_lane_of_its_own() -> None:
    assert "━" in lane(drawn(), "server")
    assert lane(drawn(), "server").rstrip().endswith("◆")


@example(0.0, 1.0, 96, 0.0, 12, False)
@given(
    st.floats(-2, 8),
    st.floats(0.05, 20),
    st.integers(1, 220),
    st.floats(-1, 7),
    st.integers(1, 60),
    st.booleans(),
)
def test_any_window_has_lines_of_its_own_width(
    begin: float, length: float, cells: int, cursor: float, height: int, has_all: bool
) -> None:
    shown = SHOWN if has_all else TuningPicture()
    lines = tuning_lines(
        shown, Window.over(begin, begin + length, cells), cursor, height, Palette()
    )
    assert len(lines) <= height
    assert all(line.cell_len <= cells + LABEL_CELLS for line in lines)


def test_where_paddings_overlap_the_turn_that_speaks_is_meant() -> None:
    found = np.array([0.9] * 20 + [0.0] * 20 + [0.9] * 20 + [0.0] * 20)
    reading = Reading(found, SegmenterSettings(silence_duration_ms=500, prefix_padding_ms=300))
    first, second = reading.stretches
    assert second.start_ms < first.end_ms
    assert stretch_at(reading, second.start_ms + 10) == first
    assert stretch_at(reading, second.speech_ms) == second
    assert stretch_at(reading, 60_000) is None


def test_a_turn_goes_before_a_noise() -> None:
    assert TAKE.truth is not None
    assert label_at(TAKE.truth, 500) == TAKE.truth.turns[0]
    assert label_at(TAKE.truth, 3_900) == TAKE.truth.noises[0]
    assert label_at(None, 0) is None
