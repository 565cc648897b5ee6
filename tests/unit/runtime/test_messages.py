from __future__ import annotations

from pathlib import Path

import pytest

from studio.audio.playout import Playing
from studio.protocol.settings import DEFAULTS, SessionSettings
from studio.runtime.cells import Cells
from studio.runtime.messages import (
    CardsSeen,
    Fault,
    FromWorker,
    LogLine,
    LookForCards,
    Quit,
    SessionBegan,
    Start,
    Stop,
    Tell,
    ToWorker,
    from_worker_line,
    read_from_worker,
    read_to_worker,
    to_worker_line,
)
from studio.session.local import ConnectionOpened, SettingsAsked, TextWanted
from tests.fakes.world import plan_for


@pytest.mark.parametrize(
    "message",
    [
        SessionBegan({"schema": "studio.session/1"}, "/sessions/a"),
        LogLine(
            '{"seq":1,"at":0.5,"origin":"local","event":{"type":"x","text":"\u00e4\\n\u2028"}}'
        ),
        CardsSeen(("Mic",), ("Ears", "Box"), "Mic", "Box"),
        CardsSeen(problem="PortAudio is not installed."),
        Fault("No log", "The disk is full.", "Free some space."),
        Cells(),
        Cells(
            probabilities=((3, 0.25), (4, 0.5)), playing=Playing("a", 0, 12.5, 100.0), underruns=2
        ),
    ],
)
def test_what_the_worker_says_arrives_as_it_was(message: FromWorker) -> None:
    line = from_worker_line(message)
    assert line.count(b"\n") == 1
    assert read_from_worker(line) == message


@pytest.mark.parametrize(
    "message",
    [
        Start(plan_for(Path("/sessions"))),
        Start(plan_for(Path("/s"), SessionSettings(turn_detection=None, instructions=None))),
        Tell(TextWanted(text="Gr\u00fc\u00dfe\n")),
        Tell(ConnectionOpened()),
        Tell(SettingsAsked(settings=DEFAULTS)),
        Stop(),
        LookForCards(),
        Quit(),
    ],
)
def test_what_the_screen_says_arrives_as_it_was(message: ToWorker) -> None:
    assert read_to_worker(to_worker_line(message)) == message


def test_settings_keep_what_is_unstated_apart_from_what_is_null() -> None:
    asked = SessionSettings(turn_detection=None, voice="marin")
    told = read_to_worker(to_worker_line(Tell(SettingsAsked(settings=asked))))
    assert isinstance(told, Tell)
    assert isinstance(told.event, SettingsAsked)
    assert told.event.settings.model_fields_set == {"turn_detection", "voice"}
