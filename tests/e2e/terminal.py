"""The studio in a pseudo-terminal: bytes go to it and come from it, as in a person's."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

_STEPS, _STEP_S = 400, 0.05
_LEAVING_S = 20
_CONTROL = re.compile(
    r"\x1b(?:\[[0-9;:?<=>]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|.)"
)


class Terminal:
    """A terminal of 120 by 40 with the studio in it.

    Args:
        home: where it keeps things.
        arguments: of the command.
        kind: what the terminal says it is.

    Attributes:
        written: what the studio wrote so far.
        status: its exit status, once it ended by itself.
    """

    def __init__(self, home: Path, *arguments: str, kind: str = "xterm-256color") -> None:
        self.written = b""
        self.status: int | None = None
        self._child, self._end = pty.fork()
        if self._child == 0:
            here = {
                "STUDIO_HOME": str(home),
                "STUDIO_MICROPHONE": "silence",
                "STUDIO_SPEAKER": "silent",
                "TERM": kind,
                "COLUMNS": "120",
                "LINES": "40",
            }
            command = (sys.executable, "-m", "studio", *arguments)
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

    @property
    def settings(self) -> list[Any]:
        """How the terminal treats what is typed."""
        return termios.tcgetattr(self._end)

    def words(self, since: int = 0) -> str:
        """What was written from byte `since` on, without escape sequences."""
        return _CONTROL.sub("", self.written[since:].decode(errors="replace"))

    def types(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._end, keys)

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait for something that comes about."""
        for _ in range(_STEPS):
            if is_so():
                return
            sleep(_STEP_S)
        raise AssertionError(self.words()[-4000:])

    def leave(self, keys: bytes) -> bytes:
        """Press what quits, and return what was written from then on."""
        before = len(self.written)
        self.types(keys)
        self._wait()
        return self.written[before:]

    def close(self) -> None:
        """End the studio if it still runs, and the terminal."""
        if self.status is None:
            os.kill(self._child, signal.SIGKILL)
            self._wait()
        os.close(self._end)

    def _wait(self) -> None:
        self._reading.join(_LEAVING_S)
        _, status = os.waitpid(self._child, 0)
        self.status = os.waitstatus_to_exitcode(status)
