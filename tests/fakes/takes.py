"""Takes of tones whose loudness a `LevelDetector` takes for speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.lab.labels import Label, Truth
from studio.lab.take import Take
from studio.lab.twin import Twin
from tests.fakes.voice_activity import LevelDetector, tone

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAME_MS = 32


def toned(
    name: str, runs: Sequence[tuple[float, int]], labels: Sequence[Label] | None = ()
) -> Take:
    """Runs of (level, frames); no labels at all where `labels` is None."""
    audio = b"".join(tone(FRAME_MS * n, AudioFormat.PCM16, level) for level, n in runs)
    truth = None if labels is None else Truth(tuple(sorted(labels)))
    return Take(name, audio, truth=truth)


def hesitating(name: str = "hesitating", pause_frames: int = 10, lead: int = 10) -> Take:
    """Two pieces of one turn with a pause between, then silence."""
    begin = lead * FRAME_MS
    end = (lead + 40 + pause_frames) * FRAME_MS
    runs = [(0.0, lead), (0.9, 20), (0.0, pause_frames), (0.9, 20), (0.0, 60)]
    return toned(name, runs, [Label(begin, end, words="so um")])


def coughing(name: str = "coughing", level: float = 0.6) -> Take:
    """A turn, and a cough a second after it."""
    runs = [(0.0, 10), (0.9, 20), (0.0, 40), (level, 6), (0.0, 60)]
    return toned(name, runs, [Label(320, 960), Label(2240, 2432, "noise", "cough")])


def level_twin() -> Twin:
    """Listens by loudness."""
    return Twin(LevelDetector, "level")


@st.composite
def random_takes(draw: st.DrawFn) -> Take:
    """Any levels, and any labels that fit."""
    levels = draw(st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.9]), min_size=1, max_size=30))
    runs = [(level, draw(st.integers(1, 12))) for level in levels]
    length = sum(count for _, count in runs) * FRAME_MS
    edges = draw(st.lists(st.integers(0, length), max_size=8, unique=True).map(sorted))
    turns = [Label(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=False)]
    noise = draw(st.lists(st.integers(0, length), max_size=4, unique=True).map(sorted))
    noises = [Label(a, b, "noise") for a, b in zip(noise[::2], noise[1::2], strict=False)]
    return toned(f"take {np.random.default_rng(length).integers(99)}", runs, [*turns, *noises])
