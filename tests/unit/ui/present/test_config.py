from __future__ import annotations

import pytest

from studio.session.obeyed import Finding
from studio.session.obeyed_look import Verdict
from studio.session.reduce import fold
from studio.session.state import SessionState
from studio.ui.present.config import ConfigView, config_lines, help_lines, slider_span, verdict
from studio.ui.present.palette import Palette
from tests import conversations
from tests.fakes.feed import PLAN

PALETTE = Palette()
THRESHOLD = "turn_detection.threshold"
SILENCE = "turn_detection.silence_duration_ms"


def view(state: SessionState, **changes: object) -> ConfigView:
    return ConfigView(
        plan=PLAN,
        settings=state.settings,
        session_plan={"model": PLAN.model},
        **changes,  # type: ignore[arg-type]
    )


def seen(value: object, verdict: Verdict) -> dict[str, Finding]:
    return {SILENCE: Finding(SILENCE, 500, 500, value, verdict, "It waited.")}


OPEN = fold(conversations.connected())


def row(drawn: ConfigView, path: str, width: int = 42) -> str:
    lines = config_lines(drawn, width, PALETTE)
    return next(line.text.plain for line in lines if line.path == path and line.is_row)


def test_a_row_shows_value_slider_and_verdict() -> None:
    text = row(view(OPEN), THRESHOLD)
    assert text.startswith(" threshold      0.50")
    assert "●" in text
    assert text.rstrip().endswith("✓")
    start, cells = slider_span(42)
    assert text.index("●") == start + round(0.5 * (cells - 1))


def test_without_a_session_nothing_is_judged() -> None:
    assert verdict(ConfigView(plan=PLAN), THRESHOLD) == ""


def test_what_was_seen_is_held_against_what_was_asked() -> None:
    assert verdict(view(OPEN, observed=seen(None, "not seen yet")), SILENCE) == "agreed"
    obeyed = view(OPEN, observed=seen(480, "obeyed"))
    assert verdict(obeyed, SILENCE) == "obeyed"
    assert row(obeyed, SILENCE).endswith("✓✓")
    words = " ".join(line.plain.strip() for line in help_lines(obeyed, SILENCE, 60, PALETTE))
    assert words.endswith("Obeyed: It waited.")
    off = view(OPEN, observed=seen(200, "differs"))
    assert verdict(off, SILENCE) == "differs"
    words = " ".join(line.plain.strip() for line in help_lines(off, SILENCE, 60, PALETTE))
    assert words == "differs: It waited."
    notes = [line.text.plain for line in config_lines(off, 60, PALETTE) if not line.is_row]
    assert any("asked 500 ms · echoed 500 ms · seen 200 ms" in note for note in notes)


def test_a_refused_row_has_the_words_of_the_server() -> None:
    state = fold(conversations.refused_setting())
    assert state.settings.refused is not None
    refused = view(state, refusal=state.settings.refused)
    assert verdict(refused, "voice") == "refused"
    assert verdict(view(state), "voice") == "agreed"
    words = " ".join(line.plain.strip() for line in help_lines(refused, "voice", 42, PALETTE))
    assert state.settings.refused.message in words


def test_what_is_locked_offers_the_next_session() -> None:
    state = fold(conversations.spoken_turn())
    settings = PLAN.settings.model_copy(update={"voice": "cedar"})
    other = ConfigView(PLAN.model_copy(update={"settings": settings}), state.settings)
    assert verdict(view(state), "voice") == "locked"
    assert verdict(other, "voice") == "next"
    assert "n starts" in help_lines(other, "voice", 80, PALETTE)[0].plain


@pytest.mark.parametrize("width", [34, 42, 80])
def test_every_line_fits(width: int) -> None:
    for line in config_lines(view(OPEN), width, PALETTE, THRESHOLD):
        assert line.text.cell_len <= width


def test_the_words_of_a_fault_come_first() -> None:
    (line,) = help_lines(view(OPEN), "voice", 80, PALETTE, "voice does not take that")
    assert line.plain == " voice does not take that"
