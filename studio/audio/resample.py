"""Changing the sample rate: block by block on the live path, or whole clips with soxr.

The live resampler is a polyphase windowed sinc. Its output lies on the input's own time axis
(sample `n` is the sound at `n / out_hz`), and is the same to the last bit however the input was cut
up: coefficients and samples are whole numbers small enough for float64 sums to be exact, so that
the order in which a BLAS adds them cannot matter.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = TypeVar("Samples", bound=NDArray[np.int16] | NDArray[np.float32])

_STOPBAND_DB = 80.0
_PASSBAND = 0.87  # of the lower Nyquist frequency; the stopband begins at 1.0
_BLOCK_OUTPUTS = 64
_BLOCKS_AT_ONCE = 16
"""Products so small are not worth a second thread, and a BLAS gives them none."""
_COEFFICIENT_SCALE = 2.0**20
_FLOAT_SCALE = 2.0**23  # floats are read with 24 bits: |x| < 8 keeps every sum under 2**53


@cache
def _polyphase(up: int, down: int) -> NDArray[np.float64]:
    """Whole-number filter taps, shape (up, taps): row `p` interpolates at `p / up` of a sample."""
    wider = max(1.0, down / up)
    transition = (1 - _PASSBAND) / (2 * wider)
    half = math.ceil((_STOPBAND_DB - 7.95) / (14.36 * transition) / 2)
    cutoff = (1 + _PASSBAND) / (2 * wider)
    offsets = np.arange(-half + 1, half + 1) - np.arange(up)[:, None] / up
    beta = 0.1102 * (_STOPBAND_DB - 8.7)
    window = np.i0(beta * np.sqrt(np.maximum(0, 1 - (offsets / half) ** 2))) / np.i0(beta)
    taps = cutoff * np.sinc(cutoff * offsets) * window
    taps /= taps.sum(axis=1, keepdims=True)
    return cast("NDArray[np.float64]", np.rint(taps * _COEFFICIENT_SCALE))


@cache
def _block(up: int, down: int, phase: int) -> tuple[int, NDArray[np.float64]]:
    """How many outputs a block has, and the matrix that makes them of the inputs they need."""
    taps = _polyphase(up, down)
    size = up * max(1, _BLOCK_OUTPUTS // up)
    starts, rows = np.divmod(phase + np.arange(size) * down, up)
    matrix = np.zeros((int(starts[-1]) + taps.shape[1], size))
    for column, (start, row) in enumerate(zip(starts.tolist(), rows.tolist(), strict=True)):
        matrix[start : start + taps.shape[1], column] = taps[row]
    return size, matrix


class StreamResampler:
    """Turns a stream of blocks at `in_hz` into blocks at `out_hz`, keeping its place between them.

    Output appears `lookahead_ms` of input late (2 to 5 ms), then at a constant rate.
    Feed one kind of sample (int16 or float32) per stream; the same kind comes back.
    """

    def __init__(self, in_hz: int, out_hz: int) -> None:
        common = math.gcd(in_hz, out_hz)
        self._up, self._down = out_hz // common, in_hz // common
        self._taps = _polyphase(self._up, self._down)
        self._half = self._taps.shape[1] // 2
        self._in_hz = in_hz
        self.reset()

    @property
    def lookahead_ms(self) -> float:
        """How much later input an output sample waits for."""
        return 0.0 if self._up == self._down else self._half * 1000 / self._in_hz

    def reset(self) -> None:
        """Forget the past: the next block begins a new stream."""
        self._kept = np.zeros(self._half - 1)
        self._phase = 0
        self._received = 0
        self._sent = 0

    def process(self, samples: Samples) -> Samples:
        """The output that `samples` complete."""
        if self._up == self._down:
            return samples
        self._received += samples.size
        scale = _scale_of(samples)
        return _as_kind(self._filtered(np.rint(samples * scale)), samples, scale)

    def flush(self, like: Samples) -> Samples:
        """The last output, as if silence followed; all blocks then last as long as the input did.

        `like` is any array of the stream's kind. The resampler is ready for a new stream.
        """
        wanted = -(-self._received * self._up // self._down) - self._sent
        scale = _scale_of(like)
        tail = self._filtered(np.zeros(self._half + self._down))[: max(0, wanted)]
        self.reset()
        return _as_kind(tail, like, scale)

    def _filtered(self, block: NDArray[np.float64]) -> NDArray[np.float64]:
        up, down, taps = self._up, self._down, self._taps.shape[1]
        held = np.concatenate((self._kept, block))
        # Output k of this call stands at input (phase + k * down) / up, counted from held[0].
        room = held.size - taps
        count = max(0, (room * up + up - 1 - self._phase) // down + 1) if room >= 0 else 0
        output = np.empty(count)
        step = held.itemsize
        # Many outputs at once, where there are as many: a matrix product is quicker than several
        # products with a vector.
        size, blocks = _block(up, down, self._phase)
        done = count // size * size
        ahead = down * (size // up)
        for first in range(0, done, size * _BLOCKS_AT_ONCE):
            some = output[first : min(done, first + size * _BLOCKS_AT_ONCE)].reshape(-1, size)
            shape = (len(some), blocks.shape[0])
            offset = first // size * ahead * step
            windows = np.ndarray(shape, held.dtype, held, offset, (ahead * step, step))
            np.matmul(windows, blocks, out=some)
        for k in range(done, min(done + up, count)):
            start, row = divmod(self._phase + k * down, up)
            shape = (-(-(count - k) // up), taps)
            # Overlapping windows without a copy, `down` samples apart.
            windows = np.ndarray(shape, held.dtype, held, start * step, (down * step, step))
            output[k::up] = windows @ self._taps[row]
        used, self._phase = divmod(self._phase + count * down, up)
        self._kept = held[used:]
        self._sent += count
        return output


def _scale_of(samples: NDArray[np.int16] | NDArray[np.float32]) -> float:
    return 1.0 if samples.dtype == np.int16 else _FLOAT_SCALE


def _as_kind(output: NDArray[np.float64], like: Samples, scale: float) -> Samples:
    output = output / (_COEFFICIENT_SCALE * scale)
    if like.dtype == np.int16:
        return cast("Samples", np.clip(np.rint(output), -32768, 32767).astype(np.int16))
    return cast("Samples", output.astype(np.float32))


def resample_offline(samples: Samples, in_hz: int, out_hz: int) -> Samples:
    """A whole clip at another rate, by soxr at high quality."""
    if in_hz == out_hz or not samples.size:
        return samples
    import soxr

    return cast("Samples", soxr.resample(samples, in_hz, out_hz, quality="HQ"))
