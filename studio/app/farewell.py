"""The signals that ask a process to end, as calls.

A signal that whoever started the process wants ignored, as `nohup` does, stays ignored.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ASKED = (signal.SIGINT, signal.SIGTERM)
"""Ctrl+C, and `kill`."""
HUNG_UP = signal.SIGHUP
"""The terminal is gone."""


@contextmanager
def heeding(signals: tuple[signal.Signals, ...], end: Callable[[], None]) -> Iterator[None]:
    """Call `end` in the running loop each time that one of the signals arrives."""
    loop = asyncio.get_running_loop()
    before = {each: signal.getsignal(each) for each in signals}
    heeded = [each for each in signals if before[each] is not signal.SIG_IGN]
    for each in heeded:
        loop.add_signal_handler(each, end)
    try:
        yield
    finally:
        for each in heeded:
            loop.remove_signal_handler(each)
            signal.signal(each, before[each])


@contextmanager
def dying_of_hangup(last: Callable[[], None]) -> Iterator[None]:
    """Call `last` when the terminal goes, then die of that at once.

    What paints would wait for ever for a terminal that takes nothing any more, and so may the loop:
    this interrupts whatever the main thread is doing.
    """

    def hung_up(*_: object) -> None:
        try:
            last()
        finally:
            signal.signal(HUNG_UP, signal.SIG_DFL)
            signal.raise_signal(HUNG_UP)

    before = signal.getsignal(HUNG_UP)
    if before is signal.SIG_IGN:
        yield
        return
    signal.signal(HUNG_UP, hung_up)
    try:
        yield
    finally:
        signal.signal(HUNG_UP, before)
