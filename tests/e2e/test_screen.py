"""The screen as it is built for a person, from its first paint to what stands below it."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.app.choices import Choices
from studio.app.screen import Studio
from studio.core.errors import StudioError
from studio.ui.app import StudioApp


async def until_left(app: StudioApp) -> None:
    async with app.run_test() as pilot:
        while app.is_running:
            await pilot.pause()


async def test_a_worker_that_cannot_start_closes_the_screen_with_words(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("")
    with pytest.raises(StudioError, match=r"worker\.log") as told:
        await Studio(Choices(), {"STUDIO_HOME": str(tmp_path)}).run(until_left)
    assert "STUDIO_HOME" in told.value.hint
