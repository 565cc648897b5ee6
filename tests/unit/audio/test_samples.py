from __future__ import annotations

import numpy as np
import pytest

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode, encode, to_float, to_int16


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_decoded_samples_encode_to_the_same_bytes(audio_format: AudioFormat) -> None:
    payload = encode(np.arange(-32768, 32768, 7, dtype=np.int32).astype(np.int16), audio_format)
    assert encode(decode(payload, audio_format), audio_format) == payload


def test_a_torn_last_sample_is_left_out() -> None:
    assert decode(b"\x01\x00\x02\x00\x03", AudioFormat.PCM16).tolist() == [1, 2]
    assert decode(b"\x01", AudioFormat.PCM16).size == 0


def test_floats_are_clipped_not_wrapped() -> None:
    assert to_int16(np.array([-2, -1, 0, 1, 2], np.float32)).tolist() == [
        -32768, -32768, 0, 32767, 32767,
    ]  # fmt: skip
    every = np.arange(-32768, 32768).astype(np.int16)
    assert np.array_equal(to_int16(to_float(every)), every)
