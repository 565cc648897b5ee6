from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.widgets import Static

from studio.audio.level import Level
from studio.core.errors import StudioError
from studio.ui.app import Opening
from studio.ui.screens.record_dialog import RecordDialog
from studio.ui.screens.tuning import TuningScreen
from studio.ui.take_recording import RecordingStep
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN
from tests.fakes.lab import FakeTakes, hesitation, unlabelled
from tests.fakes.screen import Stage, stage

HEARD = RecordingStep("USB Headset", Level(-22, -9), "Fine: speech at -22 dBFS.", is_fine=True)
RECORDED = RecordingStep("USB Headset", Level(-22, -9), is_recording=True, recorded_ms=61_500)


class Booth:
    """The dialog over the lab, and a recording that the test steps."""

    def __init__(self, held: Stage, takes: FakeTakes) -> None:
        self.held, self.takes, self.recording = held, takes, takes.recording

    @property
    def is_open(self) -> bool:
        return isinstance(self.held.app.screen, RecordDialog)

    def words(self) -> str:
        dialog = self.held.app.screen
        return "\n".join(str(each.render()) for each in dialog.query(Static))

    async def step(self, step: RecordingStep | StudioError | None, sign: str) -> None:
        self.recording.coming.put_nowait(step)
        await self.held.until(lambda: sign in self.words())

    async def press(self, *keys: str) -> None:
        await self.held.pilot.press(*keys)
        await self.held.pilot.pause()


@asynccontextmanager
async def booth(size: tuple[int, int] = (120, 40)) -> AsyncIterator[Booth]:
    takes = FakeTakes.of(hesitation())
    desk = FakeDesk(the_takes=takes)
    async with stage(
        size, opening=lambda feed: Opening(feed, PLAN, desk=desk, connect=False)
    ) as held:
        await held.pilot.press("L")
        await held.until(lambda: isinstance(held.app.screen, TuningScreen))
        found = Booth(held, takes)
        await found.press("M", "down", "enter")
        await held.until(lambda: found.is_open)
        assert takes.added == [("record", PLAN.microphone)]
        yield found


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_take_is_checked_recorded_kept_and_shown(size: tuple[int, int]) -> None:
    async with booth(size) as found:
        assert "Opening the microphone" in found.words()
        await found.press("enter")
        assert found.recording.told == []
        await found.step(HEARD, "Fine: speech at -22 dBFS.")
        assert "━" in found.words()
        assert "-22 dB" in found.words()
        assert "not recording yet" in found.words()
        await found.press("enter")
        await found.step(RECORDED, "1:01.5")
        assert "enter ends" in found.words()
        await found.press("enter")
        assert found.recording.told == ["begin", "end"]
        found.takes.known["answers"] = unlabelled()
        found.recording.coming.put_nowait(RecordingStep(kept="answers"))
        found.recording.coming.put_nowait(None)
        await found.held.until(lambda: not found.is_open)
        screen = found.held.app.screen
        assert isinstance(screen, TuningScreen)
        await found.held.until(lambda: screen._name == "answers")
        assert found.recording.closed == 1


async def test_leaving_keeps_what_was_recorded() -> None:
    async with booth() as found:
        await found.step(HEARD, "Fine")
        await found.press("space")
        await found.step(RECORDED, "●")
        await found.press("escape")
        assert found.recording.told == ["begin", "end"]
        assert found.is_open
        found.recording.coming.put_nowait(None)
        await found.held.until(lambda: not found.is_open)


async def test_leaving_before_anything_is_recorded_ends_the_listening() -> None:
    async with booth() as found:
        await found.step(HEARD, "Fine")
        await found.press("escape")
        await found.held.until(lambda: not found.is_open and found.recording.closed == 1)
        assert found.recording.told == []


async def test_a_card_that_cannot_be_had_is_told_with_the_next_step() -> None:
    async with booth() as found:
        await found.step(
            StudioError("This machine has no sound card.", title="No", hint="Plug one in."),
            "Plug one in.",
        )
        assert "no sound card" in found.words()
        await found.press("enter", "escape")
        assert not found.is_open
