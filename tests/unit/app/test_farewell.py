from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from studio.app.farewell import ASKED, heeding

HANGUP = """
import signal, sys
from studio.app.farewell import dying_of_hangup
signal.signal(signal.SIGHUP, signal.{before})
with dying_of_hangup(lambda: print("kept", flush=True)):
    signal.raise_signal(signal.SIGHUP)
    print("lived on")
"""


@pytest.fixture
def unignored() -> Iterator[None]:
    """Whoever runs the tests may want a signal ignored, as `nohup` does."""
    before = {each: signal.signal(each, signal.SIG_DFL) for each in ASKED}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("unignored")
async def test_each_signal_calls_and_afterwards_none_does() -> None:
    before = [signal.getsignal(each) for each in ASKED]
    calls: asyncio.Queue[None] = asyncio.Queue()
    with heeding(ASKED, lambda: calls.put_nowait(None)):
        for each in ASKED:
            signal.raise_signal(each)
            await calls.get()
    assert calls.empty()
    assert [signal.getsignal(each) for each in ASKED] == before


async def test_what_shall_be_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with heeding((signal.SIGHUP,), lambda: None):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_terminal_that_goes_lets_settings_be_kept_and_then_ends_the_process() -> None:
    assert hung_up("SIG_DFL") == (-signal.SIGHUP, "kept")
    assert hung_up("SIG_IGN") == (0, "lived on")


def hung_up(before: str) -> tuple[int, str]:
    program = HANGUP.format(before=before)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip()
