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
from pathlib import Path

import numpy as np
from textual.pilot import Pilot

import studio.ui
from bench.stage.figures import machine
from bench.stage.painting import Painting, head, paints, told
from studio.config.themes import bundled_theme_folder, load_themes
from studio.core.clock import ManualClock
from studio.lab.labels import Label
from studio.lab.reading import Reading
from studio.lab.take import Take
from studio.ui.app import Opening, StudioApp
from studio.ui.screens.tuning import TuningScreen
from studio.ui.tuning import rows_of
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


class Bench(Painting, StudioApp):
    """The studio, with what it would send to the terminal."""

    CSS_PATH = sorted(Path(studio.ui.__file__).parent.glob("*.tcss"))


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


async def go_to(pilot: Pilot[None], screen: TuningScreen, path: str) -> None:
    """Have the cursor on a slider; the rows stand as the setting has them."""
    paths = [each.path for each in rows_of(screen.tuned.pair.edited)]
    while (far := paths.index(path) - paths.index(screen.tuned.slider)) != 0:
        await pilot.press("down" if far > 0 else "up")


async def turned(
    take: Take, found: Probabilities, size: tuple[int, int], seconds: float, zooms: int
) -> None:
    async def open_feed() -> Opening:
        takes = FakeTakes({take.name: (take, found)})
        return Opening(FakeFeed(), PLAN, desk=FakeDesk(the_takes=takes), connect=False)

    themes = load_themes([bundled_theme_folder()]).themes
    app = Bench(open_feed, clock=ManualClock(), themes=themes, theme="dark")
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
        head()
        there, back = ["left"] * _WAY, ["right"] * _WAY
        keys = (there + back) * max(1, int(seconds * KEYS_PER_S / 2 / _WAY))
        for what, slider, before in (
            ("threshold", "threshold", []),
            ("silence", "silence_duration_ms", []),
            ("silence, two settings", "silence_duration_ms", ["b"]),
        ):
            await pilot.press(*before)
            await go_to(pilot, screen, f"turn_detection.{slider}")
            work, latency = await paints(app, keys, KEYS_PER_S)
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
    head()
    alone(take, found)
    for size in ((120, 40), (200, 60)):
        for zooms in (0, 5):
            asyncio.run(turned(take, found, size, asked.seconds, zooms))


if __name__ == "__main__":
    main()
