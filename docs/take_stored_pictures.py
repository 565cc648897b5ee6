"""Takes the pictures of what shows stored sessions, from two real ones with planted faults.

Usage: .venv/bin/python docs/take_stored_pictures.py [FOLDER]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from make_planted_session import make

from studio.app.choices import Choices
from studio.app.screen import Studio
from studio.ui.app import StudioApp

SIZES = ((80, 24), (120, 40), (200, 60))
VIEWS = {
    "inspector": ("3", "z", "f", *"-is:delta turn:2-3", "enter", "g", *["j"] * 9, "d"),
    "turns": ("v", "tab"),
    "library": ("o",),
    "compare": ("o", "space", "j", "space", "C"),
}
"""The keys that lead to each view."""
KEY_NAMES = {"-": "minus", ":": "colon", " ": "space"}
PATIENCE_S = 30.0


async def take_pictures_at(folder: Path, session: Path, columns: int, rows: int) -> None:
    """Open the session at this size, go to each view, and save what the screen shows."""

    async def watch(app: StudioApp) -> None:
        async with app.run_test(size=(columns, rows)) as pilot:
            async with asyncio.timeout(PATIENCE_S):
                while app.replayed is None or not app.replayed.is_ready or not _is_heard(app):
                    await pilot.pause(0.1)
            for name, keys in VIEWS.items():
                for key in keys:
                    await pilot.press(KEY_NAMES.get(key, key))
                    await pilot.pause(0.1)
                await pilot.pause(1.0)
                app.clear_notifications()
                await pilot.pause()
                picture = folder / f"{name}-{columns}x{rows}.svg"
                app.save_screenshot(str(picture))
                print(picture)
                while len(app.screen_stack) > 1:
                    app.pop_screen()
                    await pilot.pause()

    with tempfile.TemporaryDirectory() as home:
        environ = os.environ | {"STUDIO_HOME": home}
        choices = Choices(microphone="silence", speaker="silent", sessions_dir=session.parent)
        await Studio(choices, environ, str(session)).run(watch)


def _is_heard(app: StudioApp) -> bool:
    """Whether the tracks have been read to their end."""
    shown = app.replayed
    if shown is None or shown.curves is None:
        return False
    return shown.curves.probability.size * shown.curves.step_s > shown.end - 2


async def take_pictures(folder: Path) -> None:
    """One picture of each view for each size."""
    with tempfile.TemporaryDirectory() as sessions_dir:
        session = await make(Path(sessions_dir))
        await make(Path(sessions_dir), silence_ms=1_000)
        for columns, rows in SIZES:
            await take_pictures_at(folder, session, columns, rows)


if __name__ == "__main__":
    chosen = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "pictures")
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_pictures(chosen))
