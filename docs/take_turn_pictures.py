"""Takes the pictures of the turn view, from a real session with planted faults.

Usage: .venv/bin/python docs/take_turn_pictures.py [FOLDER]
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
FINDINGS = {80: 2, 120: 1, 200: 1}
"""Which finding is at the cursor, by the columns of the picture."""
PATIENCE_S = 30.0


async def take_picture(folder: Path, session: Path, columns: int, rows: int) -> Path:
    """Open the session at this size, go to a finding, and save what the screen shows."""
    picture = folder / f"turns-{columns}x{rows}.svg"

    async def watch(app: StudioApp) -> None:
        async with app.run_test(size=(columns, rows)) as pilot:
            async with asyncio.timeout(PATIENCE_S):
                while app.replayed is None or not app.replayed.is_ready or not _is_heard(app):
                    await pilot.pause(0.1)
            await pilot.press("v", *["tab"] * FINDINGS[columns])
            await pilot.pause(0.5)
            app.clear_notifications()
            await pilot.pause()
            app.save_screenshot(str(picture))

    with tempfile.TemporaryDirectory() as home:
        environ = os.environ | {"STUDIO_HOME": home}
        choices = Choices(microphone="silence", speaker="silent")
        await Studio(choices, environ, str(session)).run(watch)
    return picture


def _is_heard(app: StudioApp) -> bool:
    """Whether the tracks have been read to their end."""
    shown = app.replayed
    if shown is None or shown.curves is None:
        return False
    return shown.curves.probability.size * shown.curves.step_s > shown.end - 2


async def take_pictures(folder: Path) -> None:
    """One picture for each size."""
    with tempfile.TemporaryDirectory() as sessions_dir:
        session = await make(Path(sessions_dir))
        for columns, rows in SIZES:
            print(await take_picture(folder, session, columns, rows))


if __name__ == "__main__":
    chosen = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "pictures")
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_pictures(chosen))
