"""A stored session on a card: who is on which side, when, and where the screen says it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.formats import AudioFormat
from studio.audio.wav import WavTrackWriter
from studio.storage.folders import TRACK_NAMES
from studio.storage.header import Header
from studio.storage.writer import SessionWriter
from tests.device.card import VirtualCard, noise, told
from tests.device.heard import WIRE_HZ, Heard, spread

pytestmark = pytest.mark.device

Tell = Callable[[str], None]
FROM_S, USER_AT_S, ASSISTANT_AT_S, LASTS_S = 0.25, 0.5, 1.5, 2.0
"""They talk at the same time for a second."""


@pytest.fixture(scope="module")
def stereo_card(card: VirtualCard) -> Iterator[VirtualCard]:
    """A card with two channels. (`card` is asked for so that it can skip.)"""
    other = VirtualCard(channels=2)
    try:
        other.start()
        yield other
    finally:
        other.close()


def voices() -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """The user's and the assistant's."""
    return noise(LASTS_S, seed=1), noise(LASTS_S, seed=2)


def replayed(
    card: VirtualCard, folder: Path, channels: int
) -> tuple[NDArray[np.int16], float, list[tuple[float, float]]]:
    """What was heard, when its first sample was, and where the play-head was at which moments."""
    folder.mkdir()
    SessionWriter(folder, Header(started_at=datetime(2026, 1, 1, tzinfo=UTC))).close()
    for track, voice in zip(("input", "output"), voices(), strict=True):
        writer = WavTrackWriter(folder / TRACK_NAMES[track], AudioFormat.PCM16)
        writer.append(voice.astype("<i2").tobytes())
        writer.close()
    n_bytes = int(LASTS_S * WIRE_HZ) * 2
    plan = {
        "from_s": FROM_S,
        "input": (n_bytes, USER_AT_S),
        "output": (n_bytes, ASSISTANT_AT_S),
    }
    with card.running("listening", folder / "heard.npz", channels) as listener:
        report = card.told_by("replaying", folder, json.dumps(plan))
        told(listener)
    with np.load(folder / "heard.npz") as kept:
        return kept["samples"].reshape(-1, channels), float(kept["began"]), report["looks"]


def test_the_user_is_left_the_assistant_right_and_the_play_head_at_the_ear(
    stereo_card: VirtualCard, tmp_path: Path, figure: Tell
) -> None:
    sides, began, looks = replayed(stereo_card, tmp_path / "session", 2)
    begins = []
    for side, voice in zip(sides.T, voices(), strict=True):
        first, last = np.flatnonzero(side)[[0, -1]]
        assert np.array_equal(side[first : last + 1], voice)
        begins.append(int(first))
    apart_s = (begins[1] - begins[0]) / WIRE_HZ
    assert apart_s == ASSISTANT_AT_S - USER_AT_S
    figure(f"user left, assistant right, bit-exact, {apart_s} s apart as they were")
    user = Heard(sides[:, 0], began, voices()[0])
    errors = [
        at * 1000 - USER_AT_S * 1000 - user.position_ms(moment)
        for moment, at in looks
        if USER_AT_S + 0.1 < at < USER_AT_S + LASTS_S - 0.1
    ]
    figure(f"play-head on the screen minus ear over {len(errors)} looks: {spread(errors)}")
    assert len(errors) > 100
    assert max(map(abs, errors)) <= 50


def test_a_card_with_one_channel_plays_both(
    card: VirtualCard, tmp_path: Path, figure: Tell
) -> None:
    sides, _, _ = replayed(card, tmp_path / "session", 1)
    heard = sides[:, 0].astype(np.float64)
    places = []
    for voice in voices():
        size = 2 ** int(np.ceil(np.log2(heard.size + voice.size)))
        spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(voice.astype(np.float64), size))
        likeness = np.fft.irfft(spectrum, size)
        place = int(np.argmax(likeness))
        gain = float(likeness[place] / np.square(voice.astype(np.float64)).sum())
        places.append(place)
        assert 0.4 < gain < 1.1
    apart_s = (places[1] - places[0]) / WIRE_HZ
    figure(f"both in one channel, {apart_s:.6f} s apart as they were")
    assert apart_s == pytest.approx(ASSISTANT_AT_S - USER_AT_S, abs=1e-4)
