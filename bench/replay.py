"""How soon a stored hour can be gone about in: opening, folding, jumping, and what that weighs.

Run `python bench/replay.py`. The session is the hour of `bench.fold`, some 215,000 events, on disk.
Jumps go to random places; "with the panes" adds what the screen makes of each. The limit stands
beside the figures.
"""

from __future__ import annotations

import gc
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.fold import an_hour
from studio.app.recording import open_recording
from studio.core.clock import ManualClock
from studio.runtime.clock import SystemClock
from studio.storage.folders import LOG_NAME
from studio.storage.header import Header
from studio.storage.writer import SessionWriter
from studio.ui.replayed import Replayed
from studio.ui.views import config_view, lanes, last_latency, turn_views
from tests.fakes.feed import PLAN

JUMPS = 300
LONGEST_JUMP_MS = 200.0


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "session"
        _write(folder)
        opened_ms = _ms(lambda: open_recording(folder, None, SystemClock()))
        recorded = open_recording(folder, None, SystemClock())
        read_ms = _ms(lambda: _read(recorded.load))
        shown = Replayed(recorded, PLAN, ManualClock())
        gc.collect()
        before_mb = _resident_mb()
        folded_ms = _ms(shown.work)
        gc.collect()
        grown_mb = _resident_mb() - before_mb
        places = random.Random(4).choices(range(len(shown.store)), k=JUMPS)
        states = [_ms(lambda at=at: shown.go(at)) for at in places]  # type: ignore[misc]
        panes = [_ms(lambda at=at: _look(shown, at)) for at in places]  # type: ignore[misc]
        log_mb = (folder / LOG_NAME).stat().st_size / 1e6
        print(f"a stored hour, {len(shown.store):,} events, {log_mb:.0f} MB of log")
        print(f"  first rows                       {opened_ms:10.0f} ms")
        print(f"  all rows, no index               {read_ms:10.0f} ms")
        print(f"  folded, state at every place     {folded_ms:10.0f} ms, in slices while one looks")
        print(f"  memory of the states kept        {grown_mb:10.0f} MB")
    _row("jump to a random place", states)
    _row("the same with the panes", panes)


def _write(folder: Path) -> None:
    folder.mkdir()
    writer = SessionWriter(folder, Header(started_at=datetime(2026, 1, 1, tzinfo=UTC)))
    for envelope in an_hour():
        writer.append(envelope)
    writer.close()


def _read(load: Callable[[float], bool]) -> None:
    while load(1.0):
        pass


def _look(shown: Replayed, at: int) -> None:
    shown.go(at)
    _ = turn_views(shown), lanes(shown), config_view(shown), last_latency(shown)


def _row(name: str, times_ms: list[float]) -> None:
    """Print p50 and p99."""
    ordered = sorted(times_ms)
    p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    verdict = "ok" if p99 <= LONGEST_JUMP_MS else "missed"
    limit = f"limit {LONGEST_JUMP_MS:.0f} ms, {verdict}"
    print(f"  {name:<32} {p50:10.1f} ms p50, {p99:.1f} ms p99, {limit}")


def _ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    main()
