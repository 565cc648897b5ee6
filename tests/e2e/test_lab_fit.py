"""A profile is fitted to sessions over a socket, with a real voice and real turn detection."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from studio.app.choices import Choices
from studio.app.lab_fit import print_fit
from studio.audio.formats import AudioFormat
from studio.audio.wav import track_header
from studio.protocol.knobs import TurnDetection
from studio.protocol.providers import PROVIDERS, default_settings
from studio.runtime.children import LocalServer
from studio.runtime.here import this_machine
from studio.runtime.plan import ConnectPlan
from studio.runtime.talk import talk
from tests.e2e.calling import spoken

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

pytestmark = pytest.mark.speech

SHIFTED = "threshold_shift = 0.1\nstart_shift_ms = 96\nend_shift_ms = -64\n"
LINES = (
    "Hello there.",
    "My number is five five",
    "one, two.",
    "No.",
    "What time is it?",
    "Thanks.",
)


async def recorded(url: str, caller: Path, sessions: Path) -> None:
    detection = TurnDetection(silence_duration_ms=240, create_response=False)
    plan = ConnectPlan(
        provider="local",
        url=url,
        model="studio-host",
        settings=default_settings(PROVIDERS["local"]).model_copy(
            update={"turn_detection": detection}
        ),
        microphone=str(caller),
        speaker="silent",
        sessions_dir=sessions,
    )
    await talk(plan, this_machine(os.environ), longest_s=40)


def fitted(home: Path, sessions: Path) -> dict[str, Any]:
    said: list[str] = []
    choices = Choices(sessions_dir=sessions)
    status = print_fit(
        choices,
        {"STUDIO_HOME": str(home)},
        sessions=["last"],
        save="found",
        as_json=True,
        say=said.append,
        warn=lambda _words: None,
    )
    assert status == 0
    told: dict[str, Any] = json.loads("".join(said))
    return told


async def test_the_shift_of_a_server_is_recovered_and_none_is_found_where_there_is_none(
    server: LocalServer, tmp_path: Path
) -> None:
    caller = tmp_path / "caller.wav"
    sound = await spoken(*LINES)
    caller.write_bytes(track_header(AudioFormat.PCM16, len(sound)) + sound)
    await recorded(server.url, caller, tmp_path / "plain")
    plain = fitted(tmp_path / "home", tmp_path / "plain")
    assert plain["edges"] >= 10
    assert plain["explained"]["exact"] == plain["edges"]
    assert not plain["shifted"]
    assert "Every edge is explained" in plain["verdict"]

    (tmp_path / "shifted.toml").write_text(SHIFTED)
    options = ("--port", "0", "--watch-stdin", "--vad-profile", str(tmp_path / "shifted.toml"))
    command = (sys.executable, "-m", "studio", "serve", *options)
    async with LocalServer(command, tmp_path / "shifted.log") as shifted:
        await recorded(shifted.url, caller, tmp_path / "shifted")
    found = fitted(tmp_path / "home", tmp_path / "shifted")
    assert found["explained"]["exact"] == found["edges"] >= 10
    assert found["explained_without_shift"]["exact"] < found["edges"] / 4
    assert found["profile"]["start_shift_ms"] == 96
    assert found["profile"]["end_shift_ms"] == -64
    low, high = found["range_95"]["threshold_shift"]
    assert low <= 0.1 <= high
    assert (tmp_path / "home" / "config" / "profiles" / "found.toml").is_file()
