"""Takes the pictures of the lab's screen and of a sweep, from takes that come with the studio.

Usage: .venv/bin/python docs/take_lab_pictures.py [FOLDER [NAME]…]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from textual.pilot import Pilot

from studio.app.choices import Choices
from studio.app.screen import Studio
from studio.ui.app import StudioApp
from studio.ui.screens.tuning import TuningScreen
from studio.ui.widgets.heat_map import HeatMap

SIZES = ((80, 24), (120, 40), (200, 60))
TAKE = "shipped/hesitation"
KEYS = ("down", "b", *["right"] * 10, "home", "tab")
"""Another silence laid beside the first, at what goes wrong first."""
PATIENCE_S = 90.0


Watch = Callable[[StudioApp, Pilot[None]], Awaitable[None]]


async def go_to_take(app: StudioApp, pilot: Pilot[None]) -> None:
    """Open the lab, and lay another setting beside the first on the take."""
    await pilot.press("L")
    screen = app.screen
    assert isinstance(screen, TuningScreen)
    while not screen.is_heard(TAKE):
        await pilot.pause(0.1)
        if (subject := screen.tuned.subject) is None or subject.name != TAKE:
            await pilot.press("right_square_bracket")
    await pilot.press(*KEYS)


async def sweep(app: StudioApp, pilot: Pilot[None]) -> None:
    """Try the usual settings on the takes that came with the studio."""
    await pilot.press("ctrl+g")
    await pilot.pause(1.0)
    await pilot.press("enter")
    heat_map = app.screen.query_one(HeatMap)
    while "★" not in heat_map.render().plain:
        await pilot.pause(0.2)


async def take_picture(name: str, go_there: Watch, folder: Path, size: tuple[int, int]) -> None:
    """Open the studio at this size, go there, and save what the screen shows."""

    async def watch(app: StudioApp) -> None:
        async with app.run_test(size=size) as pilot, asyncio.timeout(PATIENCE_S):
            while app.live is None:
                await pilot.pause(0.1)
            await go_there(app, pilot)
            await pilot.pause(1.0)
            app.clear_notifications()
            await pilot.pause()
            picture = folder / f"{name}-{size[0]}x{size[1]}.svg"
            app.save_screenshot(str(picture))
            print(picture)

    with tempfile.TemporaryDirectory() as home:
        environ = os.environ | {"STUDIO_HOME": home}
        await Studio(Choices(microphone="silence", speaker="silent"), environ).run(watch)


async def take_pictures(folder: Path, names: Sequence[str]) -> None:
    """One picture for each size of each of these."""
    for name in names:
        for size in SIZES:
            await take_picture(name, PICTURES[name], folder, size)


PICTURES: dict[str, Watch] = {"tuning": go_to_take, "sweep": sweep}


if __name__ == "__main__":
    chosen = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "pictures")
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_pictures(chosen, sys.argv[2:] or list(PICTURES)))
