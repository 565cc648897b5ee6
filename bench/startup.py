"""Command to first paint: the studio beside an empty Textual app, in a pseudo-terminal, in turns.

The promise: at most 1.5 times an empty Textual app, since worker and server start behind the paint.
"""

from __future__ import annotations

import os
import platform
import pty
import select
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.stage.surroundings import surroundings

ROUNDS = 9
LIMIT_RATIO = 1.5
PATIENCE_S = 20.0
EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("ready-mark")
Empty().run()
"""


def seconds_to_paint(command: list[str], mark: bytes, environment: dict[str, str]) -> float:
    """Seconds from the start of `command` until `mark` stands in what it wrote to its terminal."""
    begin = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, environment)
    seen = b""
    try:
        while mark not in seen:
            if time.perf_counter() - begin > PATIENCE_S:
                raise TimeoutError(f"no {mark!r} after {PATIENCE_S} s: {seen[-300:]!r}")
            ready, _, _ = select.select([terminal], [], [], 0.05)
            if ready:
                seen += os.read(terminal, 65536)
        return time.perf_counter() - begin
    finally:
        os.kill(child, 15)
        os.waitpid(child, 0)
        os.close(terminal)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY_APP)
        environment = surroundings(
            STUDIO_HOME=folder,
            STUDIO_MICROPHONE="silence",
            TERM="xterm-256color",
            COLUMNS="120",
            LINES="40",
        )
        commands = {
            "empty Textual app": ([sys.executable, str(empty)], b"ready-mark"),
            "studio": ([sys.executable, "-m", "studio"], b"transcript"),
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for command, mark in commands.values():
            seconds_to_paint(command, mark, environment)
        for _ in range(ROUNDS):
            for name, (command, mark) in commands.items():
                times[name].append(seconds_to_paint(command, mark, environment) * 1000)
    base = statistics.median(times["empty Textual app"])
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"Start to first paint · {machine}, {ROUNDS} rounds in turns")
    print(f"{'':<20}{'p50 ms':>9}{'min':>8}{'max':>8}{'ratio':>8}{'limit':>8}")
    for name, found in times.items():
        p50, low, high = statistics.median(found), min(found), max(found)
        row = f"{name:<20}{p50:>9.0f}{low:>8.0f}{high:>8.0f}{p50 / base:>8.2f}"
        print(f"{row}{LIMIT_RATIO:>8.2f}")


if __name__ == "__main__":
    main()
