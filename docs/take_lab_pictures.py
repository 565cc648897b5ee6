"""Takes the pictures of the lab's screen, from takes that come with the studio.

Usage: .venv/bin/python docs/take_lab_pictures.py [FOLDER]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from studio.app.choices import Choices
from studio.app.screen import Studio
from studio.ui.app import StudioApp
from studio.ui.screens.tuning import TuningScreen

SIZES = ((80, 24), (120, 40), (200, 60))
TAKE = "shipped/hesitation"
KEYS = ("down", "b", *["right"] * 10, "home", "tab")
"""Another silence laid beside the first, at what goes wrong first."""
PATIENCE_S = 90.0


async def take_picture_at(folder: Path, columns: int, rows: int) -> None:
    """Open the lab at this size, go to the take, and save what the screen shows."""

    async def watch(app: StudioApp) -> None:
        async with app.run_test(size=(columns, rows)) as pilot, asyncio.timeout(PATIENCE_S):
            while app.live is None:
                await pilot.pause(0.1)
            await pilot.press("L")
            screen = app.screen
            assert isinstance(screen, TuningScreen)
            while not screen.is_heard(TAKE):
                await pilot.pause(0.1)
                if (subject := screen.tuned.subject) is None or subject.name != TAKE:
                    await pilot.press("right_square_bracket")
            await pilot.press(*KEYS)
            await pilot.pause(1.0)
            app.clear_notifications()
            await pilot.pause()
            picture = folder / f"tuning-{columns}x{rows}.svg"
            app.save_screenshot(str(picture))
            print(picture)

    with tempfile.TemporaryDirectory() as home:
        environ = os.environ | {"STUDIO_HOME": home}
        await Studio(Choices(microphone="silence", speaker="silent"), environ).run(watch)


async def take_pictures(folder: Path) -> None:
    """One picture for each size."""
    for columns, rows in SIZES:
        await take_picture_at(folder, columns, rows)


if __name__ == "__main__":
    chosen = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "pictures")
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_pictures(chosen))
