"""Asking the system to run sound before everything else, as far as it is granted."""

from __future__ import annotations

import gc
import os
from contextlib import suppress

_REAL_TIME_PRIORITY = 5


def prefer_this_process() -> None:
    """Keep garbage collections short, and this thread ahead of others; its children are not."""
    gc.collect()
    gc.freeze()
    _prefer(os.SCHED_RR | os.SCHED_RESET_ON_FORK if hasattr(os, "SCHED_RR") else 0)


def prefer_this_thread() -> None:
    """Put the calling thread ahead of others, such as one that a sound library started."""
    _prefer(getattr(os, "SCHED_RR", 0))


def _prefer(policy: int) -> None:
    # Linux only, and only for root or with a limit raised; sound works without, less surely.
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, policy, os.sched_param(_REAL_TIME_PRIORITY))
