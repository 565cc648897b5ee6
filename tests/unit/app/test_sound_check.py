from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typing_extensions import override

from studio.app.finding import Finding
from studio.app.sound_check import LONGEST_S, SoundCheck, bar, quiet_tone
from studio.audio.card_thread import CardThread
from studio.audio.devices import SoundCards
from studio.audio.level import measure
from studio.core.clock import ManualClock
from studio.core.errors import StudioError

Wave = Callable[[int], NDArray[np.int16]]


class CardRefusedError(Exception):
    pass


def sine(level: int) -> Wave:
    return lambda count: (level * np.sin(np.arange(count) / 5)).astype(np.int16)


@dataclass
class Card:
    """A card: what its microphone hears, what its speaker was given, and how it misbehaves."""

    name: str
    inputs: int = 0
    outputs: int = 0
    host: int = 0
    hears: Wave = field(default_factory=lambda: sine(1000))
    speed: float = 1.0
    refusal: str = ""
    played: list[NDArray[np.int16]] = field(default_factory=list)


@dataclass
class Stream:
    card: Card
    is_input: bool
    options: Mapping[str, Any]
    active: bool = False
    latency: float = 0.04

    def start(self) -> None:
        self.active = True

    def abort(self) -> None:
        self.active = False

    def close(self) -> None:
        self.active = False

    def run(self, seconds: float) -> None:
        size, channels = self.options["blocksize"], self.options["channels"]
        blocks = int(seconds * self.card.speed * self.options["samplerate"] / size)
        times = SimpleNamespace(inputBufferAdcTime=0.0, currentTime=0.0, outputBufferDacTime=0.0)
        status = SimpleNamespace(input_overflow=False, output_underflow=False)
        for _ in range(blocks):
            heard = np.repeat(self.card.hears(size), channels)
            block = bytearray(heard.tobytes() if self.is_input else b"\x55" * heard.nbytes)
            self.options["callback"](memoryview(block), size, times, status)
            if not self.is_input:
                self.card.played.append(np.frombuffer(block, np.int16))


@dataclass
class Machine:
    """sounddevice's surface over `cards`, on a clock that moves when a card is waited for."""

    cards: Sequence[Card]
    default_indexes: tuple[int, int] = (-1, -1)
    clock: ManualClock = field(default_factory=ManualClock)
    streams: list[Stream] = field(default_factory=list)
    thread: CardThread | None = None
    before_opening: Callable[[], object] = lambda: None
    PortAudioError = CardRefusedError

    @property
    def default(self) -> SimpleNamespace:
        return SimpleNamespace(device=self.default_indexes)

    def query_devices(self) -> Sequence[Mapping[str, Any]]:
        return [
            {"name": card.name, "hostapi": card.host, "max_input_channels": card.inputs,
             "max_output_channels": card.outputs, "default_samplerate": 48_000.0}
            for card in self.cards
        ]  # fmt: skip

    def query_hostapis(self) -> Sequence[Mapping[str, Any]]:
        return ({"name": "ALSA"}, {"name": "JACK"})

    def _terminate(self) -> None:
        pass

    def _initialize(self) -> None:
        pass

    def RawInputStream(self, **options: object) -> Stream:  # noqa: N802 - its name
        return self._open(options, is_input=True)

    def RawOutputStream(self, **options: object) -> Stream:  # noqa: N802 - its name
        return self._open(options, is_input=False)

    def _open(self, options: Mapping[str, Any], *, is_input: bool) -> Stream:
        self.before_opening()
        card = self.cards[options["device"]]
        if card.refusal:
            os.write(2, b"ALSA lib: a word to the terminal\n")
            raise CardRefusedError(card.refusal, -9985)
        self.streams.append(Stream(card, is_input, options))
        return self.streams[-1]

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for stream in self.streams:
            if stream.active:
                stream.run(seconds)

    def found(
        self, microphone: str = "auto", speaker: str = "auto", *, plays_tone: bool = False
    ) -> list[Finding]:
        check = SoundCheck(
            self.clock,
            plays_tone=plays_tone,
            load_cards=lambda: SoundCards(self, self.thread),
            wait=self.wait,
        )
        return list(check.findings(microphone, speaker))


def only(machine: Machine) -> Finding:
    (finding,) = [each for each in machine.found() if "direction" in each.figures]
    return finding


def test_every_end_is_tried_and_the_studio_s_own_come_first() -> None:
    machine = Machine((Card("HDMI", outputs=2), Card("Headset", inputs=1, outputs=2)), (1, 1))
    found = machine.found()
    assert [each.message for each in found] == [
        "input 1: Headset (ALSA, default)",
        "output 1: Headset (ALSA, default)",
        "output 0: HDMI (ALSA)",
    ]
    assert [each.verdict for each in found] == ["ok"] * 3
    assert not any(stream.active for stream in machine.streams)
    assert [each.message.split()[1] for each in machine.found(speaker="device:hdmi")][1] == "0:"


def test_a_level_is_drawn_and_told_as_the_same_figure() -> None:
    heard = only(Machine((Card("Mic", inputs=1, hears=sine(3276)),), (0, -1)))
    assert heard.figures["level_db"] == pytest.approx(-23, abs=0.2)
    assert heard.figures["peak_db"] == pytest.approx(-20, abs=0.2)
    assert "-23 dBFS, peak -20" in heard.detail
    assert heard.detail.startswith(bar(-23))
    assert (heard.figures["rate_hz"], heard.figures["latency_ms"]) == (24_000, 40.0)
    assert "24000 Hz" in heard.detail
    assert heard.figures["times_real"] == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("card", "verdict", "words"),
    [
        (Card("Mic", inputs=1, hears=sine(0)), "note", "digital silence"),
        (Card("Mic", inputs=1, hears=sine(32_767)), "note", "clips"),
        (Card("Mic", inputs=1, speed=0), "fault", "delivers nothing"),
        (Card("Mic", inputs=1, speed=300), "note", "300 times as fast"),
        (Card("Speaker", outputs=2), "ok", "played silence"),
        (Card("Speaker", outputs=2, speed=0), "fault", "takes no sound"),
        (Card("Speaker", outputs=2, speed=300), "note", "300 times as fast"),
    ],
)
def test_what_is_wrong_with_a_card_is_said(card: Card, verdict: str, words: str) -> None:
    found = only(Machine((card,), (0, 0)))
    assert found.verdict == verdict
    assert words in found.detail


def test_a_card_that_refuses_has_its_words_and_costs_only_itself(
    capfd: pytest.CaptureFixture[str],
) -> None:
    cards = (Card("Mic", inputs=1, refusal="Device unavailable"), Card("Other", inputs=1))
    refused, other = Machine(cards, (0, -1)).found(speaker="silent")
    assert (refused.verdict, refused.figures["opened"]) == ("fault", False)
    assert "in use by another program" in refused.detail
    assert refused.hint
    assert other.verdict == "ok"
    assert [each.verdict for each in Machine(cards, (1, -1)).found(speaker="silent")] == [
        "ok",
        "note",
    ]
    assert capfd.readouterr().err == ""


def test_speakers_get_silence_or_a_tone_that_is_quiet() -> None:
    card = Card("Speaker", outputs=1)
    Machine((card,), (-1, 0)).found()
    assert card.played
    assert not np.concatenate(card.played).any()
    card.played.clear()
    found = Machine((card,), (-1, 0)).found(plays_tone=True)
    assert "played a tone" in found[-1].detail
    assert -40 < measure(np.concatenate(card.played)).peak_db < -25


@pytest.mark.parametrize("rate_hz", [8_000, 24_000, 44_100, 48_000])
def test_the_tone_begins_and_ends_softly(rate_hz: int) -> None:
    tone = quiet_tone(rate_hz)
    peak = np.abs(tone).max()
    assert abs(int(tone[0])) + abs(int(tone[-1])) < peak / 20
    assert tone.size == pytest.approx(0.25 * rate_hz, abs=1)


def test_a_card_that_the_settings_name_and_that_there_is_not_is_a_fault() -> None:
    machine = Machine((Card("Mic", inputs=1, outputs=1),), (0, 0))
    missing, *_ = machine.found("device:Bluetooth")
    assert missing.verdict == "fault"
    assert "Bluetooth" in missing.message
    assert "0 Mic" in missing.hint


def test_a_machine_without_a_microphone_is_told_so() -> None:
    note, speaker = Machine((Card("Speaker", outputs=1),), (-1, 0)).found()
    assert (note.verdict, speaker.verdict) == ("note", "ok")
    assert "input" in note.message


def test_alsa_s_other_names_of_a_card_are_told_and_not_tried() -> None:
    cards = (Card("Intel", inputs=1), Card("front", inputs=1), Card("surround51", inputs=1),
             Card("front", inputs=1, host=1))  # fmt: skip
    *tried, left = Machine(cards, (0, -1)).found(speaker="silent")
    assert [each.figures["index"] for each in tried] == [0, 3]
    assert "input 1: front" in left.message
    assert "input 2: surround51" in left.message
    assert left.figures == {"not_tried": 2}


def test_a_machine_of_many_cards_costs_no_more_than_some_seconds() -> None:
    machine = Machine([Card(f"Mic {number}", inputs=1) for number in range(64)], (63, -1))
    *tried, left = machine.found(speaker="silent")
    assert LONGEST_S <= machine.clock.monotonic() < LONGEST_S + 1
    assert tried[0].figures["index"] == 63
    assert left.figures == {"not_tried": 64 - len(tried)}


class HastyThread(CardThread):
    """Waits for a card as long as a test has time."""

    @override
    def answer(self, job: Callable[[], Any], patience_s: float = 0.05) -> Any:
        return super().answer(job, patience_s)


@pytest.fixture
def thaw() -> Iterator[threading.Event]:
    frozen = threading.Event()
    yield frozen
    frozen.set()


def test_a_sound_server_that_freezes_is_not_waited_for_again(thaw: threading.Event) -> None:
    machine = Machine(
        [Card(f"Mic {number}", inputs=1) for number in range(9)],
        (0, -1),
        thread=HastyThread(),
        before_opening=thaw.wait,
    )
    first, left = machine.found(speaker="silent")
    assert first.verdict == "fault"
    assert "does not answer" in first.detail
    assert "restart" in left.hint
    assert left.figures == {"not_tried": 8}


def test_without_a_library_or_a_card_the_doctor_says_how_it_goes_on() -> None:
    def none() -> SoundCards:
        raise StudioError("PortAudio is not installed.", title="No sound", hint="Install it.")

    (missing,) = SoundCheck(ManualClock(), load_cards=none).findings("auto", "auto")
    (empty,) = Machine(()).found()
    for finding in (missing, empty):
        assert finding.verdict == "note"
        assert "virtual microphone" in finding.hint
    assert "Install it." in missing.hint


@pytest.mark.parametrize(("level_db", "filled"), [(-96.0, 0), (-60.0, 0), (-30.0, 12), (0.0, 24)])
def test_the_bar_runs_from_minus_60_db_to_full_scale(level_db: float, filled: int) -> None:
    assert bar(level_db) == "█" * filled + "·" * (24 - filled)
