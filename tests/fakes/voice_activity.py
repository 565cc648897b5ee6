"""A speech detector that hears loudness: deterministic, and without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.audio.formats import AudioFormat

_LOUD = 0.05


class LoudnessDetector:
    """Certain of speech in every frame whose mean level is over a twentieth of full scale."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        return 0.95 if float(np.abs(frame).mean()) > _LOUD else 0.02

    def reset(self) -> None:
        """It remembers nothing."""


def tone(ms: int, audio_format: AudioFormat, level: float = 0.5) -> bytes:
    """Wire bytes of a loud 400 Hz tone."""
    from studio.audio.samples import encode, to_int16

    count = ms * audio_format.rate_hz // 1000
    phase = np.arange(count) * (2 * np.pi * 400 / audio_format.rate_hz)
    return encode(to_int16((level * np.sin(phase)).astype(np.float32)), audio_format)


class LevelDetector:
    """As sure of speech as a frame of a tone is loud: 0.5 at an amplitude of 0.5."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        return min(1.0, float(np.abs(frame).mean()) * np.pi / 2)

    def reset(self) -> None:
        """It remembers nothing."""
