"""The `studio` command on a machine with a sound card."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest

from studio.audio.resample import resample_offline
from studio.audio.samples import to_float
from tests.device.card import VirtualCard

pytestmark = pytest.mark.device

Tell = Callable[[str], None]
APPEND = b"input_audio_buffer.append"


def test_the_doctor_lists_the_card_with_the_systems_choice(card: VirtualCard) -> None:
    sound = heard_by_doctor(card)
    assert {each["verdict"] for each in sound} == {"ok"}
    (default,) = [each for each in sound if "default input, default output" in each["message"]]
    assert ": default (" in default["message"]
    assert any(": tester (" in each["message"] for each in sound)


def test_without_its_server_the_doctor_says_that_there_is_no_card(own_card: VirtualCard) -> None:
    own_card.kill()
    sound = heard_by_doctor(own_card)
    assert [each["verdict"] for each in sound] == ["note"]
    assert "no sound card" in sound[0]["message"]
    assert "virtual microphone" in sound[0]["hint"]


@pytest.mark.speech
def test_a_question_through_the_microphone_is_answered_through_the_speaker(
    card: VirtualCard, tmp_path: Path, figure: Tell
) -> None:
    from studio.speech.ears import Ears
    from studio.speech.voices import Voices

    question = np.concatenate([*Voices().synthesize("What time is it?", "cedar")])
    into, out = tmp_path / "answer.raw", tmp_path / "out"
    options = ("--mic", "device", "--speaker", "device", "--turns", "1", "--max-seconds", "30")
    with card.recording(into), card.studio("talk", "--json", "--out", str(out), *options) as talk:
        wait_for_sound_sent(talk, out)
        with card.speaking(question):
            output, _ = talk.communicate(timeout=60)
    told: dict[str, Any] = json.loads(output)
    (turn,) = told["turns"]
    assert told["problems"] == []
    assert turn["user"].casefold().startswith("what time is it")
    answer = np.fromfile(into, np.int16)
    recognised = Ears().transcribe(resample_offline(to_float(answer), 24_000, 16_000)).text
    assert words(turn["assistant"])[:2] == ["it", "is"]
    # The recogniser writes the hour in digits, so only the words around it can be compared.
    assert words(recognised)[:2] == ["it", "is"]
    assert words(recognised)[-3:] == words(turn["assistant"])[-3:]
    figure(f"answered after {turn['latency_ms']['total']:.0f} ms, heard: {recognised!r}")


def heard_by_doctor(card: VirtualCard) -> list[dict[str, str]]:
    """What the doctor finds about sound, and nothing on standard error."""
    with card.studio("doctor", "--json") as doctor:
        output, errors = doctor.communicate(timeout=30)
    assert errors == ""
    return [each for each in json.loads(output)["findings"] if each["topic"] == "Sound"]


def wait_for_sound_sent(talk: subprocess.Popen[str], out: Path) -> None:
    for _ in range(600):
        assert talk.poll() is None
        if any(APPEND in log.read_bytes() for log in out.glob("*/session.jsonl")):
            return
        sleep(0.05)
    raise AssertionError("nothing was sent")


def words(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text.casefold()).split()
