"""Sees the machine stand still: wakes often, before ordinary programs where that is allowed.

Prints `ready`. For each line of its standard input it prints what it saw since the line before, as
an object: `worst_late_ms`, how late it woke at worst, and `stolen`, the part of the processors'
time that the machine's host gave to others, from 0 to 1. It ends with its standard input.
"""

from __future__ import annotations

import json
import os
import select
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter

_NAP_S = 0.005
_PRIORITY = 10
_STEAL = 8
"""The column of `/proc/stat` that has it; all of them are ticks."""


def ticks() -> tuple[int, int]:
    """The processors' ticks that were stolen, and all of them."""
    try:
        first, *_ = Path("/proc/stat").read_text().splitlines()
    except OSError:
        return 0, 0
    fields = first.split()
    return int(fields[_STEAL]), sum(map(int, fields[1:9]))


def main() -> None:
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
    print("ready", flush=True)  # noqa: T201
    worst_s, (stolen, total) = 0.0, ticks()
    while True:
        fell_asleep = perf_counter()
        asked, _, _ = select.select([sys.stdin], [], [], _NAP_S)
        worst_s = max(worst_s, perf_counter() - fell_asleep - _NAP_S)
        if not asked:
            continue
        if not sys.stdin.readline():
            return
        now_stolen, now_total = ticks()
        told = {
            "worst_late_ms": worst_s * 1000,
            "stolen": (now_stolen - stolen) / max(now_total - total, 1),
        }
        print(json.dumps(told), flush=True)  # noqa: T201
        worst_s, stolen, total = 0.0, now_stolen, now_total


if __name__ == "__main__":
    main()
