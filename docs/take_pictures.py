"""Takes the README's pictures of the live screen, from a real session with the local server.

Usage: .venv/bin/python docs/take_pictures.py [FOLDER]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from studio.app.choices import Choices
from studio.app.screen import Studio
from studio.session.turns import Turn, TurnReader
from studio.ui.app import StudioApp

SIZES = ((80, 24), (120, 40), (200, 60))
TURNS = 3
PATIENCE_S = 90.0


async def take_picture(folder: Path, columns: int, rows: int) -> Path:
    """Run the studio at this size until its demo has had some turns, and save what it shows."""
    picture = folder / f"live-{columns}x{rows}.svg"

    async def watch(app: StudioApp) -> None:
        reader = TurnReader()
        async with app.run_test(size=(columns, rows)) as pilot:
            async with asyncio.timeout(PATIENCE_S):
                while app.live is None or _answered(reader.read(app.live.state)) < TURNS:
                    await pilot.pause(0.1)
            await pilot.pause(1.5)
            await pilot.pause()
            app.save_screenshot(str(picture))

    with tempfile.TemporaryDirectory() as home:
        await Studio(
            Choices(microphone="demo", speaker="silent"), os.environ | {"STUDIO_HOME": home}
        ).run(watch)
    return picture


def _answered(turns: tuple[Turn, ...]) -> int:
    return sum(1 for turn in turns if turn.user_text and turn.said)


async def take_pictures(folder: Path) -> None:
    """One picture for each size."""
    for columns, rows in SIZES:
        print(await take_picture(folder, columns, rows))


if __name__ == "__main__":
    chosen = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "pictures")
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_pictures(chosen))
