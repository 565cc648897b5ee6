"""`studio doctor` on a card that can be heard, and on one that froze."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.device.card import VirtualCard, noise

pytestmark = pytest.mark.device


def sound(card: VirtualCard, *options: str) -> list[dict[str, Any]]:
    with card.studio("doctor", "--json", *options) as doctor:
        told, errors = doctor.communicate(timeout=60)
    assert errors == ""
    return [each for each in json.loads(told)["findings"] if each["topic"] == "Sound"]


def own_ends(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in findings if each["figures"].get("default")]


def test_the_doctor_hears_the_microphone_at_its_level(
    card: VirtualCard, figure: Callable[[str], None]
) -> None:
    samples = noise(10)
    level_db = 20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2)) / 32768)
    with card.speaking(samples):
        microphone, speaker = own_ends(sound(card))
    assert (microphone["verdict"], speaker["verdict"]) == ("ok", "ok")
    assert microphone["figures"]["level_db"] == pytest.approx(level_db, abs=2)
    for end in (microphone, speaker):
        assert end["figures"]["rate_hz"] == 24_000
        assert 0.7 < end["figures"]["times_real"] < 1.5
    told = microphone["figures"]["level_db"]
    figure(f"played at {level_db:.1f} dBFS, the doctor says {told} dBFS")


def test_a_tone_is_heard_only_where_it_is_asked_for(card: VirtualCard, tmp_path: Path) -> None:
    for options, is_heard in (((), False), (("--sound",), True)):
        recorded = tmp_path / "speaker.raw"
        with card.recording(recorded):
            microphone, _ = own_ends(sound(card, *options))
        assert bool(np.fromfile(recorded, np.int16).any()) is is_heard
        assert "digital silence" in microphone["detail"]


def test_a_frozen_sound_server_does_not_hold_the_doctor(own_card: VirtualCard) -> None:
    own_card.freeze()
    (found,) = sound(own_card)
    assert "does not answer" in found["message"]
