from __future__ import annotations

import struct
from pathlib import Path

import pytest
import soundfile

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode
from studio.audio.wav import WavTrackWriter, track_header
from studio.audio.wire_wav import is_cut_short, wire_data

AUDIO = bytes(range(1, 201))


def written(path: Path, audio_format: AudioFormat) -> Path:
    with WavTrackWriter(path, audio_format) as track:
        track.append(AUDIO)
    return path


def found(path: Path) -> bytes:
    data = wire_data(path)
    assert data is not None
    return path.read_bytes()[data.data_offset : data.data_offset + data.data_bytes]


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_a_track_is_found_to_the_byte(audio_format: AudioFormat, tmp_path: Path) -> None:
    path = written(tmp_path / "track.wav", audio_format)
    data = wire_data(path)
    assert data is not None
    assert (data.audio_format, data.is_finished) == (audio_format, True)
    assert found(path) == AUDIO


@pytest.mark.parametrize(
    ("audio_format", "subtype"),
    [(AudioFormat.PCM16, "PCM_16"), (AudioFormat.PCMU, "ULAW"), (AudioFormat.PCMA, "ALAW")],
)
@pytest.mark.parametrize("kind", ["WAV", "WAVEX"])
def test_headers_of_other_programs_are_understood(
    audio_format: AudioFormat, subtype: str, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "other.wav"
    samples = decode(AUDIO, audio_format)
    soundfile.write(path, samples, audio_format.rate_hz, subtype, format=kind)
    assert decode(found(path), audio_format).tolist() == samples.tolist()


def test_chunks_before_the_data_are_passed_over(tmp_path: Path) -> None:
    track = track_header(AudioFormat.PCM16, len(AUDIO)) + AUDIO
    extra = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    path = tmp_path / "listed.wav"
    path.write_bytes(track[:36] + extra + track[36:] + b"id3 " + struct.pack("<I", 4) + b"more")
    assert found(path) == AUDIO


@pytest.mark.parametrize("claimed", [0, 0xFFFF_FFFF])
def test_a_file_that_was_never_finished_goes_on_to_its_end(claimed: int, tmp_path: Path) -> None:
    path = tmp_path / "piped.wav"
    header = track_header(AudioFormat.PCM16, 0)[:-4] + struct.pack("<I", claimed)
    path.write_bytes(header + AUDIO + b"\1")
    data = wire_data(path)
    assert data is not None
    assert found(path) == AUDIO
    assert not data.is_finished
    assert not is_cut_short(path, data)


def test_a_copy_that_ends_too_soon_is_cut_short(tmp_path: Path) -> None:
    path = written(tmp_path / "track.wav", AudioFormat.PCM16)
    path.write_bytes(path.read_bytes()[:-20])
    data = wire_data(path)
    assert data is not None
    assert is_cut_short(path, data)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
def test_other_sound_is_no_wire_audio(rate_hz: int, tmp_path: Path) -> None:
    path = tmp_path / "other.wav"
    soundfile.write(path, decode(AUDIO, AudioFormat.PCM16), rate_hz)
    assert wire_data(path) is None


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt "])
def test_what_is_no_wav_is_no_wire_audio(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "torn.wav"
    path.write_bytes(content)
    assert wire_data(path) is None
