"""`studio lab take record` from a card that a test speaks into, and from one that is unplugged."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from tests.device.card import VirtualCard, noise

pytestmark = pytest.mark.device


def test_a_take_has_the_level_that_was_played(
    card: VirtualCard, figure: Callable[[str], None]
) -> None:
    samples = noise(20)
    level_db = 20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2)) / 32768)
    with (
        card.speaking(samples),
        card.studio("lab", "take", "record", "heard", "--seconds", "2", "--json") as command,
    ):
        told, errors = command.communicate(timeout=60)
    take = json.loads(told)
    assert take["name"] == "heard"
    assert take["duration_ms"] == 2000
    assert take["level"]["floor_db"] == pytest.approx(level_db, abs=2)
    assert "say something" in errors
    figure(f"played at {level_db:.1f} dBFS, recorded at {take['level']['floor_db']} dBFS")


def test_what_an_unplugged_card_gave_is_kept(own_card: VirtualCard) -> None:
    with (
        own_card.speaking(noise(20)),
        own_card.studio("lab", "take", "record", "cut") as command,
    ):
        assert command.stderr is not None
        for line in command.stderr:
            if line.startswith("Recording"):
                break
        own_card.unplug("microphone")
        told, errors = command.communicate(timeout=60)
    assert command.returncode == 1
    assert told.startswith("Kept cut")
    assert "kept" in errors
