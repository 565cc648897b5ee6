from __future__ import annotations

import pytest

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode


@pytest.mark.parametrize(
    ("audio_format", "rate_hz", "bytes_per_ms"),
    [(AudioFormat.PCM16, 24_000, 48), (AudioFormat.PCMU, 8_000, 8), (AudioFormat.PCMA, 8_000, 8)],
)
def test_a_second_lasts_a_second(
    audio_format: AudioFormat, rate_hz: int, bytes_per_ms: int
) -> None:
    assert audio_format.rate_hz == rate_hz
    assert audio_format.bytes_per_ms == bytes_per_ms
    assert audio_format.bytes_to_ms(bytes_per_ms * 1000) == 1000.0
    assert audio_format.ms_to_bytes(1000) == bytes_per_ms * 1000


def test_milliseconds_become_whole_samples() -> None:
    assert AudioFormat.PCM16.ms_to_bytes(0.06) == 2
    assert AudioFormat.PCMU.ms_to_bytes(0.3) == 2


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_silence_is_silent_in_its_own_code(audio_format: AudioFormat) -> None:
    silence = audio_format.silence(20)
    assert len(silence) == audio_format.ms_to_bytes(20)
    # A-law has no zero: its quietest value is 8.
    assert abs(decode(silence, audio_format)).max() <= (8 if audio_format == "pcma" else 0)
