from __future__ import annotations

import pytest

from studio.runtime.messages import CardsSeen
from studio.ui.cards import LOOK_AGAIN, card_choices, card_names, shown_name

SEEN = CardsSeen(
    inputs=("Built-in", "USB Mic"),
    outputs=("Built-in", "Headset"),
    default_input="USB Mic",
    default_output="Headset",
)


def test_the_default_card_is_marked() -> None:
    asides = {each.label: each.aside for each in card_choices(SEEN, "microphone", "auto")}
    assert asides["USB Mic"] == "system default"
    assert asides["auto"] == "USB Mic"
    assert asides["Built-in"] == ""
    assert "Headset" not in asides


@pytest.mark.parametrize(
    ("path", "words"),
    [("microphone", "No microphone was found."), ("speaker", "No speaker was found.")],
)
def test_without_cards_it_is_said_in_words(path: str, words: str) -> None:
    problem = "PortAudio is not installed.\x1b[2J"
    choices = card_choices(CardsSeen(problem=problem), path, "auto")
    notes = [each.label for each in choices if each.is_note]
    assert notes[0] == words
    assert notes[1].startswith("PortAudio is not installed.")
    assert "\x1b" not in notes[1]
    assert [each.label for each in card_choices(None, path, "auto") if each.is_note] == [
        "Looking for cards…"
    ]


def test_the_cards_can_be_looked_for_again_without_leaving_the_list() -> None:
    (again,) = [each for each in card_choices(SEEN, "speaker", "auto") if each.stays]
    assert again.value == LOOK_AGAIN


def test_a_card_that_is_gone_still_stands_in_the_list() -> None:
    (gone,) = [
        each for each in card_choices(SEEN, "microphone", "device:Old") if each.label == "Old"
    ]
    assert (gone.value, gone.aside) == ("device:Old", "not seen now")
    spoken = card_choices(SEEN, "microphone", "say:Hello")
    assert [each.aside for each in spoken if each.value == "say:Hello"] == [""]


def test_keys_step_through_cards_and_what_stands_in_for_them() -> None:
    assert card_names(SEEN, "speaker") == ("auto", "device:Built-in", "device:Headset", "silent")
    assert card_names(None, "microphone") == ("auto", "demo", "silence")


def test_two_cards_of_one_name_are_one_entry() -> None:
    twins = CardsSeen(inputs=("USB Mic", "USB Mic"))
    assert card_names(twins, "microphone").count("device:USB Mic") == 1


def test_a_card_is_called_by_its_name_alone() -> None:
    assert shown_name("device:USB Mic") == "USB Mic"
    assert shown_name("device") == "device"
    assert shown_name("say:Hello") == "say:Hello"
