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
from studio.runtime.clock import SystemClock
from tests.device.card import Side, VirtualCard, noise
from tests.device.conversing import conversing, spoken, words

pytestmark = pytest.mark.device

Tell = Callable[[str], None]
APPEND = b"input_audio_buffer.append"
PATIENCE_S = 12.0
NOTICED_WITHIN_S = 1.0
LOG_BEHIND_S = 0.4


def test_the_doctor_lists_the_card_with_the_systems_choice(card: VirtualCard) -> None:
    with card.speaking(noise(10)):
        sound = heard_by_doctor(card)
    defaults = [each for each in sound if ": default (ALSA, default)" in each["message"]]
    assert [each["message"].split()[0] for each in defaults] == ["input", "output"]
    assert {each["verdict"] for each in defaults} == {"ok"}
    # The other side of the card records what the speaker plays: nothing.
    (silent,) = [each for each in sound if each["verdict"] != "ok"]
    assert silent["message"].startswith("input")
    assert ": tester (" in silent["message"]


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

    question = spoken("What time is it?")
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


@pytest.mark.speech
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("side", "direction"), [("speaker", "output"), ("microphone", "input")])
def test_a_talk_goes_on_when_one_side_is_unplugged_and_when_it_returns(
    own_card: VirtualCard, tmp_path: Path, figure: Tell, side: Side, direction: str
) -> None:
    clock = SystemClock()
    question = spoken("What time is it?")
    with conversing(own_card, tmp_path / "out") as talk:
        talk.say(question)
        assert talk.waits_for("local.playback.started", 1, PATIENCE_S)
        unplugged_at = clock.monotonic()
        own_card.unplug(side)
        assert talk.waits_for("local.device.failed", 1, PATIENCE_S, direction=direction)
        noticed_s = clock.monotonic() - unplugged_at
        stand_in = {"direction": direction, "virtual": True}
        assert talk.waits_for("local.device.opened", 1, PATIENCE_S, **stand_in)
        sleep(1)
        plugged_at = clock.monotonic()
        own_card.plug_in(side)
        real = {"direction": direction, "virtual": False}
        assert talk.waits_for("local.device.opened", 2, PATIENCE_S, **real)
        back_s = clock.monotonic() - plugged_at
        figure(f"noticed within {noticed_s:.1f} s, back within {back_s:.1f} s, as the log has it")
        sleep(1)
        begun = len(talk.events("local.playback.started"))
        finished = len(talk.events("local.playback.finished"))
        with own_card.recording(tmp_path / "answer.raw"):
            talk.say(question)
            assert talk.waits_for("local.playback.started", begun + 1, PATIENCE_S)
            assert talk.waits_for("local.playback.finished", finished + 1, PATIENCE_S)
        told = talk.ended()
    assert noticed_s < NOTICED_WITHIN_S + LOG_BEHIND_S
    assert told["phase"] == "closed"
    assert words(told["turns"][-1]["user"])[:2] == ["what", "time"]
    assert np.abs(np.fromfile(tmp_path / "answer.raw", np.int16)).max() > 1_000


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
