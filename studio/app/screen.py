"""`studio`: the screen, with its worker and its local server behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from studio.app.choices import Choices
from studio.app.serving import OWN_SERVER_COMMAND
from studio.app.setup import Setup, connect_plan, read_setup
from studio.config.preferences import save_preferences
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from studio.config.themes import ThemeLoad
    from studio.runtime.plan import ConnectPlan
    from studio.ui.app import Opening, StudioApp


def open_screen(choices: Choices, environ: Mapping[str, str]) -> int:
    """Open the screen until it is left; the exit status is that of the screen.

    Raises:
        StudioError: a choice of the command line cannot be used.
    """
    return asyncio.run(Studio(choices, environ).run(_until_left))


async def _until_left(app: StudioApp) -> None:
    await app.run_async()


class Studio:
    """Everything that is built for one run of the screen, and who releases it."""

    def __init__(self, choices: Choices, environ: Mapping[str, str]) -> None:
        self._choices = choices
        self._environ = environ
        self._setup: Setup = read_setup(choices, environ)
        self._stack = AsyncExitStack()
        self._first_plan: ConnectPlan | None = None

    async def run(self, show: Callable[[StudioApp], Awaitable[None]]) -> int:
        """Build the screen, `show` it, and release everything; returns its exit status."""
        from studio.config.themes import bundled_theme_folder, load_themes
        from studio.runtime.clock import SystemClock
        from studio.ui.app import StudioApp

        folders = (bundled_theme_folder(), self._setup.paths.themes_dir)
        themes = load_themes(folders)
        async with self._stack, asyncio.TaskGroup() as tasks:
            app = StudioApp(
                lambda: self._open(tasks, themes),
                clock=SystemClock(),
                themes=themes.themes,
                theme=self._setup.preferences.theme,
                keymap=self._setup.preferences.keymap,
                on_theme=lambda name: self._save(app, {"theme": name}),
            )
            await show(app)
            self._keep_settings(app)
            await self._stack.aclose()
        return app.return_code or 0

    async def _open(self, tasks: asyncio.TaskGroup, themes: ThemeLoad) -> Opening:
        """Start the worker; called once, behind the first paint."""
        from studio.app.feed import StudioFeed
        from studio.protocol.providers import PROVIDERS
        from studio.runtime.children import LocalServer
        from studio.runtime.link import WorkerLink
        from studio.ui.app import Opening

        plan, faults = connect_plan(self._setup, self._choices)
        self._first_plan = plan
        log_dir = self._setup.paths.log_dir
        server = LocalServer(OWN_SERVER_COMMAND, log_dir / "server.log")
        link = WorkerLink(log_dir / "worker.log")
        self._stack.push_async_callback(server.stop)
        self._stack.push_async_callback(link.close)
        told = [
            *(("Setting passed over", fault.in_words(), "") for fault in self._setup.faults),
            *(("Setting passed over", fault.in_words(), "") for fault in faults),
            *(("Theme passed over", f"{bad.path}: {bad.message}", "") for bad in themes.faults),
        ]
        await link.open()
        return Opening(
            feed=StudioFeed(link, server, tasks),
            plan=plan,
            plans={name: self._plan_for(name, plan) for name in PROVIDERS},
            restart=link.restart,
            faults=told,
        )

    def _plan_for(self, provider: str, plan: ConnectPlan) -> ConnectPlan:
        """The plan that choosing another provider on the screen leads to."""
        if provider == plan.provider:
            return plan
        unaddressed = self._setup.preferences.model_copy(
            update={"provider": provider, "base_url": "", "model": "", "dialect": ""}
        )
        setup = Setup(self._setup.paths, unaddressed, ())
        return connect_plan(setup, Choices())[0]

    def _keep_settings(self, app: StudioApp) -> None:
        """Keep what was changed on the screen for the next time."""
        if self._first_plan is None or app.live is None:
            return
        from studio.protocol.settings import changed_fields, get_path

        before, after = self._first_plan, app.live.draft.plan
        changes: dict[str, object] = {}
        if after.provider != before.provider:
            changes |= {"provider": after.provider, "base_url": "", "model": "", "dialect": ""}
        paths = changed_fields(before.settings, after.settings)
        if paths and after.provider == before.provider:
            stored = dict(self._setup.preferences.session)
            stored |= {path: get_path(after.settings, path) for path in paths}
            changes["session"] = stored
        if changes:
            self._save(app, changes)

    def _save(self, app: StudioApp, changes: Mapping[str, object]) -> None:
        try:
            save_preferences(self._setup.paths.config_file, changes)
        except StudioError as error:
            app.notify(error.in_words(), severity="warning", markup=False)
