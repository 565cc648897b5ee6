"""Wire bytes to 16-bit samples and back, for every audio format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.audio.formats import AudioFormat
from studio.audio.g711 import decode_a_law, decode_mu_law, encode_a_law, encode_mu_law

if TYPE_CHECKING:
    from numpy.typing import NDArray


def decode(payload: bytes, audio_format: AudioFormat) -> NDArray[np.int16]:
    """Samples at the format's own rate; a torn last sample (an odd byte of PCM16) is left out."""
    match audio_format:
        case AudioFormat.PCM16:
            return np.frombuffer(payload, "<i2", len(payload) // 2).astype(np.int16, copy=False)
        case AudioFormat.PCMU:
            return decode_mu_law(payload)
        case AudioFormat.PCMA:
            return decode_a_law(payload)


def encode(samples: NDArray[np.int16], audio_format: AudioFormat) -> bytes:
    """Wire bytes of samples that are already at the format's rate."""
    match audio_format:
        case AudioFormat.PCM16:
            return samples.astype("<i2", copy=False).tobytes()
        case AudioFormat.PCMU:
            return encode_mu_law(samples)
        case AudioFormat.PCMA:
            return encode_a_law(samples)


def to_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Samples as floats in [-1, 1)."""
    return samples.astype(np.float32) / np.float32(32768)


def to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Floats as 16-bit samples, rounded, and clipped outside [-1, 1)."""
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
