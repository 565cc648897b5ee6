from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.protocol.settings import DEFAULTS, SessionSettings
from studio.ui.fields import (
    FIELDS,
    PLAN_PATHS,
    Field,
    at_share,
    changed,
    field_at,
    is_stated,
    rows_for,
    stepped,
    value_at,
    written,
)

NUMBERS = [field for field in FIELDS if field.kind == "number"]


@pytest.mark.parametrize("field", [f for f in FIELDS if f.path not in PLAN_PATHS], ids=str)
def test_every_row_names_a_setting(field: Field) -> None:
    value_at(DEFAULTS, field.path)
    for choice in field.choices:
        base = changed(DEFAULTS, "turn_detection.type", field.only_for or "server_vad")
        assert written(field, value_at(changed(base, field.path, choice), field.path)) == choice


@given(st.sampled_from(NUMBERS), st.integers(-60, 60), st.floats(0, 1))
def test_steps_and_slides_stay_within_the_slider(field: Field, steps: int, share: float) -> None:
    start = at_share(field, share)
    assert isinstance(start, int | float)
    assert field.low <= start <= field.high
    after = stepped(field, start, steps)
    if after != "off":
        assert isinstance(after, int | float)
        assert field.low <= after <= field.high
        base = changed(DEFAULTS, "turn_detection.type", field.only_for or "server_vad")
        assert value_at(changed(base, field.path, after), field.path) == after


def test_a_number_that_can_be_off_steps_off_and_back_on() -> None:
    idle = field_at("turn_detection.idle_timeout_ms")
    assert stepped(idle, None, 1) == 5_000
    assert stepped(idle, 5_000, -1) == "off"


def test_rows_belong_to_the_turn_detection() -> None:
    semantic = changed(DEFAULTS, "turn_detection.type", "semantic_vad")
    manual = changed(DEFAULTS, "turn_detection.type", "off")
    paths = {row.path for row in rows_for(semantic)}
    assert "turn_detection.eagerness" in paths
    assert "turn_detection.threshold" not in paths
    turns = [row.path for row in rows_for(manual) if row.group == "turns"]
    assert turns == ["turn_detection.type"]


def test_an_empty_value_is_refused_in_words() -> None:
    with pytest.raises(StudioError, match="voice cannot be empty"):
        changed(DEFAULTS, "voice", " ")


def test_a_stated_null_is_stated() -> None:
    assert is_stated(DEFAULTS, "noise_reduction")
    assert not is_stated(SessionSettings(), "noise_reduction")
    assert is_stated(DEFAULTS, "turn_detection.threshold")
    assert not is_stated(SessionSettings(), "turn_detection.threshold")
