"""A terminal of 120 × 40 that a program under test paints on, and that nobody looks at."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread

_COLUMNS, _LINES = 120, 40
_LEAVING_S = 15.0


@dataclass
class Painted:
    """What the program did to its terminal."""

    process: subprocess.Popen[bytes]
    n_bytes: int = 0
    tail: bytes = b""


@contextmanager
def on_a_terminal(command: tuple[str, ...], environment: Mapping[str, str]) -> Iterator[Painted]:
    """Run a program; it is asked to end with the context."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        start_new_session=True,
    )
    os.close(theirs)
    painted = Painted(process)
    reader = Thread(target=_drain, args=(ours, painted))
    reader.start()
    try:
        yield painted
    finally:
        process.terminate()
        try:
            process.wait(_LEAVING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(_LEAVING_S)
        os.close(ours)


def _drain(terminal: int, painted: Painted) -> None:
    with suppress(OSError):  # the program has closed its end
        while chunk := os.read(terminal, 65_536):
            painted.n_bytes += len(chunk)
            painted.tail = (painted.tail + chunk)[-4_000:]
