"""What a provider's turn detection would make of a take: one pass of the detector, then arithmetic.

The probabilities of a take depend on its sound and the detector alone. Threshold, silence, padding
and the provider's profile are applied to them afterwards, by the segmenter that the local server
runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from studio.vad.detector import ProbabilityStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from studio.lab.take import Take
    from studio.vad.detector import SpeechDetector
    from studio.vad.whole import Probabilities

_PIECE_MS = 2_000.0


class Shelf(Protocol):
    """Keeps passes by what was heard and by whom, for the next time."""

    def get(self, key: str) -> Probabilities | None:
        """The pass that was kept; None where there is none."""
        ...

    def put(self, key: str, found: Probabilities) -> None:
        """Keep a pass."""
        ...


class Pass(NamedTuple):
    """A pass as far as it has come: a probability for each frame, and the share of the take."""

    probabilities: Probabilities
    share: float


class Twin:
    """Listens to takes once.

    Args:
        detector: makes the detector; one for each pass.
        detector_name: name and version, since another one hears differently.
        shelf: where passes are kept; None keeps none.
    """

    def __init__(
        self,
        detector: Callable[[], SpeechDetector],
        detector_name: str,
        shelf: Shelf | None = None,
    ) -> None:
        self._detector = detector
        self._name = detector_name
        self._shelf = shelf

    @property
    def name(self) -> str:
        """Of the detector, with its version."""
        return self._name

    def hear(self, take: Take) -> Probabilities:
        """A probability for each whole 32 ms frame of the take, as the live detector gives it."""
        *_, whole = self.listen(take)
        return whole.probabilities

    def listen(self, take: Take) -> Iterator[Pass]:
        """The pass as it grows, whole at the end; at once where it was heard before."""
        key = f"{take.digest}-{self._name}"
        known = self._shelf.get(key) if self._shelf is not None else None
        if known is not None:
            yield Pass(known, 1.0)
            return
        stream = ProbabilityStream(self._detector(), take.audio_format)
        values: list[float] = []
        heard_ms = 0.0
        for piece in take.pieces(_PIECE_MS):
            values += [value for _, value in stream.push(piece)]
            heard_ms += take.audio_format.bytes_to_ms(len(piece))
            if heard_ms < take.duration_ms:
                yield Pass(np.array(values, np.float64), heard_ms / take.duration_ms)
        found = np.array(values, np.float64)
        if self._shelf is not None:
            self._shelf.put(key, found)
        yield Pass(found, 1.0)
