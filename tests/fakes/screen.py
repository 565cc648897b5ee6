"""The live screen over a `FakeFeed`, and how a test waits for what it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from textual.pilot import Pilot

from studio.config.themes import bundled_theme_folder, load_themes
from studio.core.clock import ManualClock
from studio.session.envelope import Envelope
from studio.ui.app import Opening, StudioApp
from studio.ui.live import Live
from studio.ui.widgets.lines import Lines
from tests.fakes.feed import PLAN, FakeFeed

_PATIENCE = 400


@dataclass
class Stage:
    """A running screen and everything a test needs to move it."""

    app: StudioApp
    pilot: Pilot[None]
    feed: FakeFeed
    clock: ManualClock
    themes_kept: list[str] = field(default_factory=list)

    @property
    def live(self) -> Live:
        """What the screen knows."""
        assert self.app.live is not None
        return self.app.live

    async def until(self, condition: Callable[[], Any]) -> None:
        """Let the screen work until the condition holds."""
        for _ in range(_PATIENCE):
            if condition():
                return
            await self.pilot.pause()
            self.app.look()
        raise AssertionError("the screen never came to it")

    async def play(self, envelopes: Iterable[Envelope]) -> None:
        """Play a session and wait until the screen has folded it."""
        events = tuple(envelopes)
        self.feed.play(events)
        await self.until(lambda: len(self.live.store) == len(events))
        await self.pilot.pause()

    def words(self, widget: str) -> str:
        """Every line of a pane as text."""
        pane = self.app.screen_stack[0].query_one(f"#{widget}", Lines)
        return "\n".join(pane.line(at, pane.columns).plain for at in range(pane.line_count()))

    def bar(self, widget: str) -> str:
        """A one-line bar as text."""
        rendered = self.app.screen_stack[0].query_one(f"#{widget}").render()
        return str(getattr(rendered, "plain", rendered))


@asynccontextmanager
async def stage(
    size: tuple[int, int] = (120, 40),
    *,
    keymap: Mapping[str, str] | None = None,
    opening: Callable[[FakeFeed], Opening] = lambda feed: Opening(feed, PLAN),
    toasts: bool = False,
) -> AsyncIterator[Stage]:
    """A screen of this size that has opened its feed; without toasts unless they are wanted."""
    feed, clock, kept = FakeFeed(), ManualClock(), list[str]()

    async def open_feed() -> Opening:
        return opening(feed)

    app = StudioApp(
        open_feed,
        clock=clock,
        themes=load_themes([bundled_theme_folder()]).themes,
        theme="dark",
        keymap=keymap,
        on_theme=kept.append,
    )
    async with app.run_test(size=size, notifications=toasts) as pilot:
        held = Stage(app, pilot, feed, clock, kept)
        await held.until(lambda: app.live is not None)
        yield held
