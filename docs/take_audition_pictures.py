"""Takes the pictures of the voice audition, from a real one with the local server.

Usage: .venv/bin/python docs/take_audition_pictures.py [FOLDER]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from studio.app.audition import Wish, print_audition
from studio.app.choices import Choices
from studio.app.screen import Studio
from studio.ui.app import StudioApp

SIZES = ((80, 24), (120, 40), (200, 60))
LINES = (
    "Your table is booked for half past seven.",
    "One moment, please. I am looking that up for you.",
)
KEYS = ("asterisk", "asterisk", "j", "j", "j", "asterisk", "2", "5")
PATIENCE_S = 30.0


async def take_picture(folder: Path, environ: Mapping[str, str], size: tuple[int, int]) -> None:
    """Show the latest audition at this size while a voice plays, and save what the screen shows."""

    async def watch(app: StudioApp) -> None:
        async with app.run_test(size=size) as pilot:
            async with asyncio.timeout(PATIENCE_S):
                while app.live is None:
                    await pilot.pause(0.1)
            for key in ("V", *KEYS):
                await pilot.press(key)
                await pilot.pause(0.3)
            app.clear_notifications()
            await pilot.pause()
            picture = folder / f"audition-{size[0]}x{size[1]}.svg"
            app.save_screenshot(str(picture))
            print(picture)

    choices = Choices(microphone="silence", speaker="silent")
    await Studio(choices, environ).run(watch)


def take_pictures(folder: Path) -> None:
    """Hold an audition of all voices; one picture of it for each size."""
    with tempfile.TemporaryDirectory() as home:
        environ = os.environ | {"STUDIO_HOME": home}
        print_audition(
            Choices(),
            environ,
            Wish(LINES),
            out=None,
            with_page=False,
            as_json=False,
            confirm=lambda _words: True,
            say=print,
            warn=print,
        )
        for size in SIZES:
            asyncio.run(take_picture(folder, environ, size))


if __name__ == "__main__":
    chosen = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "pictures")
    chosen.mkdir(parents=True, exist_ok=True)
    take_pictures(chosen)
