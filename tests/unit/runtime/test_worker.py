from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.formats import AudioFormat
from studio.audio.wav import WavTrackWriter
from studio.export.placed import Placed
from studio.runtime.cells import Cells
from studio.runtime.messages import (
    CardsSeen,
    Fault,
    FromWorker,
    LogLine,
    LookForCards,
    PlayRecording,
    Quit,
    RecordingHeard,
    SessionBegan,
    Start,
    Stop,
    Tell,
    ToWorker,
    read_from_worker,
    to_worker_line,
)
from studio.runtime.worker import Worker, tell
from studio.session.local import TextWanted
from studio.storage.folders import TRACK_NAMES
from studio.storage.header import Header
from studio.storage.reader import read_session
from studio.storage.writer import SessionWriter
from studio.transport.scripted import Expect, Hang, ScriptedPeer, Step
from studio.vad.detector import SpeechDetector
from tests.fakes import frames
from tests.fakes.sound import headset, tone
from tests.fakes.world import SimulatedWorld, plan_for

APPEND = "input_audio_buffer.append"
GREETED: list[Step] = [frames.created(), Expect("session.update"), frames.updated()]


class Screen:
    """The other end: says something when it hears something."""

    def __init__(self, answers: Callable[[FromWorker], ToWorker | None]) -> None:
        self.reader = asyncio.StreamReader()
        self.messages: list[FromWorker] = []
        self._answers = answers

    def say(self, message: ToWorker) -> None:
        self.reader.feed_data(to_worker_line(message))

    def hear(self, message: FromWorker) -> None:
        self.messages.append(message)
        answer = self._answers(message)
        if answer is not None:
            self.say(answer)

    def of(self, kind: type[FromWorker]) -> list[FromWorker]:
        return [each for each in self.messages if isinstance(each, kind)]


async def served(
    screen: Screen, world: SimulatedWorld, detector: SpeechDetector | None = None
) -> None:
    real = world.world
    if detector is not None:
        real = replace(real, make_detector=lambda: detector)
    async with asyncio.TaskGroup() as tasks:
        flow = tasks.create_task(world.time.flow())
        await Worker(real, screen.hear).serve(screen.reader)
        flow.cancel()


async def test_it_runs_a_session_takes_wishes_and_quits_cleanly(tmp_path: Path) -> None:
    def answers(message: FromWorker) -> ToWorker | None:
        line = message.line if isinstance(message, LogLine) else ""
        if APPEND in line and '"offset":0' in line:
            return Tell(TextWanted(text="Hello?"))
        return Quit() if "conversation.item.create" in line else None

    screen = Screen(answers)
    screen.say(Start(plan_for(tmp_path)))
    await served(screen, SimulatedWorld(ScriptedPeer([*GREETED, Hang()])))
    (began,) = screen.of(SessionBegan)
    assert isinstance(began, SessionBegan)
    assert began.header["provider"] == "local"
    stored = [line.rstrip("\n") for line in read_session(Path(began.path)).lines()]
    assert stored == [each.line for each in screen.messages if isinstance(each, LogLine)]
    assert "local.end" in stored[-1]


async def test_a_new_start_ends_the_session_that_runs(tmp_path: Path) -> None:
    starts: Iterator[ToWorker] = iter([Start(plan_for(tmp_path)), Quit()])

    def answers(message: FromWorker) -> ToWorker | None:
        is_first = (
            isinstance(message, LogLine) and APPEND in message.line and '"offset":0' in message.line
        )
        return next(starts) if is_first else None

    screen = Screen(answers)
    screen.say(Start(plan_for(tmp_path)))
    await served(screen, SimulatedWorld(ScriptedPeer([*GREETED, Hang()])))
    kinds = [
        type(each).__name__ if isinstance(each, SessionBegan) else "end"
        for each in screen.messages
        if isinstance(each, SessionBegan)
        or (isinstance(each, LogLine) and "local.end" in each.line)
    ]
    assert kinds == ["SessionBegan", "end", "SessionBegan", "end"]


async def test_when_the_screen_goes_the_session_ends_in_good_order(tmp_path: Path) -> None:
    def answers(message: FromWorker) -> None:
        if isinstance(message, LogLine) and APPEND in message.line and '"offset":0' in message.line:
            screen.reader.feed_eof()

    screen = Screen(answers)
    screen.say(Start(plan_for(tmp_path)))
    await served(screen, SimulatedWorld(ScriptedPeer([*GREETED, Hang()])))
    last = screen.messages[-1]
    assert isinstance(last, LogLine)
    assert "local.end" in last.line


async def test_a_plan_that_cannot_be_followed_is_a_fault_and_nothing_ends(tmp_path: Path) -> None:
    screen = Screen(lambda _message: None)
    screen.say(Start(plan_for(tmp_path, microphone="/nowhere.wav")))
    screen.say(Start(plan_for(tmp_path, provider="openai", url="")))
    screen.say(Stop())
    screen.say(Start(plan_for(tmp_path, provider="apple")))
    screen.say(Quit())
    await served(screen, SimulatedWorld(ScriptedPeer([])))
    titles = [each.title for each in screen.messages if isinstance(each, Fault)]
    assert titles == ["No such microphone", "No API key", "Unknown provider"]


async def test_the_cards_are_told_with_or_without_a_session(tmp_path: Path) -> None:
    screen = Screen(
        lambda message: (
            LookForCards()
            if isinstance(message, LogLine) and '"local.connection.opened"' in message.line
            else Quit()
            if isinstance(message, CardsSeen) and len(screen.of(CardsSeen)) == 2
            else None
        )
    )
    screen.say(LookForCards())
    screen.say(Start(plan_for(tmp_path)))
    await served(screen, SimulatedWorld(ScriptedPeer([*GREETED, Hang()]), headset()))
    seen = screen.of(CardsSeen)
    assert [each.inputs for each in seen if isinstance(each, CardsSeen)] == [("USB Headset",)] * 2


class Broken:
    """A detector with a bug in it."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        raise ZeroDivisionError("a bug")

    def reset(self) -> None:
        pass


async def test_a_bug_of_ours_closes_the_log_is_told_in_words_and_the_worker_lives_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    screen = Screen(lambda message: Quit() if isinstance(message, Fault) else None)
    screen.say(Start(plan_for(tmp_path)))
    await served(screen, SimulatedWorld(ScriptedPeer([*GREETED, Hang()])), Broken())
    (fault,) = screen.of(Fault)
    assert isinstance(fault, Fault)
    assert fault.title == "The worker stumbled"
    assert "ZeroDivisionError: a bug" in capfd.readouterr().err
    (began,) = screen.of(SessionBegan)
    assert isinstance(began, SessionBegan)
    *_, end = read_session(Path(began.path)).lines()
    assert '"reason":"interrupted"' in end


async def test_a_screen_that_fell_behind_gets_every_line_and_no_stale_looks() -> None:
    ours, theirs = socket.socketpair()
    _, writer = await asyncio.open_connection(sock=ours)
    lines = 0
    while not writer.transport.get_write_buffer_size():
        tell(writer, LogLine("x" * 1000))
        lines += 1
    for at in range(100):
        tell(writer, Cells(at=at))
    tell(writer, LogLine("the last"))
    reader, theirs_writer = await asyncio.open_connection(sock=theirs)
    heard = [read_from_worker(await reader.readline()) for _ in range(lines + 1)]
    tell(writer, Cells(at=200))
    assert all(isinstance(each, LogLine) for each in heard)
    assert heard[-1] == LogLine("the last")
    assert read_from_worker(await reader.readline()) == Cells(at=200)
    for each in (writer, theirs_writer):
        each.close()
        await each.wait_closed()


async def test_a_recording_plays_beside_the_session_and_ends_with_the_screen(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "recording"
    folder.mkdir()
    SessionWriter(folder, Header(started_at=datetime(2026, 1, 1, tzinfo=UTC))).close()
    track = WavTrackWriter(folder / TRACK_NAMES["output"], AudioFormat.PCM16)
    track.append(tone(2_000).tobytes())
    track.close()
    wanted = PlayRecording(
        5, str(folder), output=(Placed(0, 96_000, 0.5),), from_s=0.25, speaker="silent"
    )

    def answers(message: FromWorker) -> ToWorker | None:
        if isinstance(message, LogLine) and APPEND in message.line and '"offset":0' in message.line:
            return wanted
        is_late = isinstance(message, RecordingHeard) and message.at > 1.0
        return Quit() if is_late else None

    screen = Screen(answers)
    screen.say(Start(plan_for(tmp_path)))
    await served(screen, SimulatedWorld(ScriptedPeer([*GREETED, Hang()])))
    places = [each.at for each in screen.messages if isinstance(each, RecordingHeard)]
    assert places == sorted(places)
    assert 0.2 < places[0] < 0.4
    assert {each.number for each in screen.messages if isinstance(each, RecordingHeard)} == {5}
    (began,) = screen.of(SessionBegan)
    assert isinstance(began, SessionBegan)
    assert "local.end" in list(read_session(Path(began.path)).lines())[-1]
