"""Figures of the benches in words: spreads, the machine, and moments that belong together."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence

import numpy as np

from studio.runtime.clock import SystemClock


def machine() -> str:
    """What the figures were taken on."""
    load = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{SystemClock().wall():%Y-%m-%d %H:%M} UTC, load {load:.1f} at the start"
    )


def p50_p99(values_ms: Sequence[float]) -> tuple[float, float]:
    """The median and the 99th percentile; not a number where there is nothing."""
    if not values_ms:
        return float("nan"), float("nan")
    p50, p99 = np.percentile(values_ms, (50, 99))
    return float(p50), float(p99)


def lags_ms(left: Iterable[tuple[int, float]], came: Iterable[tuple[int, float]]) -> list[float]:
    """Milliseconds from each moment in `left` to that of the same sound in `came`, if it came."""
    came_at = dict(came)
    return [(came_at[name] - at) * 1000 for name, at in left if name in came_at]
