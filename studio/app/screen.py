"""`studio`: the screen, with its worker and its local server behind it."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from studio.app.choices import Choices
from studio.app.farewell import ASKED, dying_of_hangup, heeding
from studio.app.serving import OWN_SERVER_COMMAND
from studio.config.glance import glance
from studio.config.paths import studio_paths
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from studio.app.plans import Told
    from studio.app.setup import Setup
    from studio.config.themes import ThemeLoad
    from studio.runtime.plan import ConnectPlan
    from studio.ui.app import Opening, StudioApp


def open_screen(choices: Choices, environ: Mapping[str, str], recording: str = "") -> int:
    """Open the screen until it is left; the exit status is that of the screen.

    Args:
        choices: of the command line.
        environ: the environment.
        recording: the stored session to show, with no session begun; empty for none.

    Raises:
        StudioError: a choice of the command line cannot be used, or there is no terminal.
    """
    if not (os.isatty(0) and os.isatty(2)):  # keys come from one, the screen goes to the other
        raise StudioError(
            "The screen needs a terminal for its input and its standard error.",
            title="No terminal",
            hint="`studio talk`, `studio events` and `studio export` work without one.",
        )
    gc.disable()  # until the worker is there
    return asyncio.run(Studio(choices, environ, recording).run(_until_left))


async def _until_left(app: StudioApp) -> None:
    await app.run_async()


class Studio:
    """Everything that is built for one run of the screen, and who releases it."""

    def __init__(self, choices: Choices, environ: Mapping[str, str], recording: str = "") -> None:
        self._choices = choices
        self._environ = environ
        self._recording = recording
        self._paths = studio_paths(environ)
        self._stack = AsyncExitStack()
        self._begun_with: tuple[Setup, ConnectPlan] | None = None
        self._failure: StudioError | None = None

    async def run(self, show: Callable[[StudioApp], Awaitable[None]]) -> int:
        """Build the screen, `show` it, and release everything; returns its exit status.

        Raises:
            StudioError: a choice of the command line cannot be used, the worker cannot be started,
                or the settings cannot be kept.
        """
        from studio.config.themes import bundled_theme_folder, load_themes
        from studio.runtime.clock import SystemClock
        from studio.ui.app import StudioApp

        if self._choices.name_a_session:
            from studio.app.setup import connect_plan, read_setup

            connect_plan(read_setup(self._choices, self._environ), self._choices)
        if self._recording:
            self._recording = self._found(self._recording)
        look = glance(self._paths.config_file, self._environ, self._choices.theme)
        themes = load_themes((bundled_theme_folder(), self._paths.themes_dir))
        async with self._stack, asyncio.TaskGroup() as tasks:
            app = StudioApp(
                lambda: self._open_or_leave(app, tasks, themes, look.theme),
                clock=SystemClock(),
                themes=themes.themes,
                theme=look.theme,
                keymap=look.keymap,
                on_theme=lambda name: self._save_theme(app, name),
            )
            with heeding(ASKED, app.exit), dying_of_hangup(lambda: self._keep_settings(app)):
                await show(app)
            self._keep_settings(app)
            await self._stack.aclose()
        if self._failure is not None:
            raise self._failure
        return app.return_code or 0

    async def _open_or_leave(
        self, app: StudioApp, tasks: asyncio.TaskGroup, themes: ThemeLoad, theme: str
    ) -> Opening:
        """Open, or close the screen for words that stand below it, and wait for that."""
        try:
            return await self._open(tasks, themes, theme)
        except StudioError as failure:
            self._failure = failure
            app.exit()
            never: asyncio.Future[Opening] = asyncio.get_running_loop().create_future()
            return await never

    async def _open(self, tasks: asyncio.TaskGroup, themes: ThemeLoad, theme: str) -> Opening:
        """Start the worker; called once, behind the first paint.

        What is imported and built by the end of it lives as long as the screen: the collector,
        which rests until then, never looks through it. Else keys would wait for that now and then.
        """
        from studio.app.desk import StudioDesk
        from studio.app.feed import StudioFeed
        from studio.app.plans import first_plan, plan_for
        from studio.app.setup import read_setup
        from studio.protocol.providers import PROVIDERS
        from studio.runtime.children import LocalServer
        from studio.runtime.clock import SystemClock
        from studio.runtime.link import WorkerLink
        from studio.ui.app import Opening

        setup = read_setup(self._choices, self._environ)
        plan, told = first_plan(setup, self._choices)
        self._begun_with = (setup, plan)
        log_dir = setup.paths.log_dir
        server = LocalServer(OWN_SERVER_COMMAND, log_dir / "server.log")
        link = WorkerLink(log_dir / "worker.log")
        self._stack.push_async_callback(server.stop)
        self._stack.push_async_callback(link.close)
        told += _theme_faults(themes, theme)
        await link.open()
        gc.freeze()
        gc.enable()
        return Opening(
            feed=StudioFeed(link, server, tasks),
            plan=plan,
            plans={name: plan_for(name, plan, setup) for name in PROVIDERS},
            restart=link.restart,
            connect=not self._recording,
            faults=told,
            desk=StudioDesk(setup.paths, plan.sessions_dir, SystemClock()),
            recording=self._recording,
        )

    def _found(self, wanted: str) -> str:
        """The folder of a stored session; a mistake is said before there is a screen.

        Raises:
            StudioError: there is none of this name, or several.
        """
        from studio.app.library import sessions_dir_of
        from studio.storage.folders import find_session

        return str(find_session(sessions_dir_of(self._choices, self._environ), wanted))

    def _keep_settings(self, app: StudioApp) -> None:
        """Keep what was changed on the screen for the next time."""
        if self._begun_with is None or app.live is None:
            return
        from studio.app.plans import changes_between

        setup, plan = self._begun_with
        if changes := changes_between(setup, plan, app.live.draft.plan):
            self._failure = self._save(changes) or self._failure

    def _save_theme(self, app: StudioApp, name: str) -> None:
        if failure := self._save({"theme": name}):
            app.notify(failure.in_words(), severity="warning", markup=False)

    def _save(self, changes: Mapping[str, object]) -> StudioError | None:
        from studio.config.preferences import save_preferences

        try:
            save_preferences(self._paths.config_file, changes)
        except StudioError as failure:
            return failure
        return None


def _theme_faults(themes: ThemeLoad, wanted: str) -> list[Told]:
    """The theme files that failed, and the theme that is not there."""
    faults = [("Theme passed over", f"{bad.path}: {bad.message}", "") for bad in themes.faults]
    names = [theme.name for theme in themes.themes]
    if wanted not in names:
        hint = f"There are: {', '.join(names)}. ctrl+t chooses one."
        faults.append(("No such theme", f"No theme is called {wanted!r}.", hint))
    return faults
