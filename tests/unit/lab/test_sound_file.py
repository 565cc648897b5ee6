from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode, encode
from studio.audio.wav import WavTrackWriter
from studio.core.errors import StudioError
from studio.lab.sound_file import files_in, read_wire_sound

SECONDS = 0.5


def tone(rate_hz: int, channels: int = 1, level: float = 0.4) -> np.ndarray:
    at = np.arange(int(SECONDS * rate_hz)) / rate_hz
    mono = level * np.sin(2 * np.pi * 440 * at)
    return np.repeat(mono[:, None], channels, axis=1)


def samples_of(path: Path) -> np.ndarray:
    sound = read_wire_sound(path)
    assert sound.audio_format is AudioFormat.PCM16
    return decode(sound.audio, AudioFormat.PCM16)


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_wire_audio_is_taken_to_the_byte(audio_format: AudioFormat, tmp_path: Path) -> None:
    audio = bytes(range(256)) * 20
    with WavTrackWriter(tmp_path / "input.wav", audio_format) as track:
        track.append(audio)
    sound = read_wire_sound(tmp_path / "input.wav")
    assert sound == (audio, audio_format, "")


@pytest.mark.parametrize(
    ("name", "rate_hz", "channels", "subtype"),
    [
        ("high.wav", 192_000, 1, "PCM_24"),
        ("eight.wav", 48_000, 8, "FLOAT"),
        ("bytes.wav", 11_025, 1, "PCM_U8"),
        ("cd.flac", 44_100, 2, "PCM_16"),
        ("voice.ogg", 16_000, 1, "VORBIS"),
        ("song.mp3", 44_100, 2, "MPEG_LAYER_III"),
    ],
)
def test_any_other_sound_becomes_pcm_at_24_khz(
    name: str, rate_hz: int, channels: int, subtype: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    soundfile.write(path, tone(rate_hz, channels), rate_hz, subtype)
    samples = samples_of(path) / 32768
    assert samples.size == pytest.approx(SECONDS * 24_000, abs=24_000 * 0.06)  # MP3 pads frames
    inner = samples[3_000:9_000]
    assert np.sqrt(np.mean(np.square(inner))) == pytest.approx(0.4 / np.sqrt(2), rel=0.03)
    spectrum = np.abs(np.fft.rfft(inner * np.hanning(inner.size)))
    assert np.argmax(spectrum) * 24_000 / inner.size == pytest.approx(440, abs=4)
    assert f"{rate_hz:,} Hz" in read_wire_sound(path).converted_from


def test_conversion_in_pieces_loses_nothing_at_their_seams(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    at = np.arange(400_000) / 48_000
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 300 * at), 48_000, "PCM_24")
    samples = samples_of(path)
    expected = 16_384 * np.sin(2 * np.pi * 300 * np.arange(200_000) / 24_000)
    assert samples.size == 200_000
    assert np.abs(samples[200:-200] - expected[200:-200]).max() < 3


def test_what_is_too_loud_is_clipped_and_what_is_no_number_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "hot.wav"
    loud = np.full(2_400, 3.0, np.float32)
    loud[:1_200] = np.nan
    soundfile.write(path, loud, 24_000, "FLOAT")
    assert set(samples_of(path).tolist()) == {0, 32767}


def broken(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.wav"
    good = encode((tone(24_000)[:, 0] * 32768).astype(np.int16), AudioFormat.PCM16)
    match kind:
        case "missing":
            pass
        case "empty":
            path.touch()
        case "silent header":
            WavTrackWriter(path, AudioFormat.PCM16).close()
        case "no sound":
            path.write_text("These are words.")
        case "truncated":
            with WavTrackWriter(path, AudioFormat.PCM16) as track:
                track.append(good)
            path.write_bytes(path.read_bytes()[:9_000])
        case _:
            path = path.with_suffix(".flac")
            noise = np.random.default_rng(1).normal(0, 0.1, 96_000)
            soundfile.write(path, noise, 48_000)
            path.write_bytes(path.read_bytes()[:30_000])
    return path


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("missing", "does not exist"),
        ("empty", "not readable as audio"),
        ("silent header", "holds no samples"),
        ("no sound", "not readable as audio"),
        ("truncated", "ends before its header says"),
        ("truncated flac", "ends before its header says"),
    ],
)
def test_what_cannot_be_used_is_named(kind: str, told: str, tmp_path: Path) -> None:
    path = broken(tmp_path, kind)
    with pytest.raises(StudioError) as refused:
        read_wire_sound(path)
    assert path.name in refused.value.message
    assert told in refused.value.message


def test_a_folder_gives_its_sound_files_by_name(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("b.WAV", "a.flac", "notes.txt", "below/c.ogg"):
        (tmp_path / name).touch()
    alone = tmp_path / "notes.txt"
    names = [each.name for each in files_in([tmp_path, alone])]
    assert names == ["a.flac", "b.WAV", "c.ogg", "notes.txt"]
