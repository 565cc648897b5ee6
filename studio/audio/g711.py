"""ITU-T G.711, both laws, by table: 16-bit linear samples to 8-bit codes and back.

A 16-bit sample is reduced to the 14 bits (µ-law) or 13 bits (A-law) of the standard by an
arithmetic shift, as telephone software commonly does it. The tables are built on first use.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MU_BIAS = 33
_MU_LARGEST = 8158  # 14-bit magnitude: the last one inside the top segment once biased
_A_EVEN_BITS = 0x55  # A-law inverts every other bit on the line


def encode_mu_law(samples: NDArray[np.int16]) -> bytes:
    """One µ-law code for each sample."""
    return _encoded(samples, _mu_encoder())


def decode_mu_law(codes: bytes) -> NDArray[np.int16]:
    """One 16-bit sample for each µ-law code."""
    return _mu_decoder()[np.frombuffer(codes, np.uint8)]


def encode_a_law(samples: NDArray[np.int16]) -> bytes:
    """One A-law code for each sample."""
    return _encoded(samples, _a_encoder())


def decode_a_law(codes: bytes) -> NDArray[np.int16]:
    """One 16-bit sample for each A-law code."""
    return _a_decoder()[np.frombuffer(codes, np.uint8)]


def _encoded(samples: NDArray[np.int16], table: NDArray[np.uint8]) -> bytes:
    return table[np.ascontiguousarray(samples, np.int16).view(np.uint16)].tobytes()


def _every_sample() -> NDArray[np.int32]:
    """All 65,536 samples in the order of their unsigned bit patterns."""
    return np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)


def _bit_length(values: NDArray[np.int32]) -> NDArray[np.int32]:
    return cast("NDArray[np.int32]", np.frexp(values)[1])


@cache
def _mu_encoder() -> NDArray[np.uint8]:
    linear = _every_sample() >> 2
    biased = np.minimum(np.abs(linear), _MU_LARGEST) + _MU_BIAS
    segment = _bit_length(biased) - 6
    code = (segment << 4) | ((biased >> (segment + 1)) & 0x0F)
    sign = np.where(linear < 0, 0x80, 0)
    return np.asarray((code | sign) ^ 0xFF, np.uint8)


@cache
def _mu_decoder() -> NDArray[np.int16]:
    code = np.arange(256) ^ 0xFF
    magnitude = ((((code & 0x0F) * 2 + _MU_BIAS) << ((code >> 4) & 7)) - _MU_BIAS) << 2
    return np.asarray(np.where(code & 0x80, -magnitude, magnitude), np.int16)


@cache
def _a_encoder() -> NDArray[np.uint8]:
    linear = _every_sample() >> 3
    magnitude = np.where(linear < 0, ~linear, linear)
    segment = np.maximum(_bit_length(magnitude) - 5, 0)
    code = (segment << 4) | ((magnitude >> np.maximum(segment, 1)) & 0x0F)
    sign = np.where(linear < 0, 0, 0x80)
    return np.asarray((code | sign) ^ _A_EVEN_BITS, np.uint8)


@cache
def _a_decoder() -> NDArray[np.int16]:
    code = np.arange(256) ^ _A_EVEN_BITS
    segment = (code >> 4) & 7
    step = ((code & 0x0F) << 1) + np.where(segment > 0, 33, 1)
    magnitude = (step << np.maximum(segment - 1, 0)) << 3
    return np.asarray(np.where(code & 0x80, magnitude, -magnitude), np.int16)
