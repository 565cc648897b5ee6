from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import soundfile

from studio.audio.formats import AudioFormat
from studio.audio.wav import WavTrackWriter
from studio.lab.from_files import take_of_file, take_of_recording, takes_of_files
from studio.lab.take import Take
from studio.lab.take_store import TakeFault


def track(path: Path, ms: int = 40) -> Path:
    with WavTrackWriter(path, AudioFormat.PCMU) as written:
        written.append(AudioFormat.PCMU.silence(ms))
    return path


def test_a_file_tells_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "What time.flac"
    soundfile.write(path, np.zeros((9_600, 8)), 48_000)
    take = take_of_file(path)
    assert (take.name, take.duration_ms, take.truth) == ("What time", 200, None)
    assert take.origin == "file What time.flac (48,000 Hz, 8 channels, Signed 16 bit PCM)"
    assert take_of_file(track(tmp_path / "track.wav"), "other").name == "other"


def test_of_ten_thousand_files_the_broken_ones_are_named_and_the_rest_done(tmp_path: Path) -> None:
    content = track(tmp_path / "one.wav").read_bytes()
    folder = tmp_path / "corpus"
    folder.mkdir()
    broken = {"00017.wav": b"", "05000.wav": b"words", "09999.wav": content[:100]}
    for number in range(10_000):
        name = f"{number:05}.wav"
        (folder / name).write_bytes(broken.get(name, content))
    done, faults, size = 0, [], 0
    tracemalloc.start()
    for each in takes_of_files([folder]):
        if isinstance(each, TakeFault):
            faults.append(each)
        else:
            done += 1
        if done == 1_000:
            size = tracemalloc.get_traced_memory()[1]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert done == 9_997
    assert [Path(each.name).name for each in faults] == list(broken)
    assert all(name in fault.message for name, fault in zip(broken, faults, strict=True))
    assert peak < size + 500_000  # no more than one take at a time


def test_a_recording_is_taken_as_it_is() -> None:
    take = take_of_recording(b"\1\2", AudioFormat.PCM16)
    assert isinstance(take, Take)
    assert (take.audio, take.truth, take.origin) == (b"\1\2", None, "recorded in the lab")
