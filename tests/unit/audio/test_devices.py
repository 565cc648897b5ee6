from __future__ import annotations

import pytest

from studio.audio.devices import SoundCards
from studio.core.errors import StudioError
from tests.fakes.sound import FakeSoundLibrary, card, headset


def test_cards_are_listed_with_the_systems_choice() -> None:
    monitor, usb = SoundCards(headset()).listed()
    assert (monitor.name, monitor.can("input"), monitor.is_default("output")) == (
        "Monitor HDMI",
        False,
        False,
    )
    assert (usb.index, usb.host, usb.rate_hz) == (1, "ALSA", 48_000)
    assert usb.is_default("input")
    assert usb.is_default("output")


@pytest.mark.parametrize(
    ("wanted", "name"), [("", "USB Headset"), ("0", "Monitor HDMI"), ("hdmi", "Monitor HDMI")]
)
def test_a_card_is_found_by_default_index_or_part_of_its_name(wanted: str, name: str) -> None:
    assert SoundCards(headset()).find("output", wanted).name == name


def test_a_number_is_an_index_before_it_is_part_of_a_name() -> None:
    library = FakeSoundLibrary(cards=(card("hw:1,0", outputs=2), card("Speakers", outputs=2)))
    assert SoundCards(library).find("output", "1").name == "Speakers"


def test_a_whole_name_comes_before_part_of_one() -> None:
    library = FakeSoundLibrary(cards=(card("USB Audio", outputs=2), card("USB", outputs=2)))
    assert SoundCards(library).find("output", "usb").name == "USB"


def test_the_cards_are_looked_at_anew_while_none_is_open() -> None:
    library = headset()
    cards = SoundCards(library)
    device = cards.find("output")
    stream = cards.open_output(device, (24_000,), lambda n, _s, _dry: bytes(2 * n))
    library.cards = ()
    with pytest.raises(StudioError, match="no sound card"):
        cards.find("input")
    assert library.looks == 1
    stream.close()
    library.cards = headset().cards
    assert cards.find("output") == device
    assert library.looks == 2


def test_without_a_default_the_first_that_can_is_taken() -> None:
    library = FakeSoundLibrary(cards=(card("In", inputs=1), card("Out", outputs=1)))
    assert SoundCards(library).find("output").name == "Out"


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(StudioError) as raised:
        SoundCards(headset()).find("input", "banana")
    assert "banana" in raised.value.message
    assert "1 USB Headset" in raised.value.hint


def test_a_machine_without_cards_says_so() -> None:
    with pytest.raises(StudioError, match="no sound card for output"):
        SoundCards(FakeSoundLibrary()).find("output")


def test_a_card_that_takes_no_rate_is_named_with_the_reason() -> None:
    library = headset()
    library.rates_hz = ()
    cards = SoundCards(library)
    with pytest.raises(StudioError, match=r"USB Headset cannot be opened .*Invalid sample rate"):
        cards.open_output(cards.find("output"), (24_000, 48_000), lambda n, _s, _dry: bytes(2 * n))
