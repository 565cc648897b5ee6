"""The studio's screen as an application: the feed in, wishes out, and the keys between.

Everything that knows the wire is imported after the first paint, so that the screen stands at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import SystemCommand
from typing_extensions import override

from studio.ui.actions import ACTIONS
from studio.ui.hold_keys import with_releases
from studio.ui.layout import Pane
from studio.ui.opening import Opening
from studio.ui.replaying import Replaying
from studio.ui.screens.live import LiveScreen
from studio.ui.talking import Talking
from studio.ui.theming import FALLBACKS, textual_theme
from studio.ui.toasts import keep_clear
from studio.ui.widgets.bindings import bindings_of

__all__ = ["VIEWS", "Opening", "StudioApp"]

if TYPE_CHECKING:
    from pathlib import PurePath

    from textual.binding import BindingType
    from textual.driver import Driver
    from textual.screen import Screen

    from studio.config.themes import ThemeFile
    from studio.core.clock import Clock
    from studio.ui.screens.view import ViewScreen

LOOKS_PER_SECOND = 25
_BATCH = 200
"""Messages after which the keys get a turn: about 10 ms of folding."""


def _latency(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.latency import LatencyScreen

    return LatencyScreen(keymap)


def _turns(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.turns import TurnsScreen

    return TurnsScreen(keymap)


def _library(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.library import LibraryScreen

    return LibraryScreen(keymap)


def _compare(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.compare import CompareScreen

    return CompareScreen(keymap)


def _audition(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.audition import AuditionScreen

    return AuditionScreen(keymap)


def _composer(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.composer import ComposerScreen

    return ComposerScreen(keymap)


def _presets(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.presets import PresetsScreen

    return PresetsScreen(keymap)


def _lab(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.tuning import TuningScreen

    return TuningScreen(keymap)


def _sweep(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.sweep import SweepScreen

    return SweepScreen(keymap)


VIEWS: Mapping[str, Callable[[Mapping[str, str]], ViewScreen]] = {
    "latency": _latency,
    "library": _library,
    "compare": _compare,
    "turns": _turns,
    "lab": _lab,
    "audition": _audition,
    "composer": _composer,
    "presets": _presets,
    "sweep": _sweep,
}
"""What makes each whole screen over the panes, by its name; imported when it is first wanted."""


class StudioApp(Talking, Replaying):
    """The screen of the live session, and of stored ones.

    Args:
        open_feed: called once after the first paint.
        clock: what time the hand moved.
        themes: the themes to choose from.
        theme: the name of one; the first stands in for one that is not there.
        keymap: keys by action id.
        on_theme: told the name of a theme that was chosen.
    """

    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = [
        "live.tcss",
        "latency.tcss",
        "library.tcss",
        "turns.tcss",
        "tuning.tcss",
        "audition.tcss",
        "composer.tcss",
        "presets.tcss",
        "record.tcss",
        "sweep.tcss",
        "overlays.tcss",
    ]
    TITLE: str | None = "Realtime Studio"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("recording"), *bindings_of("app")]
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        open_feed: Callable[[], Awaitable[Opening]],
        *,
        clock: Clock,
        themes: Sequence[ThemeFile] = (),
        theme: str = "",
        keymap: Mapping[str, str] | None = None,
        on_theme: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(clock, keymap or {})
        self._open_feed = open_feed
        self._themes = tuple(themes)
        self._on_theme = on_theme
        for file in self._themes:
            self.register_theme(textual_theme(file))
        names = [file.name for file in self._themes]
        if names:
            self.theme = theme if theme in names else names[0]
        self._live_screen = LiveScreen(self._keymap_given)
        self._views: dict[str, ViewScreen] = {}
        self._trail: list[str] = []  # the views below the one on the screen, as they were opened
        self._event_of: list[str] = []  # the same, with the view that brought up the event shown

    @override
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(FALLBACKS)

    @override
    def get_default_screen(self) -> Screen[None]:
        return self._live_screen

    @override
    def get_driver_class(self) -> type[Driver]:
        return with_releases(super().get_driver_class())

    def on_mount(self) -> None:
        """Paint first; the feed opens behind the paint."""
        self.set_keymap(self._keymap_given)
        self.call_after_refresh(self._begin)

    @override
    def _fatal_error(self) -> None:
        """Leave after a fault of our own, with a traceback that shows no values: some are keys."""
        from rich.segment import Segments
        from rich.traceback import Traceback

        traceback = Traceback(show_locals=False, width=None)
        words = self.console.render(traceback, self.console.options)
        self._exit_renderables.append(Segments(words))
        self._close_messages_no_wait()

    def _begin(self) -> None:
        self.run_worker(self._listen(), name="feed", exit_on_error=True)

    async def _listen(self) -> None:
        """Open the feed and fold all it says, giving the screen a turn in a flood."""
        from studio.runtime.messages import RecordingHeard
        from studio.ui.live import Live
        from studio.ui.row_editor import RowEditor

        opening = self._opening = await self._open_feed()
        live = self.live = Live(opening.plan, opening.plans, self._clock)
        rows = self._rows = RowEditor(live, opening.feed, self)
        for fault in opening.faults:
            self.toast(live.fault(*fault))
        self.set_interval(1 / LOOKS_PER_SECOND, self.look)
        opening.feed.look_for_cards()
        if opening.connect:
            opening.feed.start(live.begin())
        if opening.recording:
            self.open_recording(opening.recording)
        taken = 0
        async for message in opening.feed.messages():
            cards = live.cards
            problem = live.take(message)
            if problem is not None:
                self.toast(problem)
            if live.cards is not cards:
                rows.offer_cards()
            if isinstance(message, RecordingHeard):
                self.recording_heard(message)
                if (view := self._current_view) is not None:
                    view.heard(message)
            taken += 1
            if taken % _BATCH == 0:
                await asyncio.sleep(0)

    @override
    def look(self) -> None:
        """Sample the cells, send what is due, and draw what changed."""
        live, opening = self.live, self._opening
        if live is None or opening is None:
            return
        live.trace.take(opening.feed.cells)
        for wish in (live.wish_due(), live.sound_due()):
            if wish is not None:
                opening.feed.send(wish)
        self.replay()
        shown = self.shown or live
        self._live_screen.show(shown, self._rows.fault if self._rows else "")
        if (view := self._current_view) is not None:
            view.show(shown)
        for screen in self.screen_stack[-1:]:
            keep_clear(screen)

    # The panes

    def action_view(self, name: str) -> None:
        """Show the session in another way, over the panes."""
        if self.shown is None or len(self.screen_stack) > 1 + (self._current_view is not None):
            return
        if name not in self._views:
            self._views[name] = VIEWS[name](self._keymap_given)
            self.install_screen(self._views[name], name)  # it is left and entered, not made anew
        if self._views[name].is_current:
            return
        self._event_of = []
        trail = self._left_for_panes()
        self._enter(name, trail[: trail.index(name)] if name in trail else trail)

    def _left_for_panes(self) -> list[str]:
        """Bring the panes up; the views that were entered till then, the latest last."""
        trail, self._trail = self._trail, []
        name = next((name for name, view in self._views.items() if view.is_current), None)
        if name is None:
            return []
        _ = self.pop_screen()
        return [*trail, name]

    def _enter(self, name: str, trail: list[str]) -> None:
        view, self._trail = self._views[name], trail
        _ = self.push_screen(view)
        if self.shown is not None:
            view.show(self.shown)

    @override
    def leave_view(self) -> None:
        *trail, _left = self._left_for_panes()
        if trail:
            self._enter(trail[-1], trail[:-1])

    def action_return(self) -> None:
        """Go back from an event to the view that showed it."""
        trail, self._event_of = self._event_of, []
        if trail and self._current_view is None:
            self._enter(trail[-1], trail[:-1])

    @property
    def _current_view(self) -> ViewScreen | None:
        return next((view for view in self._views.values() if view.is_current), None)

    def action_compose_again(self) -> None:
        """Take the event at the inspector's cursor to the composer."""
        from studio.ui.detail_view import text_to_resend
        from studio.ui.screens.composer import ComposerScreen

        shown, envelope = self.shown, self._live_screen.inspector.selected
        if shown is None or envelope is None:
            return
        self.action_view("composer")
        composer = self._views.get("composer")
        if isinstance(composer, ComposerScreen):
            composer.compose_again(text_to_resend(envelope, self._live_screen.audio_of))

    def action_explain(self, figure: str) -> None:
        """Say what a figure of the health strip counts."""
        from studio.ui.present.health import figure_named

        self.notify(figure_named(figure).help, title=figure, markup=False)

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What places panes does nothing where there are none."""
        if action in ("zoom", "hide", "resize"):
            return self._current_view is None
        if action in ("return", "replay_leave") and self._current_view is None:
            is_due = bool(self._event_of)
            return is_due if action == "return" else self.replayed is not None and not is_due
        if action.startswith("replay_"):
            return self.replayed is not None
        return super().check_action(action, parameters)

    def action_go(self, pane: str) -> None:
        """Focus a pane."""
        _ = self._left_for_panes()
        self._event_of = []
        self._live_screen.go(Pane(pane))

    @override
    def show_event(self, seq: int) -> None:
        """Bring the panes up, and put the inspector's cursor on the event of this number."""
        trail = self._left_for_panes()
        self.action_go(Pane.INSPECTOR)
        self._event_of = trail
        self._live_screen.show_event(seq)

    def action_zoom(self) -> None:
        """The whole screen for the current pane, or the panes again."""
        self._live_screen.zoom()

    def action_hide(self) -> None:
        """Hide the current pane."""
        self._live_screen.hide()

    def action_resize(self, wider: int, taller: int) -> None:
        """Resize the current pane."""
        self._live_screen.resize(wider, taller)

    # The studio

    def action_help(self) -> None:
        """Show every key."""
        self._sheet("Keys", "help")

    def action_problems(self) -> None:
        """List what went wrong."""
        self._sheet("Problems", "problems")

    def _sheet(self, title: str, which: str) -> None:
        from studio.ui.present.palette import palette_from
        from studio.ui.present.sheets import help_text, problems_text
        from studio.ui.screens.overlays import Sheet, sheet_cells

        colors = palette_from(self.theme_variables)
        problems = self.shown.problems if self.shown else ()
        width = sheet_cells(self.size.width)
        body = (
            help_text(self._keymap_given, colors, self._here, width)
            if which == "help"
            else problems_text(problems, colors, width)
        )
        _ = self.push_screen(Sheet(title, body))

    @property
    def _here(self) -> str:
        """The scope of the keys that hold where the focus is."""
        view = self._current_view
        return view.scope if view is not None else (self.focused and self.focused.id) or ""

    def action_theme(self) -> None:
        """Choose a theme; each is worn while the cursor is on it."""
        from studio.ui.choice import Choice
        from studio.ui.screens.overlays import Chooser

        before = self.theme

        def wear(name: str) -> None:
            self.theme = name

        def done(name: str | None) -> None:
            wear(name or before)
            if name and self._on_theme:
                self._on_theme(name)

        choices = [Choice(file.name, file.title) for file in self._themes]
        _ = self.push_screen(Chooser("Theme", choices, before, wear), done)

    @override
    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        del screen
        for action in ACTIONS:
            is_here = action.scope == "app" or (
                action.scope == "recording" and self.replayed is not None
            )
            if is_here and action.id != "studio.palette":
                yield SystemCommand(action.label.capitalize(), action.help, self._runner(action.do))

    def _runner(self, do: str) -> Callable[[], Awaitable[bool]]:
        async def run() -> bool:
            return await self.run_action(do)

        return run
