from __future__ import annotations

from studio.audio.devices import SoundCards
from studio.core.clock import ManualClock
from studio.runtime.cards_seen import cards_seen
from studio.runtime.messages import CardsSeen
from studio.runtime.sound import SoundSource
from tests.fakes.sound import FakeSoundLibrary, headset
from tests.fakes.world import no_cards


def seen(library: FakeSoundLibrary) -> CardsSeen:
    cards = SoundCards(library)
    return cards_seen(SoundSource(ManualClock(), lambda: cards))


def test_cards_are_told_by_name_with_the_systems_choice() -> None:
    assert seen(headset()) == CardsSeen(
        inputs=("USB Headset",),
        outputs=("Monitor HDMI", "USB Headset"),
        default_input="USB Headset",
        default_output="USB Headset",
    )


def test_a_machine_without_cards_says_so() -> None:
    assert seen(FakeSoundLibrary()) == CardsSeen(problem="This machine has no sound card.")


def test_without_portaudio_the_words_say_what_to_install() -> None:
    told = cards_seen(SoundSource(ManualClock(), no_cards))
    assert told == CardsSeen(problem="PortAudio is not installed. Install it.")
