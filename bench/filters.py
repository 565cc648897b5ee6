"""How fast filters are on a stored session of a million events, beside jq, lnav and grep.

Run `python -m bench.filters [EVENTS]`. `select` is the filter alone, in a store that is open, the
best of three; `slice` is the longest that it keeps the screen waiting in one of them. `command` is
all of `studio events --count`, the index being there; a peer reads the same log, from the system's
file cache. A peer stands out where it can ask the same; what it finds instead of our number is said
behind its time. Filters of columns have 150 ms; those that read payloads (words, a pattern, a path)
are full text and have 500 ms.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.stage.big_session import DEFAULT_EVENTS, make_session
from bench.stage.figures import machine
from studio.query.filter import parse
from studio.storage.reader import open_session
from studio.storage.store import EventStore, open_store

if TYPE_CHECKING:
    from studio.query.table import Facts

RUNS = 3
STRUCTURED_MS, TEXT_MS = 150.0, 500.0


class Question(NamedTuple):
    """A filter, the limit of its class, and the same for peers."""

    filter: str
    limit_ms: float
    jq: str = ""
    lnav: str = ""
    grep: tuple[str, ...] = ()


QUESTIONS = (
    Question(
        "type:response.done",
        STRUCTURED_MS,
        'select(.event.type == "response.done")',
        r'"type":"response\.done"',
        ("-F", '"type":"response.done"'),
    ),
    Question("type:response -is:delta", STRUCTURED_MS),
    Question("from:client size > 1kB", STRUCTURED_MS),
    Question("gap > 50ms", STRUCTURED_MS),
    Question("item:item_E (is:audio or is:error)", STRUCTURED_MS),
    Question("turn:300-500 since > 1.2s", STRUCTURED_MS),
    Question(
        "weather",
        TEXT_MS,
        'select(.event | tojson | test("weather"; "i"))',
        "weather",
        ("-iF", "weather"),
    ),
    Question("東京", TEXT_MS, 'select(.event | tojson | contains("東京"))', "東京", ("-F", "東京")),
    Question(
        "/speech_(started|stopped)/",
        TEXT_MS,
        'select(.event | tojson | test("speech_(started|stopped)"))',
        "speech_(started|stopped)",
        ("-E", "speech_(started|stopped)"),
    ),
    Question(
        ".response.usage.total_tokens > 300",
        TEXT_MS,
        "select(.event.response.usage.total_tokens > 300)",
    ),
    Question("type:response.done .response.status != completed", TEXT_MS),
    Question(".* = 7", TEXT_MS),
)


class MadeUp:
    """Turns of 400 events, and an anchor every second: folding is another bench's matter."""

    def __init__(self, store: EventStore) -> None:
        self.turn = (np.arange(len(store)) // 400).astype(np.uint32)
        self.problem = np.zeros(len(store), np.bool_)
        self.anchor_s = np.floor(store.columns.at / 2) * 2


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds that some work takes, and what it finds."""
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def ours(text: str, store: EventStore, facts: Facts) -> tuple[float, float, int]:
    """Milliseconds of all of it and of its longest slice, and how many are found."""
    best = longest = float("inf")
    found = 0
    for _ in range(RUNS):
        slices = parse(text).select_in_slices(store, facts)
        times, found = [], 0
        begun = time.perf_counter()
        for verdicts in slices:
            found += int(np.count_nonzero(verdicts))
            times.append(time.perf_counter() - begun)
            begun = time.perf_counter()
        if sum(times) < best:
            best, longest = sum(times), max(times)
    return best * 1000, longest * 1000, found


def commands(question: Question, log: Path) -> dict[str, list[str]]:
    """How each program is asked; a program that cannot be asked is left out."""
    studio = [sys.executable, "-m", "studio", "events", str(log.parent), "--count", "--filter"]
    asked = {"studio": [*studio, question.filter]}
    if question.jq:
        asked["jq"] = ["jq", "-n", f"reduce (inputs | {question.jq}) as $_ (0; . + 1)", str(log)]
    if question.lnav:
        asked["lnav"] = ["lnav", "-n", "-c", f":filter-in {question.lnav}", str(log)]
    if question.grep:
        asked["grep"] = ["grep", "-c", *question.grep, str(log)]
    return asked


def peer(name: str, question: Question, log: Path, home: Path, expected: int) -> str:
    """A program's seconds, and what it found where that is another number than ours."""
    command = commands(question, log).get(name)
    if command is None or "turn" in question.filter:
        return "—"
    if shutil.which(command[0]) is None:
        return "not here"
    environ = {"HOME": str(home), "STUDIO_HOME": str(home)}
    seconds, found = timed(lambda: read_count(name, command, environ))
    return f"{seconds:.2f}" + ("" if found == expected else f" ({found:,})")


def read_count(name: str, command: list[str], environ: Mapping[str, str]) -> int:
    """What a program found: lnav prints the lines, the others their number."""
    done = subprocess.run(
        command, check=False, capture_output=True, env={**os.environ, **environ}
    ).stdout
    return done.count(b"\n") if name == "lnav" else int(done or b"0")


def main(events: int) -> None:
    print(machine())
    with TemporaryDirectory() as place:
        folder, home = Path(place) / "session", Path(place) / "home"
        make_session(folder, events)
        log = folder / "session.jsonl"
        store = open_store(open_session(folder), home / "cache")
        facts = MadeUp(store)
        print(f"{events:,} events, log {log.stat().st_size / 1e6:.1f} MB\n")
        names = ("studio", "jq", "lnav", "grep")
        print(
            f"{'filter':50} {'class':8} {'found':>9} {'select ms':>10} {'limit':>6} {'slice ms':>9}"
            f" {'command s':>10} {'jq s':>8} {'lnav s':>8} {'grep s':>8}"
        )
        for question in QUESTIONS:
            total_ms, slice_ms, found = ours(question.filter, store, facts)
            limit = question.limit_ms
            kind = "columns" if limit == STRUCTURED_MS else "text"
            told = [peer(name, question, log, home, found) for name in names]
            print(
                f"{question.filter:50} {kind:8} {found:9,} {total_ms:10.1f}"
                f" {limit:6.0f} {slice_ms:9.1f}"
                f" {told[0]:>10} {told[1]:>8} {told[2]:>8} {told[3]:>8}"
                f"{'  missed' if total_ms > limit else '  ok'}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_EVENTS)
