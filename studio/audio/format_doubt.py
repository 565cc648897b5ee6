"""Which audio format some bytes are really in, whatever they were said to be.

Bytes decoded as what they are give a sound with a shape: peaks and valleys in its spectrum. Decoded
as anything else they give something close to noise. So each format is tried, and the one that gives
clearly the most shape is named; sounds without a shape of their own (silence, noise, clicks) leave
it open. And in PCM16 alone every second byte is of another kind.
"""

from __future__ import annotations

import numpy as np

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode

_MOST_BYTES = 16_384
_WINDOW_SAMPLES = 128
_LEAST_WINDOWS, _MOST_WINDOWS = 8, 48
_LEAST_VALUES = 24  # of 256: a tone of few samples a period looks shaped in every format
_LEAST_VALUES_PCM16 = 128  # half a second of speech takes 172 or more, G.711 tones up to 58
_LEAST_PAIRS = 400

# Of half a second of speech, in every format 144 pieces at levels from 0 to -30 dB, with noise and
# without: its own format gives 7 to 44 dB of shape, another one 2 to 12 dB (25 dB for quiet PCM16
# taken as µ-law, where its own gives more); even and odd bytes are 0.30 to 0.95 apart in PCM16,
# 0.00 to 0.08 in G.711. With these thresholds no piece, and no other sound, got a wrong format.
_SHAPE_DB, _LEAD_DB = 9.0, 4.0
_ALIKE, _APART = 0.15, 0.3
_TAPER = np.hanning(_WINDOW_SAMPLES).astype(np.float32)


def likely_format(payload: bytes) -> AudioFormat | None:
    """The format that these bytes are in; None where that cannot be told.

    Args:
        payload: from the beginning of a sample, a third of a second to a second long.
    """
    payload = payload[:_MOST_BYTES]
    shapes = sorted(((_shape_db(payload, each), each) for each in AudioFormat), reverse=True)
    (best_db, best), (next_db, _), _ = shapes
    if best_db < _SHAPE_DB or best_db - next_db < _LEAD_DB:
        return None
    values, apart = len(set(payload)), _bytes_apart(payload)
    if best is AudioFormat.PCM16:
        return best if values >= _LEAST_VALUES_PCM16 and apart > _APART else None
    return best if values >= _LEAST_VALUES and apart < _ALIKE else None


def _shape_db(payload: bytes, audio_format: AudioFormat) -> float:
    """How far the spectrum is from flat, on average over windows by their energy."""
    samples = decode(payload, audio_format)
    count = samples.size // _WINDOW_SAMPLES
    if count < _LEAST_WINDOWS:
        return 0.0
    windows = samples[: count * _WINDOW_SAMPLES].reshape(count, _WINDOW_SAMPLES)
    windows = windows[:: -(-count // _MOST_WINDOWS)].astype(np.float32)
    windows -= windows.mean()
    energies = np.square(windows).mean(axis=1)
    power = np.square(np.abs(np.fft.rfft(windows * _TAPER, axis=1)[:, 1:])) + 1.0
    shapes_db = 10 * (np.log10(power.mean(axis=1)) - np.log10(power).mean(axis=1))
    return float(shapes_db @ energies) / max(float(energies.sum()), 1.0)


def _bytes_apart(payload: bytes) -> float:
    """How differently the bytes at even and at odd places are distributed, 0 to 1.

    Pairs of equal bytes are left out: digital silence, in which all formats look alike.
    """
    pairs = np.frombuffer(payload, np.uint8, len(payload) & ~1).reshape(-1, 2)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]] >> 3
    if len(pairs) < _LEAST_PAIRS:
        return (_ALIKE + _APART) / 2
    even, odd = (np.bincount(pairs[:, place], minlength=32) for place in (0, 1))
    return float(np.abs(even - odd).sum()) / (2 * len(pairs))
