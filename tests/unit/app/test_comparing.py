from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.app.comparing import compared, fold
from studio.audio.formats import AudioFormat
from studio.audio.wav import WAV_HEADER_BYTES
from studio.session.compare import Comparison, Edges, Side
from studio.session.envelope import Envelope
from studio.storage.folders import TRACK_NAMES
from studio.storage.reader import read_session
from tests import conversations
from tests.unit.storage.disk import write

PCM16 = AudioFormat.PCM16


def keep(folder: Path, envelopes: tuple[Envelope, ...]) -> Path:
    folder.mkdir(parents=True)
    write(folder, envelopes)
    return folder


def put_sound(folder: Path, at_ms: float, samples: np.ndarray) -> None:
    """Overwrite what was sent from a moment on."""
    with (folder / TRACK_NAMES["input"]).open("r+b") as track:
        track.seek(WAV_HEADER_BYTES[PCM16] + PCM16.ms_to_bytes(at_ms))
        track.write(samples.astype("<i2").tobytes())


def both(one: Path, other: Path) -> Comparison:
    stored = (read_session(one), read_session(other))
    here, there = (Side(each.path.name, fold(each)) for each in stored)
    return compared(here, there, stored)


def noise(ms: float) -> np.ndarray:
    count = PCM16.ms_to_bytes(ms) // 2
    return np.random.default_rng(7).integers(-3000, 3000, count)


def span_ms(folder: Path) -> tuple[int, int]:
    (span,) = fold(read_session(folder)).speech.server
    assert span.end_ms is not None
    return span.start_ms, span.end_ms


@pytest.mark.parametrize("later_ms", [0, 40, -30])
def test_the_same_sound_is_found_in_both_tracks(tmp_path: Path, later_ms: int) -> None:
    """Both servers said the same times, so where the sound lies later, it was heard earlier."""
    folders = [keep(tmp_path / name, conversations.spoken_turn()) for name in "ab"]
    start_ms, end_ms = span_ms(folders[0])
    sound = noise(end_ms - start_ms)
    put_sound(folders[0], start_ms, sound)
    put_sound(folders[1], start_ms + later_ms, sound)
    (edges,) = both(*folders).edges
    assert edges == Edges(pytest.approx(-later_ms, abs=0.2), pytest.approx(-later_ms, abs=0.2))  # type: ignore[arg-type]


def test_another_sound_has_no_edges(tmp_path: Path) -> None:
    folders = [keep(tmp_path / name, conversations.spoken_turn()) for name in "ab"]
    start_ms, end_ms = span_ms(folders[0])
    put_sound(folders[0], start_ms, noise(end_ms - start_ms))
    put_sound(folders[1], start_ms, noise(end_ms - start_ms)[::-1])
    assert both(*folders).edges == ()


def test_without_tracks_there_are_no_edges(tmp_path: Path) -> None:
    folders = [keep(tmp_path / name, conversations.spoken_turn()) for name in "ab"]
    for folder in folders:
        (folder / TRACK_NAMES["input"]).unlink()
    assert both(*folders).edges == ()


def test_a_session_that_says_nothing_folds_to_nothing(tmp_path: Path) -> None:
    folder = keep(tmp_path / "a", conversations.unreachable())
    state = fold(read_session(folder))
    assert not state.items.order
