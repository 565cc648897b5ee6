"""From the command to the last row of a big session on the screen, in pseudo-terminals, in turns.

Promised for a million events: at most half a second more than the empty studio takes to its first
paint where there is an index, at most four seconds where it has to be built. Beside ours stand
`lnav` and `toolong` on the same log, the first from the system, the second in an environment of its
own, that is made on request:

    python -m venv build/peers && build/peers/bin/pip install toolong
    python -m bench.opening [EVENTS] [ROUNDS]

`TOOLONG` names its command where it is installed elsewhere. A peer that is not there is said.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping
from fcntl import ioctl
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.stage.big_session import DEFAULT_EVENTS, make_session
from bench.stage.figures import machine
from bench.stage.surroundings import surroundings
from studio.ui.present.words import stamp

PATIENCE_S = 180.0
WITH_INDEX_S, BUILDING_S = 0.5, 4.0
COLUMNS, LINES = 160, 45
END = b"\x1b[F"
INSPECTOR = b"3"
TERM = "xterm-256color"
PRESSED_EACH_S, KEPT_BYTES = 0.1, 1 << 16
CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()].|[=>78])|[\r\x0e\x0f]")
PEERS = Path(__file__).parents[1] / "build" / "peers" / "bin"


TOOLONG = os.environ.get("TOOLONG", str(PEERS / "tl"))


class Seen(NamedTuple):
    """How long it took, and the most memory that the process had by then."""

    seconds: float
    megabytes: float


def until_seen(command: list[str], first: str, last: str, keys: bytes, home: Path) -> Seen:
    """Run a command in a terminal until `last` stands in what it wrote, colours apart.

    Args:
        command: what to run.
        first: a pattern of what it has painted once it takes keys.
        last: a pattern of what is waited for.
        keys: pressed from then on, ten times a second.
        home: where it may keep things.
    """
    environment = surroundings(STUDIO_HOME=str(home), HOME=str(home), TERM=TERM)
    begin = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        os.execvpe(command[0], command, environment)
    written, pressed_at, takes_keys = b"", begin, False
    try:
        while True:
            now = time.perf_counter()
            if now - begin > PATIENCE_S:
                raise TimeoutError(f"no {last!r} after {PATIENCE_S} s: {words(written)[-600:]!r}")
            if select.select([terminal], [], [], 0.01)[0]:
                written = written[-KEPT_BYTES:] + os.read(terminal, 1 << 20)
                shown = words(written)
                takes_keys = takes_keys or re.search(first, shown) is not None
                if takes_keys and re.search(last, shown):
                    return Seen(time.perf_counter() - begin, peak_mb(child))
            if takes_keys and keys and now - pressed_at > PRESSED_EACH_S:
                os.write(terminal, keys)
                pressed_at = now
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def words(written: bytes) -> str:
    """What was written without how it looks and where it stands."""
    return CONTROL.sub("", written.decode(errors="ignore"))


def peak_mb(pid: int) -> float:
    """The most memory that a process has had (Linux), else 0."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    kilobytes = next((line.split()[1] for line in status.splitlines() if "VmHWM" in line), "0")
    return int(kilobytes) / 1024


def ways(log: Path, last: dict[str, Any], home: Path) -> Mapping[str, Callable[[], Seen]]:
    """What is measured, by name."""
    studio = [sys.executable, "-m", "studio"]
    ours = rf"{re.escape(stamp(last['at'])[:9])}.{{0,40}}{re.escape(last['event']['type'])}"
    theirs = rf'"seq":{last["seq"]}\b'
    last_but_one = rf'"seq":{last["seq"] - 1}\b'  # toolong's page ends there
    painted = "inspector"

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
    if toolong := shutil.which(TOOLONG):
        command = [toolong, str(log)]
        found["toolong"] = lambda: until_seen(command, last_but_one, last_but_one, b"", home)
    return found


def main(events: int = DEFAULT_EVENTS, rounds: int = 5) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
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
    for name in ("lnav", "toolong"):
        if name not in found:
            print(f"{name} is not installed: not measured")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:3]))
