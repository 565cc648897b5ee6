from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from studio.audio.formats import AudioFormat
from studio.audio.wav import WavTrackWriter
from studio.core.ids import SequentialIds
from studio.export.placed import Placed
from studio.protocol.dialect import Dialect
from studio.runtime.messages import (
    Fault,
    FromWorker,
    PlayRecording,
    RecordingHeard,
    read_to_worker,
    to_worker_line,
)
from studio.runtime.replay import Replay, opened, rendered, time_line
from studio.storage.folders import TRACK_NAMES, make_folder
from studio.storage.header import Header
from studio.storage.reader import open_session
from studio.storage.writer import SessionWriter
from studio.transport.scripted import ScriptedPeer
from tests.fakes.sound import FakeSoundLibrary, headset, tone
from tests.fakes.world import SimulatedWorld

RATE_HZ = 24_000
SECOND = RATE_HZ * 2


def session(tmp_path: Path, input_s: float = 1.0, output_s: float = 1.0) -> Path:
    """A stored session with a tone in each track, of 8,000 and of 4,000."""
    folder = make_folder(tmp_path, datetime(2026, 1, 1, tzinfo=UTC), "local", SequentialIds())
    SessionWriter(
        folder, Header(started_at=datetime(2026, 1, 1, tzinfo=UTC), dialect=Dialect.GA)
    ).close()
    for track, seconds, level in (("input", input_s, 8_000), ("output", output_s, 4_000)):
        writer = WavTrackWriter(folder / TRACK_NAMES[track], AudioFormat.PCM16)
        writer.append(tone(seconds * 1000, level=level).tobytes())
        writer.close()
    return folder


def frames_of(wanted: PlayRecording, rate_hz: int = RATE_HZ) -> NDArray[np.int16]:
    """Shape (n, 2)."""
    blocks = rendered(wanted, open_session(Path(wanted.path)), rate_hz)
    return np.concatenate([np.zeros((0, 2), np.int16), *blocks])


def sound_of(wanted: PlayRecording) -> NDArray[np.int16]:
    """Both sides in one."""
    sides = frames_of(wanted)
    return sides[:, 0] + sides[:, 1]


def loud(sound: NDArray[np.int16], begin_s: float, end_s: float, rate_hz: int = RATE_HZ) -> int:
    part = sound[int(begin_s * rate_hz) : int(end_s * rate_hz)]
    return int(np.abs(part.astype(np.int32)).max(initial=0))


def test_tracks_lie_where_they_were_heard_and_are_cut_where_they_were_cut(tmp_path: Path) -> None:
    path = str(session(tmp_path))
    wanted = PlayRecording(
        1,
        path,
        input=(Placed(0, SECOND // 2, 0.5),),
        output=(Placed(0, SECOND // 4, 1.5),),
    )
    sound = sound_of(wanted)
    assert loud(sound, 0.0, 0.499) == 0
    assert loud(sound, 0.5, 1.0) == pytest.approx(8_000, abs=10)
    assert loud(sound, 1.001, 1.499) == 0
    assert loud(sound, 1.5, 1.75) == pytest.approx(4_000, abs=10)
    assert loud(sound, 1.751, 9.0) == 0
    assert sound.size / RATE_HZ == pytest.approx(1.75, abs=0.1)


@pytest.mark.parametrize("rate_hz", [24_000, 44_100, 48_000])
@pytest.mark.parametrize("speed", [0.25, 0.5, 1.0, 2.0, 4.0])
def test_the_user_is_left_and_the_assistant_right(
    tmp_path: Path, speed: float, rate_hz: int
) -> None:
    path = str(session(tmp_path))
    wanted = PlayRecording(
        1, path, (Placed(0, SECOND, 0.2),), (Placed(0, SECOND, 2.0),), speed=speed
    )
    left, right = frames_of(wanted, rate_hz).T
    for side, level, begin_s in ((left, 8_000, 0.2), (right, 4_000, 2.0)):
        inner = ((begin_s + 0.1) / speed, (begin_s + 0.9) / speed)
        assert loud(side, *inner, rate_hz) == pytest.approx(level, rel=0.05)
        assert loud(side, 0.0, (begin_s - 0.1) / speed, rate_hz) == 0
        assert loud(side, (begin_s + 1.1) / speed, 99.0, rate_hz) == 0


def test_what_is_centred_sounds_on_both_sides_without_going_round(tmp_path: Path) -> None:
    path = str(session(tmp_path))
    both = (Placed(0, SECOND, 0.0),)
    left, right = frames_of(PlayRecording(1, path, both, both, is_centred=True)).T
    assert np.array_equal(left, right)
    assert loud(left, 0.1, 0.9) == pytest.approx(12_000, abs=10)


@pytest.mark.parametrize("from_s", [0.25, 0.6, 1.24])
def test_it_begins_in_the_middle_as_if_it_had_come_there(tmp_path: Path, from_s: float) -> None:
    path = str(session(tmp_path))
    wanted = PlayRecording(1, path, (Placed(0, SECOND, 0.3),), (Placed(480, SECOND // 2, 0.9),))
    whole = sound_of(wanted)
    part = sound_of(replace(wanted, from_s=from_s))
    begin = round(from_s * RATE_HZ)
    shared = min(part.size, whole.size - begin)
    assert shared > RATE_HZ // 20
    assert np.array_equal(part[:shared], whole[begin : begin + shared])


@pytest.mark.parametrize("speed", [0.25, 0.5, 1.5, 2.0, 4.0])
def test_it_takes_as_long_as_the_speed_says(tmp_path: Path, speed: float) -> None:
    path = str(session(tmp_path))
    wanted = PlayRecording(1, path, input=(Placed(0, SECOND, 1.0),), speed=speed)
    sound = sound_of(wanted)
    assert sound.size / RATE_HZ == pytest.approx(2.0 / speed, abs=0.12 / speed)
    first = int(np.argmax(np.abs(sound.astype(np.int32)) > 2_000)) / RATE_HZ
    assert first == pytest.approx(1.0 / speed, abs=0.03 / min(1.0, speed))


def test_a_track_that_lost_its_end_is_silent_there() -> None:
    kept = b"\x01\x00" * 1_200
    blocks = time_line(
        (Placed(0, 9_600, 0.0),),
        AudioFormat.PCM16,
        0.0,
        lambda offset, n: kept[offset : offset + n],
    )
    first, second = next(blocks), next(blocks)
    assert first[:1_200].all()
    assert not first[1_200:].any()
    assert not second.any()


@dataclass
class Ear:
    """What the worker says, with the moment at which it does."""

    clock: Callable[[], float]
    heard: list[tuple[float, RecordingHeard]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, message: FromWorker) -> None:
        if isinstance(message, Fault):
            self.faults.append(message)
        if isinstance(message, RecordingHeard):
            self.heard.append((self.clock(), message))
            self.begun.set()
            if message.is_over:
                self.over.set()


async def played(*wanted: PlayRecording, library: FakeSoundLibrary | None = None) -> Ear:
    """What is said of recordings that are played one after the other, each to its end."""
    world = SimulatedWorld(ScriptedPeer([]), library)
    ear = Ear(lambda: world.time.clock.now_s)
    replay = Replay(world.world.sound, ear.hear)
    async with asyncio.TaskGroup() as tasks:
        flow = tasks.create_task(world.time.flow())
        for each in wanted:
            ear.over.clear()
            await replay.play(each, tasks)
            await ear.over.wait()
        await replay.stop()
        flow.cancel()
    return ear


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0, 4.0])
async def test_where_the_ear_is_is_told_twenty_times_a_second(tmp_path: Path, speed: float) -> None:
    path = str(session(tmp_path, input_s=2.0))
    ear = await played(
        PlayRecording(
            7, path, (Placed(0, 2 * SECOND, 0.5),), from_s=0.25, speed=speed, speaker="silent"
        )
    )
    moving = [(at, each) for at, each in ear.heard if not each.is_over]
    assert len(moving) > 2.0 / speed * 15
    began, first = moving[0]
    for at, each in moving:
        assert each.number == 7
        assert each.is_virtual
        assert each.at == pytest.approx(first.at + (at - began) * speed, abs=0.05 * speed)
    assert first.at == pytest.approx(0.25, abs=0.1 * speed)
    assert ear.heard[-1][1].is_over


async def test_another_one_takes_over_at_once(tmp_path: Path) -> None:
    path = str(session(tmp_path, input_s=5.0))
    spans = (Placed(0, 5 * SECOND, 0.0),)
    world = SimulatedWorld(ScriptedPeer([]))
    ear = Ear(lambda: world.time.clock.now_s)
    replay = Replay(world.world.sound, ear.hear)
    async with asyncio.TaskGroup() as tasks:
        flow = tasks.create_task(world.time.flow())
        await replay.play(PlayRecording(1, path, spans, speaker="silent"), tasks)
        await ear.begun.wait()
        await replay.play(PlayRecording(2, path, spans, from_s=4.0, speaker="silent"), tasks)
        await ear.over.wait()
        await replay.stop()
        flow.cancel()
    second = [each for _, each in ear.heard if each.number == 2]
    assert [each for _, each in ear.heard[-len(second) :]] == second
    assert second[0].at == pytest.approx(4.0, abs=0.1)


async def test_what_cannot_be_played_is_said_and_over(tmp_path: Path) -> None:
    ear = await played(PlayRecording(1, str(tmp_path / "nothing"), speaker="silent"))
    assert len(ear.faults) == 1
    assert ear.heard[-1][1].is_over


async def test_a_fault_of_our_own_ends_the_sound_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    impossible = PlayRecording(
        1, str(session(tmp_path)), (Placed(0, SECOND, 0.0),), speed=0.0, speaker="silent"
    )
    ear = await played(impossible, replace(impossible, number=2, speed=1.0))
    assert [fault.title for fault in ear.faults] == ["The recording fell silent"]
    assert [each.number for _, each in ear.heard if each.is_over] == [1, 2]
    assert "Traceback" in capsys.readouterr().err


async def test_a_card_that_went_away_is_said_and_opened_anew_for_the_next(tmp_path: Path) -> None:
    wanted = PlayRecording(1, str(session(tmp_path)), (Placed(0, SECOND, 0.0),))
    library = headset()
    ear = await played(wanted, replace(wanted, number=2), library=library)
    assert [fault.title for fault in ear.faults] == ["The sound card went away"] * 2
    assert [stream.is_closed for stream in library.streams] == [True, True]
    assert [each.number for _, each in ear.heard if each.is_over] == [1, 2]


async def test_without_a_card_it_plays_for_nobody(tmp_path: Path) -> None:
    path = str(session(tmp_path))
    ear = await played(PlayRecording(1, path, (Placed(0, SECOND, 0.0),), speaker="auto"))
    assert all(each.is_virtual for _, each in ear.heard)
    assert not ear.faults


def test_what_is_to_be_played_crosses_the_pipe() -> None:
    wanted = PlayRecording(
        3,
        "folder",
        (Placed(0, 960, 0.5),),
        (Placed(96, 48, 1.5, "item", 1),),
        0.25,
        1.5,
        "device:2",
    )
    assert read_to_worker(to_worker_line(wanted)) == wanted


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
@pytest.mark.parametrize("gain_db", [0.0, 6.0, -6.0])
def test_a_sound_file_sounds_as_long_and_as_loud_as_it_ought_to(
    tmp_path: Path, rate_hz: int, gain_db: float
) -> None:
    file = tmp_path / "voice.wav"
    samples = np.sin(np.arange(rate_hz) * 2 * np.pi * 440 / rate_hz) * 0.25
    soundfile.write(file, samples, rate_hz)
    asked = PlayRecording(1, str(file), is_centred=True, is_file=True, gain_db=gain_db)
    wanted, tracks = opened(asked)
    left, right = np.concatenate([*rendered(wanted, tracks, RATE_HZ)]).T
    assert np.array_equal(left, right)
    assert loud(left, 0.1, 0.9) == pytest.approx(8_192 * 10 ** (gain_db / 20), rel=0.02)
    assert np.flatnonzero(left)[-1] / RATE_HZ == pytest.approx(1.0, abs=0.02)


async def test_a_file_that_is_no_sound_is_a_fault_in_words(tmp_path: Path) -> None:
    file = tmp_path / "voice.wav"
    file.write_text("no sound")
    ear = await played(PlayRecording(1, str(file), speaker="silent", is_file=True))
    assert [each.title for each in ear.faults] == ["Cannot read the audio file"]
