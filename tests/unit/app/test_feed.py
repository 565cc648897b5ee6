from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

from studio.app.choices import Choices
from studio.app.feed import StudioFeed
from studio.app.plans import first_plan
from studio.app.setup import read_setup
from studio.core.errors import StudioError
from studio.runtime.cells import Cells
from studio.runtime.children import LocalServer
from studio.runtime.link import WorkerLink
from studio.runtime.messages import Fault
from studio.runtime.plan import ConnectPlan
from studio.session.local import InterruptWanted, LocalEvent


class FakeLink:
    """A worker that says what it is given, and remembers what it was told."""

    def __init__(self) -> None:
        self.cells = Cells(sent_ms=7.0)
        self.started: list[ConnectPlan] = []
        self.sent: list[LocalEvent] = []
        self.stops = self.looks = 0
        self.began = asyncio.Event()
        self.says: asyncio.Queue[Fault | None] = asyncio.Queue()

    def start(self, plan: ConnectPlan) -> None:
        self.started.append(plan)
        self.began.set()

    def send(self, event: LocalEvent) -> None:
        self.sent.append(event)

    def stop(self) -> None:
        self.stops += 1

    def look_for_cards(self) -> None:
        self.looks += 1

    async def messages(self) -> AsyncIterator[Fault]:
        while (said := await self.says.get()) is not None:
            yield said


class FakeServer:
    """A local server that starts, dies, or refuses to start."""

    def __init__(self, refusal: StudioError | None = None) -> None:
        self.is_running = False
        self.starts = 0
        self.refusal = refusal

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.starts}/v1/realtime"

    async def start(self) -> None:
        if self.refusal:
            raise self.refusal
        self.starts += 1
        self.is_running = True


def plan_in(home: Path, base_url: str | None = None) -> ConnectPlan:
    choices = Choices(base_url=base_url)
    return first_plan(read_setup(choices, {"STUDIO_HOME": str(home)}), choices)[0]


def feed_of(link: FakeLink, server: FakeServer, tasks: asyncio.TaskGroup) -> StudioFeed:
    return StudioFeed(cast("WorkerLink", link), cast("LocalServer", server), tasks)


async def test_a_server_is_started_once_and_again_only_after_it_died(tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as tasks:
        link, server = FakeLink(), FakeServer()
        feed = feed_of(link, server, tasks)
        for running in (True, True, False):
            server.is_running = server.is_running and running
            link.began.clear()
            feed.start(plan_in(tmp_path))
            await link.began.wait()
        assert [plan.url for plan in link.started] == [
            "ws://127.0.0.1:1/v1/realtime",
            "ws://127.0.0.1:1/v1/realtime",
            "ws://127.0.0.1:2/v1/realtime",
        ]
        link.says.put_nowait(None)


async def test_somebody_else_s_server_needs_none_of_ours(tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as tasks:
        link, server = FakeLink(), FakeServer()
        feed_of(link, server, tasks).start(plan_in(tmp_path, base_url="ws://127.0.0.1:9"))
        await link.began.wait()
        assert link.started[0].url == "ws://127.0.0.1:9"
        assert server.starts == 0
        link.says.put_nowait(None)


async def test_a_server_that_does_not_start_is_told_beside_what_the_worker_says(
    tmp_path: Path,
) -> None:
    async with asyncio.TaskGroup() as tasks:
        link = FakeLink()
        server = FakeServer(StudioError("It is gone.", title="No local server", hint="Look."))
        feed = feed_of(link, server, tasks)
        feed.start(plan_in(tmp_path))
        messages = feed.messages()
        assert await anext(messages) == Fault("No local server", "It is gone.", "Look.")
        assert link.started == []
        link.says.put_nowait(Fault("From", "the worker"))
        assert await anext(messages) == Fault("From", "the worker")
        link.says.put_nowait(None)
        assert [message async for message in messages] == []


async def test_wishes_and_cells_go_straight_through() -> None:
    async with asyncio.TaskGroup() as tasks:
        link = FakeLink()
        feed = feed_of(link, FakeServer(), tasks)
        feed.send(InterruptWanted())
        feed.stop()
        feed.look_for_cards()
        assert (link.sent, link.stops, link.looks) == ([InterruptWanted()], 1, 1)
        assert feed.cells is link.cells
        link.says.put_nowait(None)
