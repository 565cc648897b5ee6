"""Pictures of the live and the latency screen, each beside an assertion on what it must hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from studio.config.themes import bundled_theme_folder, load_themes
from studio.core.clock import ManualClock
from studio.runtime.cells import Cells
from studio.session.reduce import fold
from studio.ui.app import Opening, StudioApp
from studio.ui.widgets.filter_bar import FilterBar
from tests import conversations
from tests.fakes.feed import PLAN, FakeFeed

pytestmark = pytest.mark.picture

Compare = Callable[..., bool]


def cells(name: str) -> Cells:
    """A still look that fits the end of a conversation."""
    state = fold(conversations.LIBRARY[name]())
    sent_ms = 20 * round(state.speech.sent_bytes / 960)
    spans = [(span.start_ms, span.end_ms or sent_ms) for span in state.speech.local]
    frames = tuple(
        (at, 0.94 - at % 5 / 50 if any(a <= at * 32 < b for a, b in spans) else 0.04 + at % 7 / 99)
        for at in range(sent_ms // 32)
    )
    return Cells(
        at=state.last_at, input_db=-21.4, input_peak_db=-12.0, output_db=-30.2,
        output_peak_db=-18.0, probabilities=frames, sent_ms=sent_ms, queued_ms=820.0,
    )  # fmt: skip


def screen(
    name: str, theme: str = "dark"
) -> tuple[StudioApp, Callable[[Pilot[None]], Awaitable[None]]]:
    """A screen, and what plays a conversation to its end and lets the picture settle."""
    feed = FakeFeed()

    async def open_feed() -> Opening:
        return Opening(feed, PLAN)

    themes = load_themes([bundled_theme_folder()]).themes
    app = StudioApp(open_feed, clock=ManualClock(), themes=themes, theme=theme)
    events = conversations.LIBRARY[name]()

    async def settle(pilot: Pilot[None]) -> None:
        feed.cells = cells(name)
        feed.play(events)
        for _ in range(200):
            await pilot.pause()
            if app.live is not None and len(app.live.store) == len(events):
                break
        assert app.live is not None
        assert app.live.state == fold(events)
        app.clear_notifications()
        for _ in range(4):
            app.look()
            await pilot.pause()

    return app, settle


@pytest.mark.parametrize(
    ("name", "theme", "size"),
    [
        ("late_barge_in", "dark", (80, 24)),
        ("late_barge_in", "dark", (120, 40)),
        ("tool_round", "dark", (200, 60)),
        ("answering", "light", (120, 40)),
        ("two_turns", "high-contrast", (120, 40)),
    ],
)
def test_the_live_screen(
    snap_compare: Compare, name: str, theme: str, size: tuple[int, int]
) -> None:
    app, settle = screen(name, theme)
    assert snap_compare(app, terminal_size=size, run_before=settle)


@pytest.mark.parametrize(
    ("name", "theme", "size"),
    [
        ("self_interruption", "dark", (80, 24)),
        ("late_barge_in", "high-contrast", (120, 40)),
        ("long_talk", "light", (200, 60)),
    ],
)
def test_the_latency_screen(
    snap_compare: Compare, name: str, theme: str, size: tuple[int, int]
) -> None:
    app, settle = screen(name, theme)

    async def go_there(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.press("w", "g")
        for _ in range(4):
            app.look()
            await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=go_there)


@pytest.mark.parametrize(
    ("name", "theme", "size", "keys"),
    [
        ("late_barge_in", "dark", (80, 24), ("slash", *"truncated", "enter")),
        ("late_barge_in", "light", (120, 40), ("slash", *"resp_1", "enter", "apostrophe")),
        ("tool_round", "dark", (120, 40), ("f", "-is:delta", "-is:delta sizes:1")),
        ("tool_round", "high-contrast", (200, 60), ("f", "from:server type:response")),
        ("late_barge_in", "dark", (200, 60), ("g", "C", "down")),
    ],
)
def test_the_inspector(
    snap_compare: Compare, name: str, theme: str, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    app, settle = screen(name, theme)

    async def go_there(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.press("3", *(("z",) if size != (80, 24) else ()))
        written = keys[1:] if keys[0] == "f" else ()
        await pilot.press(*keys[: len(keys) - len(written)])
        bar = app.screen_stack[0].query_one(FilterBar)
        line = bar.query_one(Input)
        line.cursor_blink = False
        for text in written or ("",):  # at once: how fast one types decides what is listed between
            line.value = text
            line.cursor_position = len(text)
            for at in range(400):
                app.look()
                await pilot.pause(0.01)
                if at >= 40 and not bar.is_being_written:
                    break

    assert snap_compare(app, terminal_size=size, run_before=go_there)
