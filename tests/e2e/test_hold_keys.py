"""The talk key in a terminal that tells releases, as bytes go to the studio and come from it."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest

PRESS_T, HOLD_T, RELEASE_T = b"\x1b[116;;116u", b"\x1b[116;1:2;116u", b"\x1b[116;1:3u"
ASKS_FOR_RELEASES, ASKS_WHETHER = b"\x1b[=2;2u", b"\x1b[?u"
WANTS_NO_MORE, POPS = b"\x1b[=2;3u", b"\x1b[<u"
LONGER_THAN_A_TAP_S = 0.4
_STEPS, _STEP_S = 400, 0.05


class Terminal:
    """A terminal with the studio in it: what it wrote so far, and its session's log."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.written = b""
        self._child, self._end = pty.fork()
        if self._child == 0:
            here = {"STUDIO_HOME": str(home), "STUDIO_MICROPHONE": "silence",
                    "TERM": "xterm-kitty", "COLUMNS": "120", "LINES": "40"}  # fmt: skip
            command = (sys.executable, "-m", "studio")
            os.execvpe(command[0], command, os.environ | here)
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        while True:
            select.select([self._end], [], [])
            try:
                self.written += os.read(self._end, 65_536)
            except OSError:  # Linux says so of a terminal that nobody has open any more.
                return

    def types(self, keys: bytes) -> None:
        os.write(self._end, keys)

    def log(self) -> str:
        logs = sorted(self._home.glob("data/sessions/*/session.jsonl"))
        return logs[-1].read_text() if logs else ""

    def talk_keys(self) -> list[bool]:
        """Each move of the talk key that the session knows of."""
        moves = [line for line in self.log().splitlines() if '"local.talk_key"' in line]
        return ['"held":true' in line for line in moves]

    def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(_STEPS):
            if is_so():
                return
            sleep(_STEP_S)
        raise AssertionError(self.log()[-2000:] or self.written[-2000:])

    def leave(self) -> bytes:
        """Quit, and return what was written from then on."""
        before = len(self.written)
        self.types(b"\x1b[113;;113u")
        self._wait()
        return self.written[before:]

    def close(self) -> None:
        if self._reading.is_alive():
            os.kill(self._child, signal.SIGKILL)
            self._wait()
        os.close(self._end)

    def _wait(self) -> None:
        self._reading.join(20)
        os.waitpid(self._child, 0)


@contextmanager
def terminal(home: Path) -> Iterator[Terminal]:
    opened = Terminal(home)
    try:
        opened.until(lambda: '"session.created"' in opened.log())
        yield opened
    finally:
        opened.close()


@pytest.mark.parametrize("tells_releases", [True, False])
def test_the_talk_key(tmp_path: Path, *, tells_releases: bool) -> None:
    with terminal(tmp_path) as kitty:
        assert kitty.written.index(ASKS_FOR_RELEASES) < kitty.written.index(ASKS_WHETHER)
        if tells_releases:
            kitty.types(b"\x1b[?27u")
        kitty.types(PRESS_T)
        kitty.until(lambda: kitty.talk_keys() == [True])
        sleep(LONGER_THAN_A_TAP_S)
        kitty.types(HOLD_T + HOLD_T if tells_releases else PRESS_T)
        kitty.types(RELEASE_T if tells_releases else b"")
        kitty.until(lambda: kitty.talk_keys() == [True, False])
        kitty.types(PRESS_T + RELEASE_T if tells_releases else PRESS_T)
        kitty.until(lambda: kitty.talk_keys() == [True, False, True])
        left = kitty.leave()
        assert kitty.talk_keys() == [True, False, True]
    assert left.index(WANTS_NO_MORE) < left.index(POPS) < left.index(b"\x1b[?1049l")
    assert "Traceback" not in left.decode(errors="replace")
