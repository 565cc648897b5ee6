"""How fast a stored session of a million events opens, what it takes of memory, and text search.

Run `python -m bench.store [EVENTS]`. The session is made by `bench.stage.big_session`; every figure
is of the best of three processes that do nothing else, its log in the system's file cache. The
limits stand beside the figures.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.stage.big_session import DEFAULT_EVENTS, make_session
from bench.stage.figures import machine

RUNS = 3
RARE = "invalid_request_error"
COMMON = "straightforward"
FOREIGN = "東京"
EVERYWHERE = "e"

LIMITS = {
    "first rows, no index, s": 0.1,
    "building the index, s": 4.0,
    "opening with the index, s": 0.5,
    "memory an event, built, bytes": 100.0,
    "memory an event, opened, bytes": 100.0,
    f"find {RARE}, s": 0.5,
    f"find {COMMON}, s": 0.5,
    f"find {FOREIGN}, s": 0.5,
    f"find {EVERYWHERE}, s": 1.0,
    "a page of 60 rows and lines, ms": 5.0,
}


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def rss_bytes() -> int:
    """Memory of this process that is in use."""
    status = Path("/proc/self/status").read_text().split("VmRSS:")[1]
    return int(status.split()[0]) * 1024


def measured(folder: Path, cache: Path) -> dict[str, float]:
    """One process's figures: what opening took, with or without an index, and then search."""
    import numpy as np

    from studio.storage.reader import open_session
    from studio.storage.store import EventStore, begin_store

    had_index = cache.exists()
    np.zeros(1)
    before = rss_bytes()
    opened: list[EventStore] = []
    figures: dict[str, float] = {}
    first_s = timed(lambda: opened.append(begin_store(open_session(folder), cache)))
    store = opened[0]
    rest_s = timed(store.refresh)
    memory = (rss_bytes() - before) / len(store)
    if not had_index:
        figures["first rows, no index, s"] = first_s
        figures["building the index, s"] = first_s + rest_s
        figures["memory an event, built, bytes"] = memory
        return figures
    figures["opening with the index, s"] = first_s + rest_s
    figures["memory an event, opened, bytes"] = memory
    for text in (RARE, COMMON, FOREIGN, EVERYWHERE):
        figures[f"find {text}, s"] = timed(partial(store.find, text))
    middle = len(store) // 2
    page = range(middle, min(middle + 60, len(store)))
    page_s = timed(lambda: [(store.row(at), store.line(at)) for at in page])
    figures["a page of 60 rows and lines, ms"] = page_s * 1000
    figures["memory an event, after search, bytes"] = (rss_bytes() - before) / len(store)
    figures["bytes on the wire"] = float(store.columns.size.sum())
    return figures


def best(folder: Path, cache: Path, *, with_index: bool) -> dict[str, float]:
    """The smallest figures of a few processes."""
    figures: dict[str, float] = {}
    for _ in range(RUNS):
        if not with_index:
            shutil.rmtree(cache, ignore_errors=True)
        command = [sys.executable, "-m", "bench.store", "--measure", str(folder), str(cache)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        figures = {name: min(figure, figures.get(name, figure)) for name, figure in told.items()}
    return figures


def grep_s(log: Path, text: str) -> float:
    """Seconds that `grep -ic` takes for the same search."""
    command = ["grep", "-ic", text, str(log)]
    return min(
        timed(lambda: subprocess.run(command, check=False, capture_output=True))
        for _ in range(RUNS)
    )


def main(events: int) -> None:
    print(machine())
    with TemporaryDirectory() as place:
        folder, cache = Path(place) / "session", Path(place) / "cache"
        making_s = timed(lambda: make_session(folder, events))
        log = folder / "session.jsonl"
        log_bytes = log.stat().st_size
        print(f"{events:,} events, log {log_bytes / 1e6:.1f} MB, made in {making_s:.1f} s\n")
        figures = best(folder, cache, with_index=False)
        index_bytes = sum(each.stat().st_size for each in cache.iterdir())
        figures |= best(folder, cache, with_index=True)
        for name, limit in LIMITS.items():
            ratio = figures[name] / limit
            verdict = "" if ratio <= 1 else "  TOO SLOW" if name.endswith("s") else "  TOO MUCH"
            print(f"{name:38} {figures[name]:9.3f}   limit {limit:6.1f}   {ratio:5.2f}{verdict}")
        for text in (RARE, COMMON, FOREIGN):
            print(f"{f'  grep -ic {text}, s':38} {grep_s(log, text):9.3f}")
        wire = figures["bytes on the wire"]
        after = figures["memory an event, after search, bytes"]
        print(f"{'memory an event, after search, bytes':38} {after:9.3f}")
        sizes = f"log {log_bytes / 1e6:,.1f} MB, wire {wire / 1e6:,.1f} MB"
        print(f"\n{sizes}: {log_bytes / wire:.3f} of it")
        print(f"index {index_bytes / 1e6:,.1f} MB: {index_bytes / events:.1f} bytes an event")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measured(Path(sys.argv[2]), Path(sys.argv[3]))))
        sys.exit(0)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_EVENTS)
