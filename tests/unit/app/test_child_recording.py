from __future__ import annotations

import json
import os
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from studio.app.child_recording import ChildRecording
from studio.config.paths import studio_paths
from studio.core.errors import StudioError
from studio.lab.take_store import TakeStore
from studio.ui.take_recording import RecordingStep


def in_folder(tmp_path: Path, microphone: str, *command: str) -> ChildRecording:
    home = {"STUDIO_HOME": str(tmp_path)}
    more = {"command": command} if command else {}
    return ChildRecording(studio_paths(home), microphone, environ=os.environ | home, **more)


def takes(tmp_path: Path) -> TakeStore:
    return TakeStore(studio_paths({"STUDIO_HOME": str(tmp_path)}).takes_dir)


async def test_a_take_is_recorded_in_a_process_of_its_own(tmp_path: Path) -> None:
    recording = in_folder(tmp_path, "silence")
    steps: list[RecordingStep] = []
    async for step in recording.steps():
        steps.append(step)
        if step.check and not step.is_recording:
            recording.begin()
        if step.recorded_ms >= 200:
            recording.end()
    assert steps[0].card == "silence"
    assert "muted" in steps[-1].check
    assert steps[-1].kept == "recording"
    assert any("digital silence" in each for each in steps[-1].remarks)
    stored = takes(tmp_path).find("recording")
    assert stored.duration_ms >= 200
    assert stored.duration_ms == steps[-1].recorded_ms


async def test_steps_closed_early_keep_what_was_recorded_and_no_more(tmp_path: Path) -> None:
    recording = in_folder(tmp_path, "silence")
    async with aclosing(recording.steps()) as steps:
        async for step in steps:
            recording.begin()
            if step.recorded_ms:
                break
    (stored,) = takes(tmp_path).listing().takes
    assert stored.duration_ms >= step.recorded_ms
    async with aclosing(in_folder(tmp_path, "silence").steps()) as steps:
        async for _ in steps:
            break
    assert takes(tmp_path).listing().takes == (stored,)


async def test_why_it_could_not_be_recorded_comes_back_in_words(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="does not exist"):
        _ = [step async for step in in_folder(tmp_path, str(tmp_path / "no.wav")).steps()]
    told = json.dumps({"error": "No room.", "title": "Cannot", "hint": "Make some."})
    script = f"import sys; sys.stdin.readline(); print({told!r})"
    with pytest.raises(StudioError, match="No room"):
        _ = [
            step async for step in in_folder(tmp_path, "auto", sys.executable, "-c", script).steps()
        ]
