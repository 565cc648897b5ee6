"""The inspector over a million events: pages at 60 a second, filters, searches, and growth.

The real pane in a headless Textual app, its output rendered to the terminal's own bytes. Work is
all the processor time that one key costs: listing, drawing, composing, encoding.

The promise: paint p99 at most 30 ms at 60 pages a second.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from pathlib import Path

import numpy as np
from textual.app import ComposeResult
from typing_extensions import override

from bench.stage.big_session import make_session
from bench.stage.figures import machine, p50_p99
from bench.stage.painting import Painting, head, paints, told
from studio.config.themes import bundled_theme_folder, load_themes
from studio.session.reduce import reduce
from studio.session.state import SessionState
from studio.storage.reader import open_session
from studio.storage.store import EventStore, open_store
from studio.ui.layout import Pane
from studio.ui.shown import Shown
from studio.ui.theming import FALLBACKS, textual_theme
from studio.ui.widgets.inspector_pane import InspectorPane
from studio.ui.widgets.pane import PaneBox

EVENTS = 1_000_000
LIMIT_MS = 30.0
PAGES_PER_S = 60.0
FOLDED = 20_000
FILTERS = (
    "type:response.*",
    "-is:delta -type:input_audio_buffer.append",
    "from:server size > 2kB",
    "weather",
    "turn:3-5",
    ".response.usage.total_tokens > 100",
)
LIVE_PER_LOOK = 80


class Stored(Shown):
    """A store without a recording's machinery."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self.state = SessionState()
        for position in range(min(FOLDED, len(store))):
            self.state = reduce(self.state, store.envelope(position)).state


class Bench(Painting):
    """The pane alone."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(textual_theme(load_themes([bundled_theme_folder()]).themes[0]))
        self.theme = "dark"
        self.pane = InspectorPane()

    @override
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(FALLBACKS)

    @override
    def compose(self) -> ComposeResult:
        yield PaneBox(Pane.INSPECTOR, 3, "inspector", self.pane, above=self.pane.filter_bar)


async def filtered(app: Bench, text: str) -> tuple[float, float]:
    """Milliseconds until a filter is through, and the longest that a key would have waited."""
    began = time.perf_counter()
    app.pane.filter_bar.put(text)
    longest, last = 0.0, began
    while app.pane.held is not None and app.pane.held.share is not None:
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return (time.perf_counter() - began) * 1000, longest * 1000


async def scrolled(store: EventStore, size: tuple[int, int], seconds: float) -> None:
    app = Bench()
    async with app.run_test(size=size) as pilot:
        shown = Stored(store)
        began = time.perf_counter()
        app.pane.show(shown)
        first_ms = (time.perf_counter() - began) * 1000
        app.pane.focus()
        await pilot.pause()
        gc.freeze()
        columns, rows = size
        print(f"\n{columns}×{rows}, {len(store):,} events; rows laid out in {first_ms:.0f} ms")
        head()
        count = int(seconds * PAGES_PER_S)
        jumps = ["home", "end"] * 10
        for what, keys in (
            ("pages down", ["home"] + ["pagedown"] * count),
            ("pages up", ["end"] + ["pageup"] * count),
            ("lines down", ["home"] + ["down"] * count),
            ("from end to end", jumps),
        ):
            work, latency = await paints(app, keys, PAGES_PER_S)
            told(f"{what}: work", work, f"{LIMIT_MS:.0f}")
            told(f"{what}: key to paint", latency)
        for text in FILTERS:
            through, longest = await filtered(app, text)
            listed = app.pane.held.counts[0] if app.pane.held else 0
            print(f"{text:<44}{through:>9.0f} ms, {listed:,} listed; a key waits {longest:.0f} ms")
        await filtered(app, "-is:delta")
        work, _ = await paints(app, ["home"] + ["pagedown"] * count, PAGES_PER_S)
        told("pages down, filtered: work", work, f"{LIMIT_MS:.0f}")
        app.pane.filter_bar.clear()
        began = time.perf_counter()
        app.pane.search("weather")
        search_ms = (time.perf_counter() - began) * 1000
        work, _ = await paints(app, ["n"] * min(count, 200), PAGES_PER_S)
        print(f"{'search, first key':<44}{search_ms:>9.0f} ms")
        told("next match: work", work, f"{LIMIT_MS:.0f}")


async def grown(lines: list[str]) -> None:
    """What a live session's events cost the list, beside what the store itself takes."""
    app = Bench()
    async with app.run_test(size=(120, 40)) as pilot:
        store = EventStore(dialect_of(lines))
        shown = Stored(store)
        app.pane.show(shown)
        await pilot.pause()
        costs = []
        for start in range(0, len(lines), LIVE_PER_LOOK):
            for line in lines[start : start + LIVE_PER_LOOK]:
                store.append(line)
            began = time.process_time()
            app.pane.show(shown)
            costs.append((time.process_time() - began) * 1e6 / LIVE_PER_LOOK)
        p50, p99 = p50_p99(costs)
        print(f"\nLive, looks of {LIVE_PER_LOOK} events: {p50:.1f} µs an event (p99 {p99:.1f})")


def own_bytes() -> int:
    """Memory that is this process's alone: the mapped log is the system's to keep or drop."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def dialect_of(lines: list[str]):  # noqa: ANN201 - the enum of the store
    from studio.protocol.dialect import Dialect

    return Dialect.BETA if '"response.audio.delta"' in "".join(lines[:500]) else Dialect.GA


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--seconds", type=float, default=4.0)
    asked = parser.parse_args()
    print(f"Scrolling the inspector · {machine()}")
    with tempfile.TemporaryDirectory() as folder:
        session = Path(folder) / "big"
        make_session(session, asked.events)
        before = own_bytes()
        store = open_store(open_session(session), Path(folder))
        stored = own_bytes()
        listed_bytes = 0
        for size in ((120, 40), (200, 60)):
            asyncio.run(scrolled(store, size, asked.seconds))
            listed_bytes = listed_bytes or own_bytes() - stored
        lines = [store.line(position) for position in range(min(20_000, len(store)))]
        asyncio.run(grown(lines))
        per_event = [each / len(store) for each in (stored - before, listed_bytes)]
        print("Memory, bytes an event: {:.0f} the store, {:.0f} the list".format(*per_event))


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
