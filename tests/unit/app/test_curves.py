from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.app.curves import SLICE_MS, CurveReader
from studio.audio.formats import AudioFormat
from studio.audio.level import FLOOR_DB
from studio.audio.wav import WavTrackWriter
from studio.core.errors import StudioError
from studio.session.curves import TrackCurves
from studio.storage.folders import LOG_NAME, TRACK_NAMES
from studio.storage.header import Header
from studio.vad.detector import SpeechDetector
from tests.fakes.voice_activity import LoudnessDetector, tone

FORMATS = list(AudioFormat)


def loud(ms: int, audio_format: AudioFormat = AudioFormat.PCM16) -> bytes:
    """A tone of -9 dBFS."""
    return tone(ms, audio_format)


def session(path: Path, audio_format: AudioFormat = AudioFormat.PCM16) -> Path:
    path.mkdir(exist_ok=True)
    header = Header(
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        input_format=audio_format.value,
        output_format=audio_format.value,
    )
    (path / LOG_NAME).write_text(header.to_line() + "\n")
    return path


def track(path: Path, name: str, *pieces: bytes, audio_format: AudioFormat = FORMATS[0]) -> None:
    with WavTrackWriter(path / TRACK_NAMES[name], audio_format) as writer:
        for piece in pieces:
            writer.append(piece)


def reader() -> CurveReader:
    return CurveReader(LoudnessDetector)


async def whole(curves: CurveReader, path: Path) -> TrackCurves:
    async with asyncio.timeout(20):
        while not (read := await curves.read(str(path))).is_whole:
            pass
    return read


@pytest.mark.parametrize("audio_format", FORMATS)
async def test_both_tracks_become_a_value_for_each_32_ms(
    tmp_path: Path, audio_format: AudioFormat
) -> None:
    path = session(tmp_path / "s", audio_format)
    quiet = audio_format.silence(320)
    track(path, "input", quiet, loud(320, audio_format), audio_format=audio_format)
    track(path, "output", loud(640, audio_format), audio_format=audio_format)
    read = await whole(reader(), path)
    assert read.input_db.size == 20
    assert read.input_db[:10].max() < -60
    assert read.input_db[10:] == pytest.approx(np.full(10, -9.0), abs=0.3)
    assert read.output_db == pytest.approx(np.full(20, -9.0), abs=0.3)
    assert 18 <= read.probability.size <= 20
    assert read.probability[2] < 0.5 < read.probability[15]


async def test_a_long_track_comes_in_slices(tmp_path: Path) -> None:
    path, curves = session(tmp_path / "s"), reader()
    track(path, "input", AudioFormat.PCM16.silence(SLICE_MS * 2.5))
    first = await curves.read(str(path))
    assert not first.is_whole
    assert first.input_db.size == SLICE_MS // 32
    read = await whole(curves, path)
    assert read.input_db.size == int(SLICE_MS * 2.5) // 32
    assert set(read.input_db.tolist()) == {FLOOR_DB}


async def test_what_grows_is_read_on_and_what_rests_is_the_same_object(tmp_path: Path) -> None:
    path, curves = session(tmp_path / "s"), reader()
    with WavTrackWriter(path / TRACK_NAMES["input"], AudioFormat.PCM16) as writer:
        writer.append(loud(100))
        before = await whole(curves, path)
        assert before.input_db.size == 3
        assert await curves.read(str(path)) is before
        writer.append(loud(100))
        after = await whole(curves, path)
    assert after.input_db.size == 6
    assert await curves.read(str(path)) is after


async def test_another_track_in_its_place_is_read_anew(tmp_path: Path) -> None:
    path, curves = session(tmp_path / "s"), reader()
    track(path, "input", loud(640))
    await whole(curves, path)
    shutil.rmtree(path)
    session(path)
    track(path, "input", AudioFormat.PCM16.silence(320))
    read = await whole(curves, path)
    assert read.input_db.tolist() == [FLOOR_DB] * 10


async def test_a_session_without_tracks_has_empty_curves(tmp_path: Path) -> None:
    read = await whole(reader(), session(tmp_path / "s"))
    assert read.input_db.size == read.output_db.size == 0
    assert read.problem == ""


async def test_what_is_no_session_is_told_in_words_and_can_become_one(tmp_path: Path) -> None:
    curves = reader()
    read = await whole(curves, tmp_path / "s")
    assert read.problem
    track(session(tmp_path / "s"), "input", loud(100))
    read = await whole(curves, tmp_path / "s")
    assert (read.problem, read.input_db.size) == ("", 3)


async def test_without_a_detector_the_levels_are_there(tmp_path: Path) -> None:
    def missing() -> SpeechDetector:
        raise StudioError("No detector on this system.")

    path = session(tmp_path / "s")
    track(path, "input", AudioFormat.PCM16.silence(SLICE_MS * 1.5))
    read = await whole(CurveReader(missing), path)
    assert read.problem == "No detector on this system."
    assert read.input_db.size == int(SLICE_MS * 1.5) // 32
    assert read.probability.size == 0


async def test_nothing_is_changed_by_reading(tmp_path: Path) -> None:
    path = session(tmp_path / "s")
    track(path, "input", loud(100))
    torn = path / TRACK_NAMES["input"]
    torn.write_bytes(torn.read_bytes() + b"\x01")
    before = {each.name: each.read_bytes() for each in path.iterdir()}
    await whole(reader(), path)
    assert {each.name: each.read_bytes() for each in path.iterdir()} == before


async def test_only_the_latest_sessions_are_kept(tmp_path: Path) -> None:
    made: list[NDArray[np.float32]] = []
    curves, paths = reader(), [session(tmp_path / str(at)) for at in range(6)]
    for path in paths:
        track(path, "input", loud(100))
        made.append((await whole(curves, path)).input_db)
    assert (await whole(curves, paths[-1])).input_db is made[-1]
    assert (await whole(curves, paths[0])).input_db is not made[0]
