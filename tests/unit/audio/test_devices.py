from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Semaphore
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typing_extensions import override

from studio.audio.card_thread import CardThread
from studio.audio.devices import SoundCards
from studio.core.errors import StudioError
from tests.fakes.sound import FakePortAudioError, FakeSoundLibrary, card, headset


def count_up(block: NDArray[np.int16], _until_heard_s: float, _ran_dry: bool) -> None:
    block[:] = np.arange(block.size)


class CountedThread(CardThread):
    """Tells of each call that it is asked for."""

    def __init__(self) -> None:
        self.asked = Semaphore(0)
        super().__init__()

    @override
    def begin(self, job: Callable[[], Any]) -> Future[Any]:
        answer = super().begin(job)
        self.asked.release()
        return answer


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
    stream = cards.open_output(device, 24_000, count_up)
    library.cards = ()
    assert cards.find("output") == device
    assert library.looks == 1
    stream.close()
    assert not cards.are_in_use
    with pytest.raises(StudioError, match="no sound card"):
        cards.find("input")
    library.cards = headset().cards
    assert cards.find("output") == device
    assert library.looks == 3


def test_a_look_at_the_cards_does_not_end_a_stream_that_is_just_being_opened() -> None:
    library, thread, may_open = headset(), CountedThread(), Event()
    cards = SoundCards(library, thread)
    device = cards.find("output")
    library.before_opening = lambda: may_open.wait(5)
    assert [thread.asked.acquire(timeout=5) for _ in ("prepared", "found")] == [True, True]
    with ThreadPoolExecutor() as threads:
        opened = threads.submit(cards.open_output, device, 24_000, count_up)
        assert thread.asked.acquire(timeout=5)
        listed = threads.submit(cards.listed)
        assert thread.asked.acquire(timeout=5)
        may_open.set()
    assert library.looks == 1
    assert device in listed.result()
    assert cards.are_in_use
    opened.result().close()


def test_a_stream_that_the_library_knows_no_more_is_not_active() -> None:
    library = headset()
    cards = SoundCards(library)
    stream = cards.open_output(cards.find("output"), 24_000, count_up)
    stream.start()
    assert stream.is_active
    library.streams[0].is_unknown = True
    assert not stream.is_active


def test_a_sound_system_that_was_away_is_looked_at_again_when_it_is_back() -> None:
    library = headset()
    cards = SoundCards(library)
    cards.listed()
    library.blindness = FakePortAudioError("Error initializing PortAudio", -9999)
    for _ in range(2):
        with pytest.raises(StudioError, match="does not answer"):
            cards.listed()
    library.blindness = None
    assert [device.name for device in cards.listed()] == ["Monitor HDMI", "USB Headset"]


def test_a_card_that_was_plugged_into_another_place_is_found_by_its_lasting_name() -> None:
    library = FakeSoundLibrary(
        cards=(
            card("Dock: USB Audio (hw:1,0)", inputs=1),
            card("Mic: USB Audio (hw:2,0)", inputs=1),
        )
    )
    cards = SoundCards(library)
    remembered = cards.find("input", "mic").lasting_name
    assert remembered == "Mic: USB Audio"
    library.cards = (card("Mic: USB Audio (hw:1,0)", inputs=1),)
    assert cards.find("input", remembered).index == 0


def test_a_name_cannot_move_the_terminals_cursor() -> None:
    library = FakeSoundLibrary(cards=(card("Mic\x1b[2J\n ", inputs=1),))
    assert SoundCards(library).listed()[0].name == "Mic␛[2J"


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


@pytest.mark.parametrize("rate_hz", [24_000, 48_000, 44_100, 16_000])
def test_the_first_rate_that_a_card_takes_is_used(rate_hz: int) -> None:
    library = headset()
    library.rates_hz = (rate_hz,)
    cards = SoundCards(library)
    stream = cards.open_output(cards.find("output"), 24_000, count_up)
    assert (stream.rate_hz, stream.channels) == (rate_hz, 1)
    assert library.streams[0].blocksize == rate_hz // 100


def test_a_card_without_a_single_channel_plays_the_same_in_each_of_its_own() -> None:
    library = headset()
    library.channels = (2,)
    cards = SoundCards(library)
    stream = cards.open_output(cards.find("output"), 24_000, count_up)
    assert cards.are_in_use
    assert (stream.rate_hz, stream.channels) == (24_000, 2)
    assert library.streams[0].pull().tolist() == np.repeat(np.arange(240), 2).tolist()


def test_a_card_that_takes_no_rate_is_named_with_all_of_them() -> None:
    library = headset()
    library.rates_hz = ()
    cards = SoundCards(library)
    with pytest.raises(StudioError, match="takes none of the rates 24000, 48000, 44100, 16000 Hz"):
        cards.open_output(cards.find("output"), 24_000, count_up)


def test_what_stands_in_the_way_is_told_rather_than_a_rate() -> None:
    library = headset()
    library.refusal = FakePortAudioError("Error opening stream: Device unavailable", -9985)
    cards = SoundCards(library)
    with pytest.raises(StudioError, match="USB Headset is in use by another program"):
        cards.open_output(cards.find("output"), 24_000, count_up)
