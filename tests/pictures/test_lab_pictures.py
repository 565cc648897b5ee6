"""Pictures of the lab: a take under two settings, and a sweep, each after words it must hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from studio.config.themes import bundled_theme_folder, load_themes
from studio.core.clock import ManualClock
from studio.ui.app import Opening, StudioApp
from studio.ui.screens.sweep import SweepScreen
from studio.ui.screens.tuning import TuningScreen
from studio.ui.widgets.heat_map import HeatMap
from studio.ui.widgets.tuning_lanes import TuningLanes
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN, FakeFeed
from tests.fakes.lab import FakeTakes, hesitation
from tests.fakes.sweeps import FakeSweeps

pytestmark = pytest.mark.picture

Compare = Callable[..., bool]
_PATIENCE = 400


def lab() -> StudioApp:
    """The studio with a take that hesitates, and sweeps in memory."""
    desk = FakeDesk(the_takes=FakeTakes.of(hesitation()), the_sweeps=FakeSweeps())

    async def open_feed() -> Opening:
        return Opening(FakeFeed(), PLAN, desk=desk)

    themes = load_themes([bundled_theme_folder()]).themes
    return StudioApp(open_feed, clock=ManualClock(), themes=themes, theme="dark")


async def until(app: StudioApp, pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Let the screen work until this holds, and then until nothing moves any more."""
    for _ in range(_PATIENCE):
        if holds():
            break
        await pilot.pause()
        app.look()
    assert holds()
    app.clear_notifications()
    for _ in range(4):
        app.look()
        await pilot.pause()


def test_a_take_under_two_settings(snap_compare: Compare) -> None:
    app = lab()

    async def go_there(pilot: Pilot[None]) -> None:
        await until(app, pilot, lambda: app.live is not None)
        await pilot.press("L")
        screen = app.screen
        assert isinstance(screen, TuningScreen)
        await until(app, pilot, lambda: screen.is_heard("hesitation"))
        await pilot.press("down", *["left"] * 30, "b", *["right"] * 30)
        lanes = screen.query_one(TuningLanes)
        await until(app, pilot, lambda: "cut off" in lanes.plain and "B" in lanes.plain)

    assert snap_compare(app, terminal_size=(120, 40), run_before=go_there)


def test_a_sweep(snap_compare: Compare) -> None:
    app = lab()

    async def go_there(pilot: Pilot[None]) -> None:
        await until(app, pilot, lambda: app.live is not None)
        await pilot.press("ctrl+g")
        await until(app, pilot, lambda: isinstance(app.screen, SweepScreen))
        await pilot.press("enter")
        heat_map = app.screen.query_one(HeatMap)
        await until(app, pilot, lambda: "★" in heat_map.render().plain)

    assert snap_compare(app, terminal_size=(120, 40), run_before=go_there)
