"""Silero's speech network (v5, 16 kHz) in numpy: as many frames at once as there are.

All but the recurrent step depends on one frame and the end of the frame before it, and is done for
many frames in one call. Each frame's product has the same shape however many come together, so that
its bits do not depend on that: what is heard live is what is heard in a file. Against the
network's own runtime the probabilities differ by some 1e-5, as two runtimes do.

Sigmoids are halves of hyperbolic tangents; the factor of a half is in the weights, where it is
exact.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.core.units import VAD_FRAME_SAMPLES

if TYPE_CHECKING:
    from studio.vad.onnx_weights import Weights

Floats = NDArray[np.float32]

ARITHMETIC = "numpy-1"
"""Another name where the bits of a probability may be others."""

CONTEXT_SAMPLES = 64
"""How much of the sound before a frame goes with it."""
HIDDEN = 128

_STFT_SAMPLES, _HOP, _STEPS = 256, 128, 4
_BINS = _STFT_SAMPLES // 2 + 1
_STRIDES = (1, 2, 2, 1)
_TAPS = 3
_AT_ONCE = 64
"""Frames that fit into the processor's cache together."""

_PREFIX = "If_0_then_branch__Inline_0__"
"""Of the weights for 16 kHz; the file has a second set for 8 kHz."""


class _Layer(NamedTuple):
    """A convolution over time: which inputs each step takes, and the weights for them."""

    columns: NDArray[np.intp]
    weights: Floats
    bias: Floats


class Memory(NamedTuple):
    """What the network remembers of a stream."""

    hidden: Floats
    cell: Floats
    context: Floats

    @staticmethod
    def fresh() -> Memory:
        """Nothing yet."""
        zeros = np.zeros(HIDDEN, np.float32)
        return Memory(zeros, zeros, np.zeros(CONTEXT_SAMPLES, np.float32))


class SpeechNetwork:
    """The weights, laid out for numpy; one serves any number of streams and threads.

    Raises:
        KeyError: a weight is missing.
        ValueError: one has another shape.
    """

    def __init__(self, weights: Weights) -> None:
        def named(name: str) -> Floats:
            return weights[_PREFIX + name]

        basis = named("stft.forward_basis_buffer").reshape(2 * _BINS, _STFT_SAMPLES).T
        self._real, self._imaginary = _packed(basis[:, :_BINS]), _packed(basis[:, _BINS:])
        self._windows = _stft_columns()
        self._layers: list[_Layer] = []
        steps = _STEPS
        for number, stride in enumerate(_STRIDES):
            taps = named(f"encoder.{number}.reparam_conv.weight")
            bias = named(f"encoder.{number}.reparam_conv.bias")
            columns = _layer_columns(steps, taps.shape[1], stride)
            packed = _packed(taps.transpose(2, 1, 0).reshape(-1, taps.shape[0]))
            self._layers.append(_Layer(columns, packed, bias))
            steps = columns.shape[0]
        halves = np.full(4 * HIDDEN, 0.5, np.float32)
        halves[2 * HIDDEN : 3 * HIDDEN] = 1
        self._input = _packed(named("decoder.rnn.weight_ih").T * halves)
        self._recurrent = _packed(named("decoder.rnn.weight_hh").T * halves)
        self._gate_bias = (named("decoder.rnn.bias_ih") + named("decoder.rnn.bias_hh")) * halves
        self._output = named("decoder.decoder.2.weight").reshape(HIDDEN)
        self._output_bias = float(named("decoder.decoder.2.bias")[0])

    def hear(self, frames: Floats, memory: Memory) -> tuple[list[float], Memory]:
        """The probability of speech in each frame, and what is remembered then.

        Args:
            frames: samples in [-1, 1], shape (frames, 512).
            memory: what the stream left before.
        """
        found: list[float] = []
        for at in range(0, len(frames), _AT_ONCE):
            some = frames[at : at + _AT_ONCE]
            gates = self._gates(_with_context(some, memory.context))
            hidden, cell = memory.hidden, memory.cell
            for each in gates:
                hidden, cell = self._step(each, hidden, cell)
                heard = float(np.maximum(hidden, 0) @ self._output) + self._output_bias
                found.append(0.5 + 0.5 * math.tanh(0.5 * heard))
            memory = Memory(hidden, cell, some[-1, -CONTEXT_SAMPLES:].copy())
        return found, memory

    def _gates(self, sound: Floats) -> Floats:
        """What the recurrent step is given for each frame, shape (frames, 512)."""
        windows = np.take(sound, self._windows, axis=1)
        real, imaginary = windows @ self._real, windows @ self._imaginary
        found = np.sqrt(real * real + imaginary * imaginary)
        for layer in self._layers:
            count, steps, channels = found.shape
            padded = np.zeros((count, (steps + 2) * channels), np.float32)
            padded[:, channels:-channels] = found.reshape(count, -1)
            taken = np.take(padded, layer.columns, axis=1)
            found = np.maximum(taken @ layer.weights + layer.bias, 0)
        gates: Floats = (found @ self._input + self._gate_bias)[:, 0]
        return gates

    def _step(self, gates: Floats, hidden: Floats, cell: Floats) -> tuple[Floats, Floats]:
        """One step of the recurrent cell: its hidden state and its cell after a frame."""
        bent = np.tanh(gates + hidden @ self._recurrent)
        opened = bent * np.float32(0.5) + np.float32(0.5)
        cell = opened[HIDDEN : 2 * HIDDEN] * cell + (
            opened[:HIDDEN] * bent[2 * HIDDEN : 3 * HIDDEN]
        )
        return opened[3 * HIDDEN :] * np.tanh(cell), cell


def _packed(weights: Floats) -> Floats:
    return np.ascontiguousarray(weights, np.float32)


def _with_context(frames: Floats, context: Floats) -> Floats:
    """Each frame behind the end of the one before it."""
    sound = np.empty((len(frames), CONTEXT_SAMPLES + VAD_FRAME_SAMPLES), np.float32)
    sound[:, CONTEXT_SAMPLES:] = frames
    sound[0, :CONTEXT_SAMPLES] = context
    sound[1:, :CONTEXT_SAMPLES] = frames[:-1, -CONTEXT_SAMPLES:]
    return sound


def _stft_columns() -> NDArray[np.intp]:
    """Which samples each window takes: past a frame's end, the sound is mirrored."""
    length = CONTEXT_SAMPLES + VAD_FRAME_SAMPLES
    at = np.arange(_STEPS)[:, None] * _HOP + np.arange(_STFT_SAMPLES)
    return np.where(at < length, at, 2 * (length - 1) - at)


def _layer_columns(steps: int, channels: int, stride: int) -> NDArray[np.intp]:
    """Which inputs each output step takes, with a step of zeros on both sides."""
    begins = np.arange(0, steps + 2 - _TAPS + 1, stride) * channels
    return begins[:, None] + np.arange(_TAPS * channels)
