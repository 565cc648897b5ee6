"""From the command to the last row of a big session on the screen, in pseudo-terminals, in turns.

Promised for a million events: at most half a second more than the empty studio takes to its first
paint where there is an index, at most four seconds where it has to be built. Beside ours stand
`lnav` and `toolong` on the same log, each where it is installed (`TOOLONG` names its command).

    python -m bench.opening [EVENTS] [ROUNDS]
"""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping
from fcntl import ioctl
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.stage.big_session import DEFAULT_EVENTS, make_session
from bench.stage.figures import machine
from studio.ui.present.words import stamp

PATIENCE_S = 60.0
WITH_INDEX_S, BUILDING_S = 0.5, 4.0
COLUMNS, LINES = 160, 45
END = b"\x1b[F"
INSPECTOR = b"3"
TERM = "xterm-256color"
PRESSED_EACH_S, KEPT_BYTES = 0.1, 1 << 20


class Seen(NamedTuple):
    """How long it took, and the most memory that the process had by then."""

    seconds: float
    megabytes: float


def until_seen(command: list[str], first: bytes, last: bytes, keys: bytes, home: Path) -> Seen:
    """Run a command in a terminal until `last` stands in what it wrote.

    Args:
        command: what to run.
        first: what it has painted once it takes keys.
        last: what is waited for.
        keys: pressed from then on, ten times a second.
        home: where it may keep things.
    """
    environment = os.environ | {"STUDIO_HOME": str(home), "HOME": str(home), "TERM": TERM}
    begin = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, environment)
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    seen, pressed_at = b"", begin
    try:
        while last not in seen:
            now = time.perf_counter()
            if now - begin > PATIENCE_S:
                raise TimeoutError(f"no {last!r} after {PATIENCE_S} s: {seen[-600:]!r}")
            ready, _, _ = select.select([terminal], [], [], 0.01)
            if ready:
                seen = seen[-KEPT_BYTES:] + os.read(terminal, 1 << 20)
            if first in seen and now - pressed_at > PRESSED_EACH_S:
                os.write(terminal, keys)
                pressed_at = now
        return Seen(time.perf_counter() - begin, peak_mb(child))
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)


def peak_mb(pid: int) -> float:
    """The most memory that a process has had (Linux), else 0."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    kilobytes = next((line.split()[1] for line in status.splitlines() if "VmHWM" in line), "0")
    return int(kilobytes) / 1024


def ways(log: Path, last: dict[str, object], home: Path) -> Mapping[str, Callable[[], Seen]]:
    """What is measured, by name."""
    studio = [sys.executable, "-m", "studio"]
    ours, theirs = stamp(float(str(last["at"]))).encode(), f'"seq":{last["seq"]}'.encode()
    painted = b"inspector"

    def opened(*, anew: bool) -> Seen:
        if anew:
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
        command = [*studio, "open", str(log.parent)]
        return until_seen(command, painted, ours, INSPECTOR + END, home)

    found: dict[str, Callable[[], Seen]] = {
        "empty studio, first paint": lambda: until_seen(studio, painted, painted, b"", home),
        "studio open, building": lambda: opened(anew=True),
        "studio open, with index": lambda: opened(anew=False),
    }
    if lnav := shutil.which("lnav"):
        found["lnav"] = lambda: until_seen([lnav, str(log)], theirs, theirs, b"", home)
    if toolong := shutil.which(os.environ.get("TOOLONG", "tl")):
        found["toolong"] = lambda: until_seen([toolong, str(log)], b'"seq":1,', theirs, END, home)
    return found


def main(events: int = DEFAULT_EVENTS, rounds: int = 5) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session, home = Path(folder) / "big", Path(folder) / "home"
        make_session(session, events)
        home.mkdir()
        log = session / "session.jsonl"
        with log.open("rb") as file:
            file.seek(-4096, os.SEEK_END)
            last = json.loads(file.read().splitlines()[-1])
        print(
            f"{events:,} events, {log.stat().st_size / 1e6:,.0f} MB, from the command to the last"
        )
        print(f"row on the screen; {machine()}; {rounds} rounds in turns")
        found: dict[str, list[Seen]] = {}
        for _ in range(rounds):
            for name, way in ways(log, last, home).items():
                found.setdefault(name, []).append(way())
    empty_s = median(seen.seconds for seen in found["empty studio, first paint"])
    limits = {
        "studio open, building": empty_s + BUILDING_S,
        "studio open, with index": empty_s + WITH_INDEX_S,
    }
    print(f"{'':28}{'p50 s':>8}{'min':>7}{'max':>7}{'limit':>8}{'peak MB':>9}")
    for name, each in found.items():
        times = [seen.seconds for seen in each]
        limit = f"{limits[name]:8.2f}" if name in limits else " " * 8
        ok = ("  ok" if median(times) <= limits[name] else "  missed") if name in limits else ""
        peak = median(seen.megabytes for seen in each)
        print(
            f"{name:28}{median(times):8.2f}{min(times):7.2f}{max(times):7.2f}{limit}{peak:9.0f}{ok}"
        )
    for name in ("lnav", "tl"):
        if not shutil.which(os.environ.get("TOOLONG", name) if name == "tl" else name):
            print(f"{name} is not installed: not measured")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:3]))
