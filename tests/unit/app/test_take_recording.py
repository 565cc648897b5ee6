from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.app.choices import Choices
from studio.app.lab_record import record_take
from studio.app.take_recording import (
    TakeRecorder,
    card_wanted,
    keep_recording,
    listen,
    open_for_take,
)
from studio.audio.devices import SoundCards
from studio.audio.formats import AudioFormat
from studio.audio.microphones import Block
from studio.audio.wav import track_header
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.lab.take_store import TakeStore
from studio.runtime.sound import SoundSource
from tests.fakes.sound import FakeSoundLibrary, SteppedSleep, headset, tone


def source_of(library: FakeSoundLibrary) -> SoundSource:
    clock = ManualClock()
    cards = SoundCards(library)
    return SoundSource(clock, load_cards=lambda: cards, sleep=SteppedSleep(clock))


def block(level: int = 16_000, lost_ms: float = 0.0) -> Block:
    return Block(tone(20, level=level).tobytes(), lost_ms=lost_ms)


def test_what_came_before_the_beginning_is_only_checked() -> None:
    recorder = TakeRecorder()
    for _ in range(50):
        recorder.hear(block(0, lost_ms=5))
        recorder.hear(block())
    assert recorder.check.heard == "fine"
    assert (recorder.audio, recorder.lost_ms) == (b"", 0)
    recorder.begin()
    recorder.hear(block())
    assert recorder.audio == tone(20).tobytes()
    assert recorder.recorded_ms == 20


def test_a_level_is_of_the_last_tenth_and_its_peak_is_held() -> None:
    recorder = TakeRecorder()
    recorder.hear(block())
    loud = recorder.level
    for _ in range(5):
        recorder.hear(block(0))
    assert recorder.level.rms_db == -96
    assert recorder.level.peak_db == loud.peak_db


async def recorded_from_card(
    library: FakeSoundLibrary, blocks: int, *, then_unplugged: bool = False
) -> tuple[TakeRecorder, StudioError | None, SoundSource]:
    """One block of the card after the other, each pushed when the one before was heard."""
    source, recorder = source_of(library), TakeRecorder()
    opened = await open_for_take("auto", source)
    (stream,) = library.streams
    recorder.begin()
    pushed = 0

    def push() -> bool:
        nonlocal pushed
        pushed += 1
        if pushed <= blocks:
            stream.push(tone(20, stream.samplerate))
        return pushed <= blocks or then_unplugged

    push()
    failure = await listen(opened, recorder, source, push)
    assert stream.is_closed
    return recorder, failure, source


async def test_a_card_is_recorded_at_the_wire_s_rate_and_kept(tmp_path: Path) -> None:
    recorder, failure, source = await recorded_from_card(headset(), 100)
    assert failure is None
    kept = keep_recording(recorder, "USB Headset", source.clock, TakeStore(tmp_path))
    assert kept is not None
    assert kept.stored.name == "recording"
    assert kept.stored.origin.startswith("recorded 2026-01-01 ")
    assert kept.stored.origin.endswith(", USB Headset")
    assert kept.stored.load().audio == tone(20).tobytes() * 100
    again = keep_recording(recorder, "USB Headset", source.clock, TakeStore(tmp_path))
    assert again is not None
    assert again.stored.name == "recording-2"


async def test_what_an_unplugged_card_gave_is_kept_and_said(tmp_path: Path) -> None:
    recorder, failure, source = await recorded_from_card(headset(), 10, then_unplugged=True)
    assert failure is not None
    store = TakeStore(tmp_path)
    kept = keep_recording(recorder, "USB Headset", source.clock, store, "mine", failure)
    assert kept is not None
    assert kept.stored.duration_ms == 200
    assert "USB Headset stopped recording" in kept.remarks[0]
    assert "kept" in kept.remarks[0]
    with pytest.raises(StudioError, match="stopped recording"):
        keep_recording(TakeRecorder(), "USB Headset", source.clock, store, failure=failure)


def test_nothing_recorded_is_nothing_kept(tmp_path: Path) -> None:
    recorder = TakeRecorder()
    recorder.hear(block())
    assert keep_recording(recorder, "Mic", ManualClock(), TakeStore(tmp_path)) is None
    assert not list(tmp_path.iterdir())


def test_what_is_wrong_with_a_recording_is_said(tmp_path: Path) -> None:
    recorder = TakeRecorder()
    recorder.begin()
    recorder.hear(block(32_767, lost_ms=40))
    kept = keep_recording(recorder, "Mic", ManualClock(), TakeStore(tmp_path))
    assert kept is not None
    lost, clips = kept.remarks
    assert "40 ms were lost" in lost
    assert "clips" in clips


def test_a_card_is_wanted_whatever_the_sessions_are_to_hear() -> None:
    assert [card_wanted(each) for each in ("demo", "silence", "device:USB", "call.wav")] == [
        "auto", "auto", "device:USB", "auto",
    ]  # fmt: skip


Told = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def record(tmp_path: Path) -> Told:
    def recorded(
        microphone: str | None, seconds: float | None = None, *, as_json: bool = False
    ) -> tuple[int, list[str], list[str]]:
        said: list[str] = []
        warned: list[str] = []
        status = record_take(
            Choices(microphone=microphone),
            {"STUDIO_HOME": str(tmp_path)},
            name="mine",
            seconds=seconds,
            as_json=as_json,
            say=said.append,
            warn=warned.append,
            source=source_of(FakeSoundLibrary()),
        )
        return status, said, warned

    return recorded


def talking(seconds: int) -> NDArray[np.int16]:
    """A tone for half of each second."""
    second = np.concatenate((tone(500), np.full(12_000, 10, np.int16)))
    return np.tile(second, seconds)


def test_the_command_keeps_a_file_s_sound_to_the_byte(record: Told, tmp_path: Path) -> None:
    sound = talking(3)
    header = track_header(AudioFormat.PCM16, sound.nbytes)
    (tmp_path / "call.wav").write_bytes(header + sound.tobytes())
    status, said, warned = record(str(tmp_path / "call.wav"))
    assert status == 0
    assert said == ["Kept mine, 3.0 s.", "Label it: studio lab take label mine --propose"]
    assert warned[0].startswith("Fine: speech at")
    takes = list(tmp_path.rglob("mine/audio.wav"))
    assert takes[0].read_bytes().endswith(sound.tobytes())


def test_the_command_ends_after_so_many_seconds_and_tells_a_program(
    record: Told, tmp_path: Path
) -> None:
    status, said, warned = record("silence", 2.5, as_json=True)
    told = json.loads(said[0])
    assert (status, told["duration_ms"], told["check"]["heard"]) == (0, 2500, "silence")
    assert len(said) == 1
    assert all("muted" in each for each in warned)


def test_without_a_card_the_next_step_is_said(record: Told) -> None:
    with pytest.raises(StudioError, match="no sound card for input") as refused:
        record(None)
    assert "Plug one in" in refused.value.hint
    with pytest.raises(StudioError, match="demo"):
        record("demo")
