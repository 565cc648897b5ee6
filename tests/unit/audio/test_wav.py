from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode, to_float
from studio.audio.wav import (
    WAV_HEADER_BYTES,
    WavTrackWriter,
    read_audio,
    repair_wav,
    track_header,
)
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from pathlib import Path

PAYLOAD = bytes(range(256)) * 9


@pytest.mark.parametrize("audio_format", AudioFormat)
@pytest.mark.parametrize("size", [0, 2304, 2001])
def test_bytes_in_are_bytes_in_the_data_chunk(
    tmp_path: Path, audio_format: AudioFormat, size: int
) -> None:
    path = tmp_path / "track.wav"
    with WavTrackWriter(path, audio_format) as track:
        assert track.append(PAYLOAD[: size // 3]) == 0
        assert track.append(PAYLOAD[size // 3 : size]) == size // 3
        assert track.data_bytes == size
    start = WAV_HEADER_BYTES[audio_format]
    assert path.read_bytes()[start : start + size] == PAYLOAD[:size]
    assert path.stat().st_size % 2 == 0


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_other_programs_read_the_track(tmp_path: Path, audio_format: AudioFormat) -> None:
    path = tmp_path / "track.wav"
    with WavTrackWriter(path, audio_format) as track:
        track.append(PAYLOAD)
    samples, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == audio_format.rate_hz
    assert np.array_equal(samples, decode(PAYLOAD, audio_format))


def test_the_track_is_readable_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "track.wav"
    with WavTrackWriter(path, AudioFormat.PCM16) as track:
        track.append(PAYLOAD)
        track.flush_header()
        assert read_audio(path).samples.size == len(PAYLOAD) // 2
        track.append(PAYLOAD)
    assert read_audio(path).samples.size == len(PAYLOAD)


@given(
    audio_format=st.sampled_from(AudioFormat),
    before=st.integers(0, 50),
    after=st.integers(0, 51),
    flushed=st.booleans(),
)
@settings(max_examples=60)
def test_a_crashed_track_is_repaired(
    tmp_path_factory: pytest.TempPathFactory,
    audio_format: AudioFormat,
    before: int,
    after: int,
    flushed: bool,
) -> None:
    path = tmp_path_factory.mktemp("crash") / "track.wav"
    claimed = before * 2 if flushed else 0
    held = PAYLOAD[: before * 2 + after]
    path.write_bytes(track_header(audio_format, claimed) + held)
    whole = len(held) - len(held) % audio_format.bytes_per_sample
    data = repair_wav(path)
    assert data.audio_format is audio_format
    assert data.data_offset == WAV_HEADER_BYTES[audio_format]
    assert data.data_bytes == whole
    repaired = path.read_bytes()
    assert repaired == track_header(audio_format, whole) + held[:whole]
    assert repair_wav(path) == data
    assert path.read_bytes() == repaired


def test_a_closed_track_needs_no_repair(tmp_path: Path) -> None:
    path = tmp_path / "track.wav"
    with WavTrackWriter(path, AudioFormat.PCMU) as track:
        track.append(PAYLOAD[:101])
    before = path.read_bytes()
    assert repair_wav(path).data_bytes == 101
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a wave file at all" * 9])
def test_what_is_no_track_is_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "track.wav"
    path.write_bytes(content)
    with pytest.raises(StudioError, match=r"track\.wav"):
        repair_wav(path)
    assert path.read_bytes() == content


def test_a_missing_directory_is_said(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="No such file"):
        WavTrackWriter(tmp_path / "no" / "track.wav", AudioFormat.PCM16)
    with pytest.raises(StudioError, match="No such file"):
        repair_wav(tmp_path / "no.wav")


def test_channels_are_averaged_at_any_rate(tmp_path: Path) -> None:
    path = tmp_path / "stereo.flac"
    left = np.linspace(-0.5, 0.5, 441, dtype=np.float32)
    soundfile.write(path, np.stack((left, -left / 2), axis=1), 44_100, subtype="PCM_24")
    samples, rate_hz = read_audio(path)
    assert rate_hz == 44_100
    assert np.abs(samples - left / 4).max() < 1e-5
    assert samples.dtype == np.float32


def test_a_track_reads_as_its_samples(tmp_path: Path) -> None:
    path = tmp_path / "track.wav"
    with WavTrackWriter(path, AudioFormat.PCMA) as track:
        track.append(PAYLOAD)
    expected = to_float(decode(PAYLOAD, AudioFormat.PCMA))
    assert np.abs(read_audio(path).samples - expected).max() < 1e-4


def test_files_without_sound_are_refused_in_words(tmp_path: Path) -> None:
    text, empty, silent = tmp_path / "a.wav", tmp_path / "b.wav", tmp_path / "c.wav"
    text.write_text("hello")
    empty.touch()
    soundfile.write(silent, np.zeros(0), 24_000)
    with pytest.raises(StudioError, match=r"a\.wav is not readable as audio"):
        read_audio(text)
    with pytest.raises(StudioError, match=r"b\.wav is not readable as audio"):
        read_audio(empty)
    with pytest.raises(StudioError, match=r"c\.wav holds no samples"):
        read_audio(silent)
    with pytest.raises(StudioError, match=r"d\.wav does not exist"):
        read_audio(tmp_path / "d.wav")
    with pytest.raises(StudioError, match="is not readable as audio"):
        read_audio(tmp_path)
