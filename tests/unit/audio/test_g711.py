"""The standard is written out here once more, as its tables of decision values."""

from __future__ import annotations

import sys
import warnings
from bisect import bisect_right
from itertools import accumulate

import numpy as np
import pytest

from studio.audio.g711 import decode_a_law, decode_mu_law, encode_a_law, encode_mu_law

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)
EVERY_CODE = bytes(range(256))

# G.711 table 2, in 14 bits: a half step at zero, 15 steps of 2, then 16 each twice as wide.
MU_STEPS = [1, *[2] * 15, *(2 ** (segment + 1) for segment in range(1, 8) for _ in range(16))]
# G.711 table 1, in 13 bits: 32 steps of 2, then 16 each twice as wide.
A_STEPS = [*[2] * 32, *(2**segment for segment in range(2, 8) for _ in range(16))]


def decisions(steps: list[int]) -> list[int]:
    return [0, *accumulate(steps)][: len(steps)]


def test_mu_law_codes_follow_the_decision_values() -> None:
    expected = bytearray()
    for sample in EVERY_SAMPLE.tolist():
        linear = sample >> 2
        interval = bisect_right(decisions(MU_STEPS), abs(linear)) - 1
        expected.append(0xFF - (interval + (0x80 if linear < 0 else 0)))
    assert encode_mu_law(EVERY_SAMPLE) == bytes(expected)


def test_a_law_codes_follow_the_decision_values() -> None:
    expected = bytearray()
    for sample in EVERY_SAMPLE.tolist():
        linear = sample >> 3
        interval = bisect_right(decisions(A_STEPS), linear if linear >= 0 else ~linear) - 1
        expected.append((interval + (0x80 if linear >= 0 else 0)) ^ 0x55)
    assert encode_a_law(EVERY_SAMPLE) == bytes(expected)


def test_mu_law_values_are_the_middles_of_their_intervals() -> None:
    for code, value in zip(EVERY_CODE, decode_mu_law(EVERY_CODE).tolist(), strict=True):
        interval = (0xFF - code) & 0x7F
        middle = decisions(MU_STEPS)[interval] + MU_STEPS[interval] // 2
        assert value == 4 * middle * (1 if code & 0x80 else -1)


def test_a_law_values_are_the_middles_of_their_intervals() -> None:
    for code, value in zip(EVERY_CODE, decode_a_law(EVERY_CODE).tolist(), strict=True):
        interval = (code ^ 0x55) & 0x7F
        middle = decisions(A_STEPS)[interval] + A_STEPS[interval] // 2
        assert value == 8 * middle * (1 if code & 0x80 else -1)


def test_what_was_decoded_encodes_to_itself() -> None:
    assert encode_a_law(decode_a_law(EVERY_CODE)) == EVERY_CODE
    again = bytearray(encode_mu_law(decode_mu_law(EVERY_CODE)))
    assert again[0x7F] == 0xFF  # negative zero becomes zero
    again[0x7F] = 0x7F
    assert again == EVERY_CODE


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="audioop left Python in 3.13")
def test_agrees_with_audioop() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import audioop

    linear = EVERY_SAMPLE.astype("<i2").tobytes()
    assert encode_mu_law(EVERY_SAMPLE) == audioop.lin2ulaw(linear, 2)
    assert encode_a_law(EVERY_SAMPLE) == audioop.lin2alaw(linear, 2)
    assert decode_mu_law(EVERY_CODE).astype("<i2").tobytes() == audioop.ulaw2lin(EVERY_CODE, 2)
    assert decode_a_law(EVERY_CODE).astype("<i2").tobytes() == audioop.alaw2lin(EVERY_CODE, 2)
