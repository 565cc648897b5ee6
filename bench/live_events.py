"""A live session of 2,000 events a second, the inspector open: is all of it there, is it smooth?

The studio's own screen and worker, without sound cards, on a pseudo-terminal of 120 × 40; the
server is another process. It tells a story in sound, and 1,000 words a second in answers of 150.
Promised for ten minutes: nothing is dropped (events sent, rows in the store and lines on disk are
the same), the screen looks and paints at least 20 times a second, and the worker's sound is
undisturbed by its own gauges.

`python -m bench.live_events [MINUTES]`; a minute by default, 10 for the whole promise.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.stage.figures import machine, p50_p99
from bench.stage.talks import far_end, notes_of
from bench.stage.terminal import on_a_terminal

EVENTS_PER_S = 2_000
FRAMES_PER_S = 20
STARTING_S, SETTLING_S = 30.0, 3.0


def lived(minutes: float, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the screen and the far end noted of a session; its log is left in the folder."""
    seconds, near = minutes * 60, folder / "near.json"
    with far_end("answers", seconds, EVENTS_PER_S) as peer:
        assert peer.stdout is not None
        url = f"ws://127.0.0.1:{int(peer.stdout.readline())}/v1/realtime"
        command = (sys.executable, "-m", "bench.stage.watched_screen", "--provider", "local")
        place = ("--base-url", url, "--sessions-dir", str(folder / "sessions"))
        sound = ("--mic", "silence", "--speaker", "silent")
        environment = os.environ | {"STUDIO_HOME": str(folder / "home"), "BENCH_NOTES": str(near)}
        with on_a_terminal((*command, *place, *sound), environment) as painted:
            far = notes_of(peer, painted, seconds + STARTING_S)
    return json.loads(near.read_text()), far


def on_disk(log: Path) -> int:
    """How many lines of a log are the server's events."""
    with log.open("rb") as file:
        return sum(b'"origin":"server"' in line[:120] for line in file)


def per_second(moments: Sequence[float], begin: float, end: float) -> list[int]:
    """How many of some moments lie in each whole second between."""
    found = Counter(int(at - begin) for at in moments if at >= begin)
    return [found[second] for second in range(int(end - begin))]


def told(what: str, value: str, limit: str = "", *, is_kept: bool = True) -> None:
    verdict = "" if not limit else "  ok" if is_kept else "  missed"
    print(f"  {what:42}{value:>34}  {limit:12}{verdict}")


def main(minutes: float) -> None:
    print(f"{EVENTS_PER_S:,} events/s for {minutes:g} min, the inspector open; {machine()}")
    with TemporaryDirectory() as name:
        near, far = lived(minutes, Path(name))
        path = max(near["stored"], key=near["stored"].get)
        lines = on_disk(Path(path) / "session.jsonl")
    sent, rows = far["sent"], near["stored"][path]
    counts = f"{sent:,} / {rows:,} / {lines:,}"
    told(
        "events sent / rows stored / lines on disk",
        counts,
        "the same",
        is_kept=sent == rows == lines,
    )
    begin, end = near["looks"][0] + SETTLING_S, near["looks"][0] + minutes * 60 - 1
    for what in ("looks", "paints"):
        counted = per_second(near[what], begin, end)
        slowest, _ = p50_p99([-each for each in counted])
        told(
            f"{what} a second: p50, p1, least",
            f"{-slowest:.0f}, {np.percentile(counted, 1):.0f}, {min(counted)}",
            f">= {FRAMES_PER_S} (p1)",
            is_kept=bool(np.percentile(counted, 1) >= FRAMES_PER_S),
        )
    cells = dict(zip(near["gauges"], np.array(near["cells"]).T.tolist(), strict=True))
    for gauge, what in (("late_ms", "microphone block late, ms"), ("loop_lag_ms", "loop late, ms")):
        p50, p99 = p50_p99(cells[gauge])
        told(f"{what}: p50, p99, most", f"{p50:.1f}, {p99:.1f}, {max(cells[gauge]):.1f}")
    told("silence in replies, their sound late, ms", f"{max(cells['late_audio_ms']):.0f}")
    for gauge in ("underruns", "overruns", "dropped"):
        most = max(cells[gauge])
        told(f"worker's sound: {gauge}", f"{most:.0f}", "none", is_kept=most == 0)
    _, events, own = np.array([each for each in near["memory"] if each[0] >= begin]).T
    growth = np.polyfit(events, own, 1)[0] if len(events) > 1 else float("nan")
    told("screen's own memory at the end, MB", f"{own[-1] / 1e6:.0f}")
    told("its growth, bytes an event", f"{growth:.0f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
