from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.audio.shape import Shape

RATE_HZ = 24_000


def audio_of(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> bytes:
    return samples.astype("<i2").tobytes()


@given(
    seed=st.integers(0, 99),
    begin_ms=st.floats(-500, 4_000),
    cell_ms=st.floats(0.1, 3_000),
    cells=st.integers(1, 40),
)
def test_a_cell_has_the_peak_of_its_samples_and_none_from_far_away(
    seed: int, begin_ms: float, cell_ms: float, cells: int
) -> None:
    made = np.random.default_rng(seed)
    samples = (made.normal(0, 3_000, 60_000) * (made.random(60_000) < 0.01)).astype(np.int16)
    found = Shape(audio_of(samples), AudioFormat.PCM16).peaks(begin_ms, cell_ms, cells)
    loud = np.abs(samples.astype(np.int32)) / 32_768
    slack = cell_ms * RATE_HZ / 1000 / 16 + 1
    for at in range(cells):
        first = (begin_ms + at * cell_ms) * RATE_HZ / 1000
        last = first + cell_ms * RATE_HZ / 1000
        inside = loud[max(0, int(np.ceil(first))) : max(0, int(last))]
        around = loud[max(0, int(first - slack)) : max(0, int(np.ceil(last + slack)))]
        if np.isnan(found[at]):
            assert not inside.size
        else:
            assert found[at] >= inside.max(initial=0)
            assert found[at] <= around.max(initial=0)


@pytest.mark.parametrize("form", list(AudioFormat))
def test_silence_is_flat_and_what_lies_outside_is_unknown(form: AudioFormat) -> None:
    shape = Shape(form.silence(1000), form)
    assert shape.duration_ms == 1000
    found = shape.peaks(-500, 500, 4)
    assert np.isnan(found[[0, 3]]).all()
    assert found[1] < 0.001


def test_nothing_has_no_shape() -> None:
    shape = Shape(b"", AudioFormat.PCM16)
    assert np.isnan(shape.peaks(0, 10, 5)).all()
