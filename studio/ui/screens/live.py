"""The live screen: it places the four panes and fills them, and decides nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from msgspec import structs
from rich.style import Style
from rich.text import Text
from textual import on
from textual.screen import Screen
from textual.widgets import Input
from typing_extensions import override

from studio.ui.actions import TYPED, action_named, first_key
from studio.ui.keeping import desk_of
from studio.ui.layout import TABS_BELOW, Mode, Pane, Wishes, mode_of, resized
from studio.ui.present.palette import Palette, palette_from
from studio.ui.spending import Spending
from studio.ui.widgets.bars import Bar, Keys, Tabs, too_small
from studio.ui.widgets.config_pane import ConfigPane
from studio.ui.widgets.detail import Detail
from studio.ui.widgets.inspector_pane import InspectorPane
from studio.ui.widgets.meter_pane import MeterPane
from studio.ui.widgets.pane import PaneBox
from studio.ui.widgets.panes import Panes
from studio.ui.widgets.payload_lines import PayloadLines
from studio.ui.widgets.replay_bar import ReplayBar
from studio.ui.widgets.transcript_pane import LIVE_HINT, RECORDED_HINT, TranscriptPane

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from studio.session.envelope import Envelope
    from studio.ui.shown import Shown

_IDLE = ("inspector.pause",)
"""Ids of the actions that do nothing while a recording is shown."""
_WAYS = ("view.tuning", "view.turns", "view.audition", "view.library")
_PLAYING = ("recording.play", "recording.leave")
_WAYS_FROM = 100
"""What the footer always offers: all of it from so many cells on, below only the first."""
_BANNER_KEYS = ("session.restart", "session.echo")


class LiveScreen(Screen[None]):
    """Everything of one session at a glance."""

    AUTO_FOCUS: ClassVar[str | None] = "#transcript"

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap
        self._wishes = Wishes()
        self._mode = Mode.MIDDLE
        self._wants_detail: bool | None = None
        self._session: tuple[Shown, int] | None = None
        self._seen: dict[str, tuple[object, ...]] = {}
        self.config = ConfigPane()
        self.transcript = TranscriptPane()
        self.inspector = InspectorPane()
        self.meter = MeterPane()
        self._detail = Detail()
        self._status = Bar("status")
        self._turn = Bar("turn")
        self._spending = Spending()
        self._is_pricing = False
        self._findings = 0
        self._found_at: tuple[object, ...] = ()
        self._banner = Bar("banner")
        self._tabs = Tabs("tabs")
        self._replay = ReplayBar()
        self._keys = Keys("keys")
        self._live: Shown | None = None
        bodies: dict[Pane, tuple[Widget, ...]] = {
            Pane.CONFIG: (self.config, self.config.help),
            Pane.TRANSCRIPT: (self.transcript,),
            Pane.INSPECTOR: (self.inspector, self._detail),
            Pane.METER: (self.meter,),
        }
        above = {Pane.INSPECTOR: self.inspector.filter_bar}
        self._panes = Panes(
            *(
                PaneBox(pane, number, str(pane), *bodies[pane], above=above.get(pane))
                for number, pane in enumerate(Pane, 1)
            )
        )

    @override
    def compose(self) -> ComposeResult:
        yield self._status
        yield self._banner
        yield self._tabs
        yield self._panes
        yield self._replay
        yield self._turn
        yield self._keys
        yield too_small()

    def on_mount(self) -> None:
        """The first picture, before anything is known."""
        colors = self._colors
        self._status.show(Text(" ○ starting", colors.muted))
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.restyle())
        self._place()

    @property
    def _colors(self) -> Palette:
        return palette_from(self.app.theme_variables)

    # Placing

    def on_resize(self, event: events.Resize) -> None:
        """Another size may be another mode."""
        self._mode = mode_of(event.size.width, event.size.height)
        for mode in Mode:
            self.set_class(mode is self._mode, f"-{mode}")
        self._place()

    def _place(self) -> None:
        self._panes.place(self._mode, self._wishes)
        if self.focused is None and self._mode is not Mode.TOO_SMALL:
            self._panes.boxes[self._wishes.current].body.focus()  # what is hidden loses the focus
        self.meter.left_columns = self._wishes.sizes.config_columns
        wants = self._mode is Mode.WIDE if self._wants_detail is None else self._wants_detail
        self._detail.set_class(wants, "-shown")
        self._mark_tab()
        self._seen.clear()
        self.call_after_refresh(self.fill)

    def _mark_tab(self) -> None:
        current = self._wishes.current
        self._tabs.mark(current, self._panes.boxes[current].head.facts)

    def _wish(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._place()

    def go(self, pane: Pane) -> None:
        """Focus a pane; one that is hidden comes back."""
        self._wish(replace(self._wishes, current=pane, hidden=self._wishes.hidden - {pane}))
        self._panes.boxes[pane].body.focus()

    def zoom(self) -> None:
        """The whole screen for the current pane, or the panes again."""
        if self._has_tabs():
            return
        self._wish(replace(self._wishes, zoomed=not self._wishes.zoomed))

    def hide(self) -> None:
        """Hide the current pane and go to the next that shows; the last one stays."""
        if self._has_tabs():
            return
        hidden = self._wishes.hidden | {self._wishes.current}
        left = [pane for pane in Pane if pane not in hidden]
        if left:
            self._wishes = replace(self._wishes, hidden=hidden, zoomed=False)
            self.go(Pane.TRANSCRIPT if Pane.TRANSCRIPT in left else left[0])

    def resize(self, wider: int, taller: int) -> None:
        """The current pane wider and taller by steps."""
        if self._has_tabs():
            return
        self._wish(resized(self._wishes, self._mode, wider, taller))

    def _has_tabs(self) -> bool:
        """Whether one pane shows at a time, which is said: there is nothing to place."""
        if self._mode is not Mode.TABS:
            return False
        columns, rows = TABS_BELOW
        self.notify(f"One pane at a time below {columns}×{rows} cells.", markup=False)
        return True

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane that holds the focus is the current one."""
        box = next((each for each in event.widget.ancestors if isinstance(each, PaneBox)), None)
        if box is not None and box.pane is not self._wishes.current:
            self._wishes = replace(self._wishes, current=box.pane)
            self._mark_tab()
        self._mark_keys(event.widget)
        self._fill_detail()

    def _mark_keys(self, focused: Widget | None) -> None:
        is_connected = self._live is not None and self._live.is_connected
        labels = {"session.connect": "disconnect"} if is_connected else {}
        recording = self._live.recording if self._live is not None else None
        if recording is not None and recording.is_playing:
            labels["recording.play"] = "stop"
        scope = (focused.id if focused else "") or ""
        kept = _PLAYING if recording is not None else _WAYS
        self._keys.mark(
            scope,
            self._keymap,
            labels,
            left_out=TYPED if isinstance(focused, Input) else _IDLE if recording else (),
            kept=kept if self.size.width >= _WAYS_FROM else kept[:1],
            is_recording=recording is not None,
        )

    @on(InspectorPane.DetailWanted)
    def _toggle_detail(self, event: InspectorPane.DetailWanted) -> None:
        is_shown = self._detail.has_class("-shown")
        if event.to_read and is_shown:
            self._detail.lines.focus()
            return
        self._wants_detail = not is_shown
        self._place()

    @on(InspectorPane.TurnWanted)
    def _show_turn(self, event: InspectorPane.TurnWanted) -> None:
        self.go(Pane.TRANSCRIPT)
        self.transcript.go_to_turn(event.turn)

    @on(TranscriptPane.EventsWanted)
    def _show_events(self, event: TranscriptPane.EventsWanted) -> None:
        self.go(Pane.INSPECTOR)
        self.inspector.show_words(event.item_id, event.character)

    @on(InspectorPane.Moved)
    def _moved(self) -> None:
        self._fill_detail()

    def restyle(self) -> None:
        """Lines carry their colours, so all are drawn anew."""
        self._place()
        self._mark_keys(self.focused)

    def show_event(self, seq: int) -> None:
        """Put the inspector's cursor on the event of this number."""
        if self._live is not None:
            self.inspector.show(self._live)
            self.inspector.show_event(seq)

    # Filling

    def show(self, live: Shown, fault: str = "") -> None:
        """Draw what changed since the last look."""
        if live is not self._live:
            self._live = live
            self._seen.clear()
        self.config.fault = fault
        self.fill()

    def fill(self) -> None:
        """Draw what changed since the last look."""
        live = self._live
        if live is None or self._mode is Mode.TOO_SMALL:
            return
        if self._session != (live, live.sessions):
            self._session = live, live.sessions
            self.inspector.restart()
            self.transcript.following = True
        self._replay.show(live)
        self._fill_bars(live)
        self._fill_config(live)
        self._fill_transcript(live)
        self._fill_inspector(live)
        self._fill_meter(live)

    def _is_news(self, what: str, *now: object) -> bool:
        """Whether something of this is another object than at the last look."""
        before = self._seen.get(what)
        if before is not None and all(map(_same, before, now)):
            return False
        self._seen[what] = now
        return True

    def _fill_config(self, live: Shown) -> None:
        state = live.state
        fault = self.config.fault
        if not self._panes.boxes[Pane.CONFIG].display or not self._is_news(
            "config", live.draft, state.settings, state.connection, state.speech.server,
            state.speech.local, state.speech.input_device, state.playback.output_device,
            state.speech.input_is_virtual, state.playback.output_is_virtual, state.sound.cleaning,
            state.sound.microphone, state.sound.speaker, fault, live.gone, live.refusal,
            live.is_recording,
        ):  # fmt: skip
            return
        from studio.ui.views import config_view

        self.config.show(config_view(live), fault)
        takes_over = first_key(action_named("recording.use"), self._keymap)
        facts = f"as recorded   {takes_over} uses them" if live.is_recording else ""
        self._panes.boxes[Pane.CONFIG].head.say(facts)

    def _fill_transcript(self, live: Shown) -> None:
        state = live.state
        cells = live.trace.cells
        playing_step = int(cells.playing.played_ms // 100) if cells and cells.playing else -1
        if not self._panes.boxes[Pane.TRANSCRIPT].display or not self._is_news(
            "transcript", state.items, state.responses, state.playback, state.tools,
            state.speech.server, state.speech.local, state.connection, state.problems,
            state.interruptions, state.sound.echoes, playing_step,
        ):  # fmt: skip
            return
        from studio.ui.views import ending, turn_views

        hint = RECORDED_HINT if live.is_recording else LIVE_HINT
        self.transcript.show(turn_views(live), ending(live), hint)

    def _fill_inspector(self, live: Shown) -> None:
        if not self._panes.boxes[Pane.INSPECTOR].display:
            return
        is_news = self._is_news("inspector", len(live.store), live.position, live.whole.last_seq)
        if is_news or self.inspector.is_behind:
            self.inspector.show(live)

    def _fill_detail(self) -> None:
        live, inspector = self._live, self.inspector
        if live is None:
            return
        lines = self._detail.lines
        is_read = lines.has_focus and inspector.following and lines.subject is not None
        if self._detail.has_class("-shown") and not is_read:
            from studio.ui.detail_view import subject_of

            self._detail.show(subject_of(live, inspector.selected, self.audio_of))
        facts, urgent = inspector.told
        self._panes.boxes[Pane.INSPECTOR].head.say(facts, is_urgent=urgent)
        self._mark_tab()

    def audio_of(self, envelope: Envelope) -> bytes | None:
        """The audio of an event of the session that is shown, where it is kept."""
        desk = desk_of(self.app)
        return desk.audio(self._live.path, envelope) if desk and self._live else None

    @on(PayloadLines.LeaveWanted)
    def _leave_detail(self, event: PayloadLines.LeaveWanted) -> None:
        self.inspector.focus()
        if event.to == "filter":
            self.inspector.action_filter()
        elif event.to == "search":
            self.inspector.action_search()

    def _fill_meter(self, live: Shown) -> None:
        cells = live.trace.cells
        if not self._panes.boxes[Pane.METER].display or not self._is_news(
            "meter", cells, live.state.speech, live.state.playback, live.state.settings,
            live.state.connection, live.gone,
        ):  # fmt: skip
            return
        from studio.ui.views import lanes, levels, meter_notes

        if cells is not None or len(live.store):
            health = cells if live.is_connected and not live.is_recording else None
            self.meter.show(levels(live), lanes(live), meter_notes(live), health)

    def _fill_bars(self, live: Shown) -> None:
        state = live.state
        second = int(live.now)
        if not self._is_news(
            "bars", state.connection, state.responses, state.playback, state.settings,
            state.speech.muted, state.speech.talk_key, state.speech.input_is_virtual,
            live.talk_is_held, len(live.problems), second, live.draft, live.gone,
            live.recording.is_playing if live.recording is not None else None,
        ):  # fmt: skip
            return
        self._mark_keys(self.focused)
        self._fill_banner(live)
        from studio.ui.present.status import turn_line
        from studio.ui.views import last_latency

        width, colors = self.size.width, self._colors
        self._status.show(
            self._recording_line(live) if live.is_recording else self._connection_line(live)
        )
        path = "" if live.is_recording else live.path
        self._turn.show(
            turn_line(
                last_latency(live), state.totals, path, live.problems, width, colors,
                self._spent(live), self._found(live),
            )
        )  # fmt: skip

    def _found(self, live: Shown) -> int:
        """How many findings the turn view would show; counted once a second."""
        from studio.session.tags import tags

        state = live.whole
        reading = live.recording
        moment = (live, live.sessions, int(20 * reading.ready if reading else state.last_at))
        if moment != self._found_at:
            self._found_at = moment
            self._findings = sum(tag.is_finding for tag in tags(state, live.curves))
        return self._findings

    def _spent(self, live: Shown) -> str:
        """What the session cost so far; empty where nobody knows yet.

        Prices are asked for behind the paint: to import their list takes longer than that.
        """
        if not self._is_pricing and desk_of(self.app) is not None and self._spending.is_due(live):
            self._is_pricing = True
            self.call_after_refresh(lambda: self.run_worker(self._price(live), name="prices"))
        return self._spending.words(live)

    async def _price(self, live: Shown) -> None:
        desk = desk_of(self.app)
        try:
            if desk is not None:
                await self._spending.ask(desk.shelf(), live)
        finally:
            self._is_pricing = False
            self._seen.pop("bars", None)

    def _recording_line(self, live: Shown) -> Text:
        """That this is a recording, and which."""
        from studio.ui.present.status import recording_line
        from studio.ui.views import flags

        known, asked = live.state.connection, live.state.settings
        settings = asked.echoed or asked.asked
        voice = settings.voice if isinstance(settings.voice, str) else ""
        name = live.path.rstrip("/").rpartition("/")[2]
        facts = (known.provider, known.model, voice)
        started_at = str(live.header.get("started_at", ""))
        return recording_line(name, started_at, facts, flags(live), self.size.width, self._colors)

    def _connection_line(self, live: Shown) -> Text:
        """Who is at the other end."""
        from studio.ui.present.status import connection_line
        from studio.ui.views import flags

        known = live.state.connection
        if known.phase == "idle":
            plan = live.draft.plan
            known = structs.replace(known, provider=plan.provider, model=plan.model)
        if live.gone is not None:
            known = structs.replace(known, phase="failed", close_reason="the voice worker stopped")
        settings = live.state.settings.echoed or live.draft.settings
        voice = settings.voice if isinstance(settings.voice, str) else ""
        return connection_line(
            known, flags(live), live.now, voice or "", self.size.width, self._colors
        )

    def _fill_banner(self, live: Shown) -> None:
        """What matters most of what the line above the panes could say."""
        keys = {name: first_key(action_named(name), self._keymap) for name in _BANNER_KEYS}
        notice = live.notice(keys["session.restart"], keys["session.echo"])
        if notice is not None:
            line = Text(notice.words, no_wrap=True, overflow="ellipsis")
            if notice.do:
                line.stylize(Style.from_meta({"do": notice.do}))
            self._banner.show(line)
        for tone in ("error", "warning", "good"):
            self._banner.set_class(notice is not None and notice.tone == tone, f"-{tone}")
        self._banner.set_class(notice is not None, "-shown")


def _same(one: object, other: object) -> bool:
    """Whether it is the same object; numbers and words are compared by value."""
    return one is other or (isinstance(one, int | str) and one == other)
