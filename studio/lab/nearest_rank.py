"""The one definition of a percentile of delays: nearest rank, a delay that some turn really had."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_ROUNDING = 1e-9
"""20 × 0.95 is 19, whatever floats make of it."""

Number = TypeVar("Number", int, float)


@overload
def nearest_rank(counts: int, share: float) -> int: ...
@overload
def nearest_rank(counts: NDArray[np.int64], share: float) -> NDArray[np.float64]: ...
def nearest_rank(counts: int | NDArray[np.int64], share: float) -> int | NDArray[np.float64]:
    """Which of so many, in order, so large a share lies at or before: 1 for the first."""
    if isinstance(counts, int):
        return max(1, math.ceil(share * counts - _ROUNDING))
    found: NDArray[np.float64] = np.maximum(1, np.ceil(share * counts - _ROUNDING))
    return found


def percentile(ordered: Sequence[Number], share: float) -> Number | None:
    """What so large a share of ascending values has at most; None of nothing."""
    return ordered[nearest_rank(len(ordered), share) - 1] if ordered else None
