from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from studio.audio.card_thread import CardThread
from studio.audio.devices import SoundCards
from studio.audio.formats import AudioFormat
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.runtime.caller import Line
from studio.runtime.demo import DEMO
from studio.runtime.sound import (
    OpenedMicrophone,
    SoundSource,
    cards_loaded_once,
    open_microphone,
    open_speaker,
)
from studio.session.local import DeviceFailed, DeviceOpened, LocalEvent, ProblemSeen
from tests.fakes.sound import FakeSoundLibrary, headset, tone
from tests.fakes.world import no_cards

PCM16 = AudioFormat.PCM16


def with_cards(library: FakeSoundLibrary | None = None) -> SoundSource:
    cards = SoundCards(library or headset())
    return SoundSource(ManualClock(), lambda: cards)


WITHOUT = SoundSource(ManualClock(), no_cards)


def untouched(samples: NDArray[np.int16], _begin: float) -> NDArray[np.int16]:
    return samples


def microphone(
    wanted: str, source: SoundSource, stand_in: tuple[Line, ...] = ()
) -> tuple[OpenedMicrophone, tuple[LocalEvent, ...]]:
    return open_microphone(wanted, PCM16, source, untouched, stand_in=stand_in)


@pytest.mark.parametrize(
    ("wanted", "script"),
    [
        ("silence", ()),
        ("demo", DEMO),
        ("say:Hello // Bye", (Line("Hello"), Line("Bye"))),
        ("auto", ()),
    ],
)
def test_what_is_virtual_needs_no_card(wanted: str, script: tuple[Line, ...]) -> None:
    opened, news = microphone(wanted, WITHOUT)
    assert opened.sound.is_virtual
    assert opened.script == script
    assert isinstance(news[-1], DeviceOpened)
    assert news[-1].virtual


def test_auto_speaks_what_it_was_given_where_there_is_no_card() -> None:
    opened, (remark, _) = microphone("auto", WITHOUT, DEMO)
    assert opened.script == DEMO
    assert isinstance(remark, ProblemSeen)
    assert "A local voice speaks instead." in remark.message
    _, (remark, _) = microphone("auto", WITHOUT)
    assert isinstance(remark, ProblemSeen)
    assert "Silence is sent instead." in remark.message


def test_auto_takes_the_cards_where_they_are() -> None:
    source = with_cards()
    heard, heard_news = microphone("auto", source)
    speaker, speaker_news = open_speaker("auto", PCM16, source)
    assert (heard.sound.name, heard.script) == ("USB Headset", ())
    assert speaker.name == "USB Headset"
    assert [type(each) for each in (*heard_news, *speaker_news)] == [DeviceOpened] * 2


def test_a_card_is_taken_by_name() -> None:
    speaker, _ = open_speaker("device:hdmi", PCM16, with_cards())
    assert speaker.name == "Monitor HDMI"


def test_a_named_card_that_is_not_there_failed_and_a_stand_in_serves() -> None:
    speaker, (failed, news) = open_speaker("device:banana", PCM16, with_cards())
    assert isinstance(failed, DeviceFailed)
    assert (failed.name, failed.direction) == ("banana", "output")
    assert "USB Headset" in failed.hint
    assert isinstance(news, DeviceOpened)
    assert speaker.is_virtual


def test_a_named_microphone_that_is_not_there_is_replaced_by_silence_not_by_a_demo() -> None:
    opened, news = microphone("device", WITHOUT, DEMO)
    assert opened.script == ()
    assert isinstance(news[0], DeviceFailed)


def test_falling_back_is_worth_a_remark_with_the_next_step() -> None:
    _, (remark, _) = open_speaker("auto", PCM16, WITHOUT)
    assert isinstance(remark, ProblemSeen)
    assert remark.severity == "info"
    assert remark.hint == "Install it."


def test_a_path_is_a_file_and_its_tape_knows_when_it_is_over(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    soundfile.write(path, tone(40), 24_000)
    opened, _ = microphone(str(path), WITHOUT)
    assert opened.sound.name == "take.wav"
    assert opened.tape is not None
    assert [opened.tape.next_payload() for _ in range(2)] == [
        tone(40)[:480].tobytes(),
        tone(40)[480:].tobytes(),
    ]


@pytest.mark.parametrize("wanted", ["say:", "say: // ", "say:   "])
def test_a_script_without_words_is_refused(wanted: str) -> None:
    with pytest.raises(StudioError, match="no words") as refused:
        microphone(wanted, WITHOUT)
    assert "say:" in refused.value.hint


def test_a_speaker_that_is_none_is_refused_with_the_choices() -> None:
    with pytest.raises(StudioError, match="banana") as refused:
        open_speaker("banana", PCM16, WITHOUT)
    assert "silent" in refused.value.hint


def test_a_microphone_that_is_no_file_is_refused_with_the_choices() -> None:
    with pytest.raises(StudioError, match="banana") as refused:
        microphone("banana", WITHOUT)
    assert "device:NAME" in refused.value.hint


def test_two_who_ask_for_the_cards_at_once_are_given_the_same() -> None:
    begun, again = Event(), Event()

    def load(thread: CardThread) -> SoundCards:
        if begun.is_set():
            again.set()
        begun.set()
        again.wait(0.1)  # as long as another one has to come in
        return SoundCards(headset(), thread)

    loaded = cards_loaded_once(load)
    with ThreadPoolExecutor() as threads:
        asked = [threads.submit(loaded) for _ in range(2)]
    assert asked[0].result() is asked[1].result() is loaded()
    assert not again.is_set()
