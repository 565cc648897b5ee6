"""The studio's screen as an application: the feed in, wishes out, and the keys between.

Everything that knows the wire is imported after the first paint, so that the screen stands at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.notifications import SeverityLevel
from typing_extensions import override

from studio.core.errors import StudioError
from studio.core.text import one_line, printable
from studio.ui.actions import ACTIONS, action_named, first_key
from studio.ui.hold_keys import KeyMoved, TalkKey, with_releases
from studio.ui.layout import Pane
from studio.ui.screens.live import LiveScreen
from studio.ui.theming import FALLBACKS, textual_theme
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.config_pane import ConfigPane

if TYPE_CHECKING:
    from pathlib import PurePath

    from textual.driver import Driver
    from textual.screen import Screen

    from studio.config.themes import ThemeFile
    from studio.core.clock import Clock
    from studio.runtime.link import Feed
    from studio.runtime.plan import ConnectPlan
    from studio.session.local import LocalEvent
    from studio.session.state import Problem
    from studio.ui.live import Live
    from studio.ui.row_editor import RowEditor
    from studio.ui.screens.overlays import Chooser
    from studio.ui.screens.view import ViewScreen

LOOKS_PER_SECOND = 25
_BATCH = 200
"""Messages after which the keys get a turn: about 10 ms of folding."""


def _latency(keymap: Mapping[str, str]) -> ViewScreen:
    from studio.ui.screens.latency import LatencyScreen

    return LatencyScreen(keymap)


VIEWS: Mapping[str, Callable[[Mapping[str, str]], ViewScreen]] = {
    "latency": _latency,
}
"""What makes each whole screen over the panes, by its name; imported when it is first wanted."""


async def _nothing() -> None:
    """Leave things as they are."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What the screen is given once it stands.

    Attributes:
        feed: the worker's messages and cells.
        plan: what the first session is to be.
        plans: a plan for each provider that can be chosen, by its name.
        restart: starts the worker again after it went.
        connect: whether the first session begins at once.
        faults: what went wrong so far, as (title, message, hint).
    """

    feed: Feed
    plan: ConnectPlan
    plans: Mapping[str, ConnectPlan] = field(default_factory=dict)
    restart: Callable[[], Awaitable[None]] = _nothing
    connect: bool = True
    faults: Sequence[tuple[str, str, str]] = ()


class StudioApp(App[None]):
    """The live screen.

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
        "overlays.tcss",
    ]
    TITLE: str | None = "Realtime Studio"
    BINDINGS = bindings_of("app")
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
        super().__init__()
        self._open_feed = open_feed
        self._clock = clock
        self._themes = tuple(themes)
        self._on_theme = on_theme
        self._opening: Opening | None = None
        self.live: Live | None = None
        for file in self._themes:
            self.register_theme(textual_theme(file))
        names = [file.name for file in self._themes]
        if names:
            self.theme = theme if theme in names else names[0]
        self._keymap_given = dict(keymap or {})
        talk = action_named("session.talk")
        self._talk_key = TalkKey(self._keymap_given.get(talk.id, talk.keys), clock)
        self._live_screen = LiveScreen(self._keymap_given)
        self._views: dict[str, ViewScreen] = {}
        self._rows: RowEditor | None = None

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
        from studio.ui.live import Live
        from studio.ui.row_editor import RowEditor

        opening = self._opening = await self._open_feed()
        live = self.live = Live(opening.plan, opening.plans, self._clock)
        rows = self._rows = RowEditor(live, opening.feed, self)
        for fault in opening.faults:
            self._toast(live.fault(*fault))
        self.set_interval(1 / LOOKS_PER_SECOND, self.look)
        opening.feed.look_for_cards()
        if opening.connect:
            opening.feed.start(live.begin())
        taken = 0
        async for message in opening.feed.messages():
            cards = live.cards
            problem = live.take(message)
            if problem is not None:
                self._toast(problem)
            if live.cards is not cards:
                rows.offer_cards()
            taken += 1
            if taken % _BATCH == 0:
                await asyncio.sleep(0)

    def look(self) -> None:
        """Sample the cells, send what is due, and draw what changed."""
        live, opening = self.live, self._opening
        if live is None or opening is None:
            return
        live.trace.take(opening.feed.cells)
        for wish in (live.wish_due(), live.sound_due()):
            if wish is not None:
                opening.feed.send(wish)
        self._live_screen.show(live, self._rows.fault if self._rows else "")
        if (view := self._current_view) is not None:
            view.show(live)

    def _toast(self, problem: Problem) -> None:
        severities: Mapping[str, SeverityLevel] = {
            "error": "error",
            "warning": "warning",
            "info": "information",
        }
        words = printable(problem.message)
        if problem.hint:
            words += f"\n→ {printable(problem.hint)}"
        self.notify(
            words, title=one_line(problem.title), severity=severities[problem.severity],
            markup=False,
        )  # fmt: skip

    def _send(self, event: LocalEvent) -> None:
        if self._opening and self._is_connected():
            self._opening.feed.send(event)

    def _is_connected(self) -> bool:
        """Whether there is a session to act on; says so where there is none."""
        if self.live is not None and self.live.is_connected:
            return True
        key = first_key(action_named("session.connect"), self._keymap_given)
        self.notify(f"Not connected: {key} connects.", severity="warning", markup=False)
        return False

    # The session

    def action_connect(self) -> None:
        """Connect, or disconnect."""
        if self.live is None or self._opening is None:
            return
        if self.live.is_connected:
            self._opening.feed.stop()
        else:
            self.action_new_session()

    def action_new_session(self) -> None:
        """Start a session with the draft; one that runs ends first."""
        if self.live is not None and self._opening is not None and self.live.gone is None:
            self._opening.feed.start(self.live.begin())

    async def action_restart(self) -> None:
        """Start the worker again after it went."""
        if self.live is None or self._opening is None or self.live.gone is None:
            return
        try:
            await self._opening.restart()
        except (OSError, StudioError) as error:
            self._toast(self.live.fault("Cannot start the voice worker", str(error), ""))
            return
        self.live.restarted()
        self.action_new_session()

    def action_mute(self) -> None:
        """Mute the microphone, or open it."""
        from studio.session.local import MuteSet

        if self.live is not None:
            self._send(MuteSet(muted=not self.live.state.speech.muted))

    def action_talk(self) -> None:
        """Open the microphone while the talk key is held, or from one tap to the next."""
        if self.live is not None and self._is_connected():
            self._talk(self._talk_key.pressed(is_talking=self.live.state.speech.talk_key))

    def on_key_moved(self, event: KeyMoved) -> None:
        """Close the microphone where the talk key was held and is let go."""
        wanted = self._talk_key.moved(event.moved_key, is_down=event.is_down)
        if self.live is not None and self.live.is_connected:
            self._talk(wanted)

    def _talk(self, wanted: bool | None) -> None:  # noqa: FBT001 - None leaves it as it is
        from studio.session.local import TalkKeySet

        if self.live is not None:
            self.live.talk_is_held = self._talk_key.is_holding
        if wanted is not None:
            self._send(TalkKeySet(held=wanted))

    def action_interrupt(self) -> None:
        """Make the assistant be quiet."""
        from studio.session.local import InterruptWanted

        if self.live is not None and self.live.is_connected:
            self._send(InterruptWanted())

    def action_type_text(self) -> None:
        """Ask for a message and send it."""
        from studio.session.local import TextWanted

        if self._is_connected():
            self.ask("message", "Sent as the user's words.", "", lambda text: self._send(
                TextWanted(text=text)))  # fmt: skip

    def action_speak_text(self) -> None:
        """Ask for words and have a voice speak them into the microphone."""
        from studio.session.local import SpeakWanted

        if self._is_connected():
            self.ask("speak", "A local voice says it into the microphone.", "",
                      lambda text: self._send(SpeakWanted(text=text)))  # fmt: skip

    def action_answer_call(self) -> None:
        """Ask for the output of the oldest function call that waits, and send it."""
        from studio.session.local import ToolAnswered

        calls = self.live.state.tools.calls if self.live is not None else ()
        call = next((each for each in calls if each.output is None), None)
        if call is None:
            self.notify("No function call waits for an answer.", markup=False)
            return
        label = one_line(call.name, 30)
        self.ask(label, one_line(call.arguments, 60), "", lambda text: self._send(
            ToolAnswered(call_id=call.call_id, output=text)))  # fmt: skip

    def ask(self, label: str, hint: str, value: str, then: Callable[[str], None]) -> None:
        """Have a line typed; nothing happens where it is empty or left."""
        from studio.ui.screens.overlays import Prompt

        def done(text: str | None) -> None:
            if text is not None and text.strip():
                then(text)

        _ = self.push_screen(Prompt(label, hint, value), done)

    # The panes

    def action_view(self, name: str) -> None:
        """Show the session in another way, over the panes."""
        if self.live is None or len(self.screen_stack) > 1 + (self._current_view is not None):
            return
        if name not in self._views:
            self._views[name] = VIEWS[name](self._keymap_given)
        view = self._views[name]
        if view.is_current:
            return
        if self._current_view is not None:
            _ = self.pop_screen()
        _ = self.push_screen(view)
        view.show(self.live)

    @property
    def _current_view(self) -> ViewScreen | None:
        return next((view for view in self._views.values() if view.is_current), None)

    def action_explain(self, figure: str) -> None:
        """Say what a figure of the health strip counts."""
        from studio.ui.present.health import figure_named

        self.notify(figure_named(figure).help, title=figure, markup=False)

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What places panes does nothing where there are none."""
        if action in ("zoom", "hide", "resize"):
            return self._current_view is None
        return super().check_action(action, parameters)

    def action_go(self, pane: str) -> None:
        """Focus a pane."""
        if self._current_view is not None:
            _ = self.pop_screen()
        self._live_screen.go(Pane(pane))

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
        from studio.ui.screens.overlays import Sheet

        colors = palette_from(self.theme_variables)
        problems = self.live.problems if self.live else ()
        body = (
            help_text(self._keymap_given, colors)
            if which == "help"
            else problems_text(problems, colors)
        )
        _ = self.push_screen(Sheet(title, body))

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
            if action.scope == "app" and action.id != "studio.palette":
                yield SystemCommand(action.label.capitalize(), action.help, self._runner(action.do))

    def _runner(self, do: str) -> Callable[[], Awaitable[bool]]:
        async def run() -> bool:
            return await self.run_action(do)

        return run

    # The config pane's wishes

    def on_config_pane_stepped(self, event: ConfigPane.Stepped) -> None:
        """Step a value."""
        if self._rows is not None:
            self._rows.step(event.path, event.steps)

    def on_config_pane_slid(self, event: ConfigPane.Slid) -> None:
        """Put a value where the slider was touched."""
        if self._rows is not None:
            self._rows.slide(event.path, event.share)

    def on_config_pane_undone(self) -> None:
        """Take the last change back."""
        if self._rows is not None:
            self._rows.undo()

    def on_config_pane_chosen(self, event: ConfigPane.Chosen) -> None:
        """Have a value typed or chosen."""
        if self._rows is not None:
            self._rows.open(event.path)

    def action_echo(self) -> None:
        """Choose what helps where the assistant hears itself."""
        if self._rows is not None:
            self._rows.choose_remedy()

    def choose(self, chooser: Chooser, then: Callable[[str | None], None]) -> None:
        """Have an entry of a list chosen; None where it is left."""
        _ = self.push_screen(chooser, then)

    # The inspector's wishes

    def on_inspector_pane_search_wanted(self) -> None:
        """Ask what to look for."""
        inspector = self._live_screen.inspector
        self.ask("find", "A type, or words in a payload.", inspector.words, inspector.search)
