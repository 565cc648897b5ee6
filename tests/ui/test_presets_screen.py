from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from studio.app.presets import FolderPresets
from studio.config.presets import Provenance
from studio.core.clock import ManualClock
from studio.protocol.settings import SessionSettings, TurnDetection
from studio.ui.opening import Opening
from studio.ui.screens.overlays import Chooser, Prompt
from studio.ui.screens.presets import PresetsScreen
from studio.ui.widgets.lines import Lines
from studio.ui.widgets.preset_list import PresetList
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN
from tests.fakes.screen import Stage, stage

PATIENT = SessionSettings(
    turn_detection=TurnDetection(type="server_vad", threshold=0.6, silence_duration_ms=700)
)
SWEPT = Provenance("sweep", "Best of 200 settings on 9 takes.", ("hesitations", "numbers"))


@pytest.fixture
def presets(tmp_path: Path) -> FolderPresets:
    held = FolderPresets(tmp_path / "presets", ManualClock())
    held.save("Patient", PATIENT, SWEPT)
    held.save("Ash", SessionSettings(voice="ash"), Provenance())
    return held


@asynccontextmanager
async def shown(presets: FolderPresets, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Stage]:
    desk = FakeDesk(the_presets=presets)
    async with stage(size, opening=lambda feed: Opening(feed, PLAN, desk=desk)) as held:
        await held.pilot.press("P")
        await held.until(lambda: isinstance(held.app.screen, PresetsScreen))
        await held.pilot.pause()
        held.app.look()
        yield held


def words(held: Stage, widget: str) -> str:
    pane = held.app.screen.query_one(f"#{widget}", Lines)
    return "\n".join(pane.line(at, pane.columns).plain for at in range(pane.line_count()))


async def prompted(held: Stage, text: str) -> None:
    await held.until(lambda: isinstance(held.app.screen, Prompt))
    field = held.app.screen.query_one("Input")
    field.value = text  # type: ignore[attr-defined]
    await held.pilot.press("enter")
    await held.until(lambda: isinstance(held.app.screen, PresetsScreen))
    await held.pilot.pause()


def settings_of(held: Stage) -> SessionSettings:
    assert held.app.live is not None
    return held.app.live.draft.settings


async def test_the_sheet_says_what_a_preset_would_change(presets: FolderPresets) -> None:
    async with shown(presets) as held:
        assert [line[3:9] for line in words(held, "presets").splitlines()] == ["Ash   ", "Patien"]
        await held.pilot.press("down")
        told = words(held, "preset-sheet")
        assert "turn_detection.silence_duration_ms" in told
        assert "→ 700" in told
        assert "Best of 200 settings on 9 takes." in told
        assert "hesitations, numbers" in told


async def test_applying_changes_what_is_stated_and_can_be_taken_back(
    presets: FolderPresets,
) -> None:
    async with shown(presets) as held:
        before = settings_of(held)
        await held.pilot.press("down", "enter")
        after = settings_of(held)
        assert after.turn_detection is not None
        assert after.turn_detection.silence_duration_ms == 700
        assert after.voice == before.voice
        assert words(held, "presets").splitlines()[1].startswith("▌✓")
        assert "are these already" in words(held, "preset-sheet")
        assert held.app.live is not None
        held.app.live.undo()
        assert settings_of(held) == before


async def test_the_settings_of_the_moment_are_kept_under_a_name(presets: FolderPresets) -> None:
    async with shown(presets) as held:
        await held.pilot.press("s")
        await held.until(lambda: isinstance(held.app.screen, Chooser))
        await held.pilot.press("enter")
        await prompted(held, "Mine")
        kept = presets.named("Mine")
        assert kept.settings.turn_detection == settings_of(held).turn_detection
        assert kept.settings.model_fields_set == {"turn_detection"}
        assert held.app.screen.query_one(PresetList).preset == kept


async def test_a_name_that_is_taken_is_refused_in_words_and_loses_nothing(
    presets: FolderPresets,
) -> None:
    async with shown(presets) as held:
        await held.pilot.press("r")
        await prompted(held, "patient")
        assert [each.name for each in presets.entries] == ["Ash", "Patient"]
        assert any("already" in each.message for each in held.app._notifications)


async def test_deleting_renaming_and_noting_can_be_taken_back(presets: FolderPresets) -> None:
    async with shown(presets) as held:
        await held.pilot.press("delete")
        assert [each.name for each in presets.entries] == ["Patient"]
        await held.pilot.press("r")
        await prompted(held, "Calm")
        assert [each.name for each in presets.entries] == ["Calm"]
        await held.pilot.press("e")
        await prompted(held, "for the phone line")
        assert "for the phone line" in words(held, "preset-sheet")
        await held.pilot.press("u", "u", "u")
        assert [each.name for each in presets.entries] == ["Ash", "Patient"]
        await held.pilot.press("u")
        assert any("saving Ash" in each.message for each in held.app._notifications)


async def test_a_preset_goes_out_and_comes_back(presets: FolderPresets, tmp_path: Path) -> None:
    async with shown(presets) as held:
        await held.pilot.press("down", "x")
        await prompted(held, str(tmp_path / "theirs.json"))
        await held.pilot.press("I")
        await prompted(held, str(tmp_path / "theirs.json"))
        assert presets.named("theirs").settings == PATIENT
        await held.pilot.press("y")
        copied = json.loads(held.app.clipboard)
        assert copied["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 700


async def test_nothing_is_kept_yet(tmp_path: Path) -> None:
    for size in ((80, 24), (120, 40)):
        async with shown(FolderPresets(tmp_path / "none", ManualClock()), size) as held:
            assert "No preset is kept yet." in words(held, "preset-sheet")
            await held.pilot.press("enter", "r", "delete", "x", "y", "down", "u")
            assert isinstance(held.app.screen, PresetsScreen)


async def test_a_broken_file_is_named(presets: FolderPresets, tmp_path: Path) -> None:
    (tmp_path / "presets" / "broken.json").write_text("{")
    async with shown(presets) as held:
        assert "broken.json" in words(held, "preset-sheet")
