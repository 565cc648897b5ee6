from __future__ import annotations

from studio.core.clock import ManualClock
from studio.runtime.messages import CardsSeen
from studio.ui.editing import choices_for, current, echo_remedies, step, text_for
from studio.ui.fields import field_at
from studio.ui.live import Live
from tests.fakes.feed import PLAN

THRESHOLD = "turn_detection.threshold"


def live() -> Live:
    return Live(PLAN, {}, ManualClock())


def test_keys_step_through_the_cards_that_were_seen() -> None:
    known = live()
    known.take(CardsSeen(inputs=("USB Mic",)))
    assert current(known, "microphone") == "demo"
    assert step(known, "microphone", -1) == "device:USB Mic"
    assert choices_for(known, field_at("speaker")) == ("auto", "silent")


def test_a_toggle_of_the_cleaning_turns_over() -> None:
    known = live()
    assert step(known, "cleaning.gain_control", 1) is True
    assert text_for(known, field_at("cleaning.echo")) == "cancel"


def test_only_what_is_not_in_force_helps_against_echo() -> None:
    known = live()
    assert [(each.path, each.value) for each in echo_remedies(known)] == [
        (THRESHOLD, 0.7),
        ("cleaning.echo", "half-duplex"),
    ]
    known.edit("cleaning.echo", "off")
    known.edit(THRESHOLD, 1.0)
    assert [each.value for each in echo_remedies(known)] == ["cancel", "half-duplex"]
    known.edit("turn_detection.type", "off")
    assert THRESHOLD not in [each.path for each in echo_remedies(known)]
