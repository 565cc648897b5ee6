from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.cleaning import Cleaning
from studio.audio.devices import SoundCards
from studio.audio.echo_path import EchoPathState
from studio.audio.formats import AudioFormat
from studio.audio.microphones import DeviceMicrophone, silence_microphone
from studio.audio.played import PlayedSound
from studio.audio.speakers import DeviceSpeaker, Speaker, VirtualSpeaker
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.runtime.card_sound import CardSound
from tests.fakes.sound import headset, tone

PCM16 = AudioFormat.PCM16
OFF = Cleaning(echo="off")


@dataclass
class HalvingCleaner:
    """Halves what it is given while it is to cancel echo; refuses to where it `is_missing`."""

    is_missing: bool = False
    removed_db: float | None = 6.0
    echo_path: EchoPathState | None = "present"
    cleaning: Cleaning = OFF
    heard: list[PlayedSound | None] = field(default_factory=list)

    def set(self, cleaning: Cleaning) -> None:
        if self.is_missing and (cleaning.echo == "cancel" or cleaning.noise_suppression):
            raise StudioError(
                "It cannot be loaded.", title="No echo cancelling", hint="Install it."
            )
        self.cleaning = cleaning

    def listen_to(self, played: PlayedSound | None) -> None:
        self.heard.append(played)

    def clean(self, samples: NDArray[np.int16], begin: float) -> NDArray[np.int16]:
        return samples // 2 if self.cleaning.echo == "cancel" else samples


@dataclass
class Machine:
    """A headset, and what stands in for it."""

    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        cards = SoundCards(headset())
        self.microphone = DeviceMicrophone(cards, cards.find("input"), PCM16, self.clock)
        self.speaker = DeviceSpeaker(cards, cards.find("output"), PCM16, self.clock)
        self.silence = silence_microphone(PCM16, self.clock)
        self.silent = VirtualSpeaker(PCM16, self.clock)


def test_a_cards_sound_is_cleaned_of_a_cards_sound() -> None:
    machine, cleaner = Machine(), HalvingCleaner()
    card = CardSound(cleaner, 24_000, Cleaning())
    card.tune(machine.microphone, machine.speaker)
    assert cleaner.heard == [machine.speaker.played]
    assert np.array_equal(card.clean(tone(20), 0.0), tone(20) // 2)
    assert card.removed_db == 6.0
    assert card.echo_path == "present"
    card.tune(machine.microphone, machine.silent)
    assert cleaner.heard[-1] is None


def test_what_is_virtual_is_not_cleaned() -> None:
    machine, cleaner = Machine(), HalvingCleaner()
    CardSound(cleaner, 24_000, Cleaning()).tune(machine.silence, machine.speaker)
    assert cleaner.cleaning == OFF


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (Cleaning(gain_control=True), OFF),
        (Cleaning(echo="half-duplex", noise_suppression=True), Cleaning(echo="half-duplex")),
    ],
)
def test_where_the_library_is_missing_it_goes_on_without(wanted: Cleaning, left: Cleaning) -> None:
    machine, cleaner = Machine(), HalvingCleaner(is_missing=True)
    card = CardSound(cleaner, 24_000, wanted)
    with pytest.raises(StudioError, match="cannot be loaded"):
        card.tune(machine.microphone, machine.speaker)
    assert card.cleaning == cleaner.cleaning == left
    assert np.array_equal(card.clean(tone(20), 0.0), tone(20))
    card.tune(machine.microphone, machine.speaker)


def kinds(card: CardSound, speaker: Speaker, seconds: float, pace: float = 1.0) -> list[str]:
    """What is doubted of silence, in blocks that come at this share of their pace."""
    found: list[str] = []
    for number in range(int(seconds * 50)):
        begin = number * 0.02 / pace
        card.clean(np.zeros(480, np.int16), begin)
        found += [each.kind for each in card.doubts(speaker, begin)]
    return found


def test_a_card_is_watched_as_it_came_and_told_once() -> None:
    machine = Machine()
    card = CardSound(HalvingCleaner(), 24_000, OFF)
    card.watch(machine.microphone, machine.silent)
    assert kinds(card, machine.silent, 10, pace=1.1) == ["silence", "rate"]
    assert kinds(card, machine.silent, 10, pace=1.1) == []


def test_what_is_virtual_is_not_watched() -> None:
    machine = Machine()
    card = CardSound(HalvingCleaner(), 24_000, OFF)
    card.watch(machine.silence, machine.silent)
    assert kinds(card, machine.silent, 10, pace=1.1) == []
