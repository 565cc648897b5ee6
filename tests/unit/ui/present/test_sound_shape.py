from __future__ import annotations

import numpy as np
import pytest

from studio.audio.formats import AudioFormat
from studio.audio.samples import encode
from studio.ui.present.palette import Palette
from studio.ui.present.sound_shape import ROWS, shape_lines, sound_words

PALETTE = Palette()


def tone(ms: int, amplitude: float, audio_format: AudioFormat = AudioFormat.PCM16) -> bytes:
    times = np.arange(audio_format.rate_hz * ms // 1000) / audio_format.rate_hz
    wave = amplitude * 32767 * np.sin(2 * np.pi * 440 * times)
    return encode(wave.astype(np.int16), audio_format)


def dots(audio: bytes, width: int = 20) -> int:
    lines = shape_lines(audio, AudioFormat.PCM16, width, PALETTE)
    return sum((ord(each) - 0x2800).bit_count() for line in lines for each in line.plain)


def test_it_has_the_width_that_is_asked_for() -> None:
    lines = shape_lines(tone(200, 0.5), AudioFormat.PCM16, 33, PALETTE)
    assert [line.cell_len for line in lines] == [33] * ROWS


def test_louder_is_larger_and_silence_is_a_line() -> None:
    quiet, loud, silent = dots(tone(200, 0.05)), dots(tone(200, 0.9)), dots(bytes(9600))
    assert silent < quiet < loud
    assert silent == 2 * 20 * 2


def test_it_shows_where_the_sound_is() -> None:
    audio = bytes(4800) + tone(100, 0.9)
    top = shape_lines(audio, AudioFormat.PCM16, 20, PALETTE)[0].plain
    assert set(top[:9]) == {chr(0x2800)}
    assert chr(0x2800) not in top[11:]


@pytest.mark.parametrize("audio_format", list(AudioFormat))
def test_length_and_level_are_said(audio_format: AudioFormat) -> None:
    words = sound_words(tone(200, 0.5, audio_format), audio_format)
    assert words.startswith("200 ms · peak −")
    peak, mean = (float(word.replace("−", "-")) for word in words.split() if "−" in word)
    assert peak == pytest.approx(-6.0, abs=0.3)
    assert mean == pytest.approx(-9.0, abs=0.1)


@pytest.mark.parametrize("audio", [b"", b"\x00", b"\x00\x01\x02"])
def test_too_little_sound_does_no_harm(audio: bytes) -> None:
    assert len(shape_lines(audio, AudioFormat.PCM16, 8, PALETTE)) == ROWS
    assert "dBFS" in sound_words(audio, AudioFormat.PCM16)
