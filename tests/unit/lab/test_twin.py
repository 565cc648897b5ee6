from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.audio.formats import AudioFormat
from studio.lab.take import Take
from studio.lab.twin import Twin
from studio.vad.detector import ProbabilityStream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.vad.whole import Probabilities


class Loudness:
    def __init__(self) -> None:
        self.heard = 0

    def probability(self, frame: NDArray[np.float32]) -> float:
        self.heard += 1
        return float(np.mean(np.square(frame, dtype=np.float64)))

    def reset(self) -> None:
        pass


class Memory(dict[str, "Probabilities"]):
    def put(self, key: str, found: Probabilities) -> None:
        self[key] = found


NOISE = np.random.default_rng(1).integers(-20_000, 20_000, 72_000).astype("<i2").tobytes()


def test_a_take_is_heard_as_the_live_detector_hears_it() -> None:
    found = Twin(Loudness, "loudness").hear(Take("noise", NOISE))
    live = ProbabilityStream(Loudness(), AudioFormat.PCM16).push(NOISE)
    assert found.dtype == np.float64
    assert found.tolist() == [value for _, value in live]


def test_equal_sound_is_heard_once() -> None:
    detector, shelf = Loudness(), Memory()
    twin = Twin(lambda: detector, "loudness", shelf)
    first = twin.hear(Take("one", NOISE))
    heard = detector.heard
    assert twin.hear(Take("another name", NOISE)) is first
    assert detector.heard == heard
    twin.hear(Take("as G.711", NOISE, AudioFormat.PCMU))
    assert detector.heard > heard
    assert len(shelf) == 2


def test_a_take_too_short_for_a_frame_has_none() -> None:
    assert Twin(Loudness, "loudness").hear(Take("short", b"\0" * 100)).size == 0
