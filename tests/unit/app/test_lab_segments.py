from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from studio.app.lab_segments import print_segments
from studio.audio.formats import AudioFormat
from studio.audio.resample import resample_offline
from studio.audio.samples import encode
from studio.audio.wav import WavTrackWriter
from studio.core.errors import StudioError
from studio.vad.detector import ProbabilityStream, SileroDetector
from studio.vad.segmenter import SegmenterSettings
from studio.vad.whole import segments

SETTINGS = SegmenterSettings(0.5, 300, 200)


def track(path: Path, audio: bytes, audio_format: AudioFormat = AudioFormat.PCM16) -> Path:
    with WavTrackWriter(path, audio_format) as written:
        written.append(audio)
    return path


class Printed:
    def __init__(self, home: Path) -> None:
        self.environ = {"STUDIO_HOME": str(home)}
        self.said: list[str] = []
        self.warned: list[str] = []

    def run(self, *files: Path, as_json: bool = True, profile: str = "openai") -> int:
        return print_segments(
            self.environ, files=files, settings=SETTINGS, profile=profile, as_json=as_json,
            say=self.said.append, warn=self.warned.append,
        )  # fmt: skip


@pytest.mark.speech
@pytest.mark.parametrize("audio_format", AudioFormat)
def test_the_edges_are_those_of_the_arithmetic(audio_format: AudioFormat, tmp_path: Path) -> None:
    from studio.speech.voices import Voices

    spoken = np.concatenate(list(Voices().synthesize("What time is it? Tell me.", "cedar")))
    spoken = np.pad(spoken, 12_000)
    audio = encode(resample_offline(spoken, 24_000, audio_format.rate_hz), audio_format)
    path = track(tmp_path / "input.wav", audio, audio_format)
    printed = Printed(tmp_path)
    assert printed.run(path) == 0
    heard = ProbabilityStream(SileroDetector(), audio_format).push(audio)
    expected = segments([value for _, value in heard], SETTINGS)
    assert expected
    assert json.loads(printed.said[0]) == [
        {"audio_start_ms": each.audio_start_ms, "audio_end_ms": each.audio_end_ms}
        for each in expected
    ]
    assert printed.run(path, as_json=False) == 0
    rows = printed.said[1].splitlines()
    assert len(rows) == 1 + len(expected)
    assert rows[1].split()[-1] == f"{expected[0].audio_end_ms:,}"


def test_silence_has_none(tmp_path: Path) -> None:
    path = track(tmp_path / "silence.wav", AudioFormat.PCM16.silence(1_000))
    printed = Printed(tmp_path)
    assert printed.run(path) == 0
    assert printed.run(path, as_json=False) == 0
    assert printed.said == ["[]", "No speech."]


def test_of_several_files_the_broken_one_is_named_and_the_rest_done(tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    good = [track(folder / name, AudioFormat.PCM16.silence(100)) for name in ("a.wav", "c.wav")]
    (folder / "b.wav").write_text("no sound")
    printed = Printed(tmp_path)
    assert printed.run(folder) == 1
    assert json.loads(printed.said[0]) == {str(each): [] for each in good}
    assert len(printed.warned) == 1
    assert "b.wav" in printed.warned[0]


def test_a_single_broken_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"gone\.wav does not exist"):
        Printed(tmp_path).run(tmp_path / "gone.wav")


def test_an_unknown_profile_names_those_that_are_known(tmp_path: Path) -> None:
    path = track(tmp_path / "silence.wav", AudioFormat.PCM16.silence(100))
    with pytest.raises(StudioError) as refused:
        Printed(tmp_path).run(path, profile="opnai")
    assert "openai" in refused.value.hint
