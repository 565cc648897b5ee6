from __future__ import annotations

import numpy as np
import pytest

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode
from studio.core.errors import StudioError
from studio.lab.labels import Label
from studio.lab.script import read_script
from studio.lab.spoken import LEAD_MS, TAIL_MS, Samples, spoken_take


def speak(text: str, voice: str) -> Samples:
    """100 ms for each word, in silence that a voice has around its words."""
    loudness = 5_000 if voice == "marin" else 9_000
    sound = np.full(2_400 * len(text.split()), loudness, np.int16)
    return np.pad(sound, (700, 1_300)) if "silence" not in text else np.zeros(4_800, np.int16)


def test_labels_and_pauses_are_exactly_those_of_the_script() -> None:
    script = read_script("one two [0.6s] three\n--- 1.5s\n[noise] [cedar] four", ("cedar",))
    take = spoken_take("number", script, "marin", speak)
    assert take.truth is not None
    assert take.truth.labels == (
        Label(500, 1_400, "turn", "one two three"),
        Label(2_900, 3_000, "noise", "four"),
    )
    samples = decode(take.audio, AudioFormat.PCM16)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], samples != 0, [0])).astype(np.int8)))
    assert (edges / 24).tolist() == [500, 700, 1_300, 1_400, 2_900, 3_000]
    assert take.duration_ms == 3_000 + TAIL_MS
    assert LEAD_MS == 500
    assert set(samples.tolist()) == {0, 5_000, 9_000}
    assert take.tags == ("spoken",)
    assert "marin" in take.origin


def test_a_piece_without_sound_is_named() -> None:
    with pytest.raises(StudioError, match="silence"):
        spoken_take("nothing", read_script("one [1s] silence", ()), "marin", speak)
