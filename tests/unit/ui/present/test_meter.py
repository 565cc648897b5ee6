from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.session.reduce import fold
from studio.ui.present.meter import (
    Bit,
    Lanes,
    Level,
    heard_bits,
    lane_lines,
    level_line,
    speech_bits,
)
from studio.ui.present.palette import Palette, blend
from tests import conversations

PALETTE = Palette()
SECONDS = st.floats(0, 500)
BITS = st.builds(Bit, begin=SECONDS, end=st.none() | SECONDS, waited_until=st.none() | SECONDS)


def level(rms_db: float, peak_db: float) -> str:
    return level_line(Level("mic", rms_db, peak_db), 60, PALETTE, "default").plain


def test_a_bar_grows_with_the_level_and_holds_its_peak() -> None:
    quiet, loud = level(-40.0, -10.0), level(-20.0, -10.0)
    assert quiet.count("━") < loud.count("━")
    assert quiet.index("╸") == loud.index("╸")
    assert quiet.endswith(" −40.0 dB")
    assert level(-96.0, -96.0).count("━") == 0


@given(
    st.builds(
        Lanes,
        now=SECONDS,
        probabilities=st.lists(st.tuples(SECONDS, st.floats(0, 1)), max_size=30),
        threshold=st.none() | st.floats(0, 1),
        server=st.lists(BITS, max_size=3),
        heard=st.lists(BITS, max_size=3),
    ),
    st.integers(20, 200),
    st.integers(5, 30),
)
def test_lanes_fill_their_cells_exactly(lanes: Lanes, width: int, height: int) -> None:
    lines = lane_lines(lanes, width, height, PALETTE)
    assert len(lines) == height
    assert {line.cell_len for line in lines} == {width}


def lane(lines: list[str], label: str) -> str:
    return next(line for line in lines if line.startswith(label))


def test_the_wait_of_the_detector_stands_after_the_speech() -> None:
    bit = Bit(begin=2.0, end=5.0, waited_until=6.0)
    drawn = [line.plain for line in lane_lines(Lanes(now=8.0, server=(bit,)), 88, 8, PALETTE)]
    server = lane(drawn, "server")
    assert 20 <= server.count("━") <= 21
    assert server.rindex("━") < server.index("╌")


def test_the_threshold_is_a_line_that_the_curve_covers() -> None:
    frames = [(0.032 * at, 0.9 if at > 120 else 0.1) for at in range(250)]
    drawn = [
        line.plain
        for line in lane_lines(Lanes(now=8.0, probabilities=frames, threshold=0.5), 88, 12, PALETTE)
    ]
    mark = lane(drawn, "≥ 0.50")
    assert mark.index("╌") < mark.index("█")


def test_bits_come_from_spans_and_heads() -> None:
    state = fold(conversations.late_barge_in())
    spans = speech_bits(state.speech.server, 1.0)
    assert spans[0].begin == 1.0 + state.speech.server[0].start_ms / 1000
    assert spans[0].waited_until == state.speech.server[0].stopped_at
    heard = heard_bits(state.playback.heads)
    assert heard[0].cut
    assert not heard[-1].cut


def test_colours_mix() -> None:
    black, white = ("#" + digits for digits in ("000000", "ffffff"))
    assert blend(black, white, 0.5) == "#" + "808080"
    assert blend("default", white, 0.5) == "default"
