"""A slider of the lab on a take of ten minutes: from the key to the redrawn segments.

The real screen in a headless Textual app, its output rendered to the terminal's own bytes. Work is
all the processor time that one key costs: segments, verdicts, drawing, composing, encoding. The
take is speech in pieces between pauses of every length, with a label for each turn.

The promise: key to paint p99 at most 33 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from textual.events import Key
from typing_extensions import override

import studio.ui
from bench.stage.figures import machine, p50_p99
from studio.config.themes import bundled_theme_folder, load_themes
from studio.core.clock import ManualClock
from studio.lab.labels import Label
from studio.lab.reading import Reading
from studio.lab.take import Take
from studio.ui.app import Opening, StudioApp
from studio.ui.screens.tuning import TuningScreen
from studio.vad.segmenter import SegmenterSettings
from studio.vad.whole import Probabilities
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN, FakeFeed
from tests.fakes.lab import FakeTakes, take_of

MINUTES = 10
LIMIT_MS = 33.0
KEYS_PER_S = 20.0
FRAME_MS = 32
_WAY = 20
"""Steps there and back; at a slider's end a key would change nothing."""


class Bench(StudioApp):
    """The studio, with what it would send to the terminal."""

    CSS_PATH = sorted(Path(studio.ui.__file__).parent.glob("*.tcss"))
    painted: asyncio.Event

    @override
    def _display(self, screen: object, renderable: object) -> None:
        """Encode as for a terminal: headless, Textual would leave that out."""
        encode: Callable[[object], str] | None = getattr(renderable, "render_segments", None)
        if encode is not None:
            encode(self.console)
        self.painted.set()


def made(minutes: float) -> tuple[Take, Probabilities]:
    """Speech and pauses without end, some of which end a turn."""
    dice = np.random.default_rng(5)
    runs: list[tuple[float, int]] = []
    labels: list[Label] = []
    at = begin = 0
    while at * FRAME_MS < minutes * 60_000:
        speech, pause = int(dice.integers(8, 60)), int(dice.choice([4, 8, 12, 20, 40, 70]))
        runs += [(float(dice.uniform(0.4, 0.99)), 1) for _ in range(speech)]
        runs += [(float(dice.uniform(0.0, 0.3)), 1) for _ in range(pause)]
        end = at + speech
        at = end + pause
        if pause >= 40:
            labels.append(Label(begin * FRAME_MS, end * FRAME_MS, words=f"turn {len(labels) + 1}"))
            begin = at
    return take_of("ten minutes", runs, labels)


async def steps(app: Bench, keys: list[str], per_s: float) -> tuple[list[float], list[float]]:
    """Milliseconds of work for each key, and from each key to its paint; keys come at a pace."""
    work, latency = [], []
    due = time.perf_counter()
    for key in keys:
        due += 1 / per_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        app.painted.clear()
        began, used = time.perf_counter(), time.process_time()
        app.post_message(Key(key, None))
        await asyncio.wait_for(app.painted.wait(), 20)
        work.append((time.process_time() - used) * 1000)
        latency.append((time.perf_counter() - began) * 1000)
    return work, latency


def told(what: str, values: list[float], limit: str = "") -> None:
    p50, p99 = p50_p99(values)
    print(f"{what:<44}{p50:>9.1f}{p99:>9.1f}{max(values):>9.1f}{limit:>9}")


async def turned(
    take: Take, found: Probabilities, size: tuple[int, int], seconds: float, zooms: int
) -> None:
    async def open_feed() -> Opening:
        takes = FakeTakes({take.name: (take, found)})
        return Opening(FakeFeed(), PLAN, desk=FakeDesk(the_takes=takes), connect=False)

    themes = load_themes([bundled_theme_folder()]).themes
    app = Bench(open_feed, clock=ManualClock(), themes=themes, theme="dark")
    app.painted = asyncio.Event()
    async with app.run_test(size=size) as pilot:
        while app.live is None:
            await pilot.pause()
        await pilot.press("L")
        screen = app.screen
        assert isinstance(screen, TuningScreen)
        while screen.tuned.reading() is None:
            await pilot.pause()
        for _ in range(zooms):
            await pilot.press("plus")
        gc.freeze()
        seen = "all of it" if not zooms else f"{1 / 2**zooms:.0%} of it"
        reading = screen.tuned.reading()
        print(f"\n{size[0]}×{size[1]}, {seen} in sight, "
              f"{len(reading.stretches) if reading else 0} segments")  # fmt: skip
        print(f"{'milliseconds':<44}{'p50':>9}{'p99':>9}{'max':>9}{'limit':>9}")
        there, back = ["left"] * _WAY, ["right"] * _WAY
        keys = (there + back) * max(1, int(seconds * KEYS_PER_S / 2 / _WAY))
        for what, before in (
            ("threshold", ["up", "up"]),
            ("silence", ["down"]),
            ("silence, two settings", ["b"]),
        ):
            await pilot.press(*before)
            work, latency = await steps(app, keys, KEYS_PER_S)
            told(f"{what}: work", work)
            told(f"{what}: key to paint", latency, f"{LIMIT_MS:.0f}")


def alone(take: Take, found: Probabilities) -> None:
    """What the arithmetic costs without a screen."""
    costs = []
    for silence_ms in range(100, 1_500, 10):
        settings = SegmenterSettings(silence_duration_ms=silence_ms)
        began = time.process_time()
        reading = Reading(found, settings, take.truth)
        assert reading.score is not None
        assert reading.stretches
        costs.append((time.process_time() - began) * 1000)
    told("segments and verdicts alone: work", costs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--seconds", type=float, default=6.0)
    asked = parser.parse_args()
    print(f"A slider of the lab · {machine()}")
    take, found = made(asked.minutes)
    turns = len(take.truth.turns) if take.truth is not None else 0
    print(
        f"{take.duration_ms / 60_000:.1f} min of sound, {found.size:,} frames, {turns} true turns"
    )
    print(f"{'milliseconds':<44}{'p50':>9}{'p99':>9}{'max':>9}{'limit':>9}")
    alone(take, found)
    for size in ((120, 40), (200, 60)):
        for zooms in (0, 5):
            asyncio.run(turned(take, found, size, asked.seconds, zooms))


if __name__ == "__main__":
    main()
