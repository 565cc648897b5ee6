"""What the screen knows: the folded session, its events, the draft settings, and what is wrong.

No Textual here: the app feeds it messages and asks it what to draw.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.protocol.dialect import Dialect
from studio.runtime.messages import CardsSeen, Fault, LogLine, SessionBegan, WorkerGone
from studio.session.local import CallerSaid, SettingsAsked, SoundWanted
from studio.session.reduce import reduce
from studio.session.state import Problem, RefusedUpdate, SessionState
from studio.storage.lines import read_line
from studio.storage.store import EventStore
from studio.ui.draft import Draft
from studio.ui.fields import CARD_PATHS, plan_value
from studio.ui.notices import Notice, Notices
from studio.ui.present.summary import PCM16_BYTES_PER_MS
from studio.ui.runs import Runs
from studio.ui.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.core.clock import Clock
    from studio.runtime.link import Message
    from studio.runtime.plan import ConnectPlan

SETTLE_S = 0.25
"""How long the hand must rest before changed settings are sent."""

G711_BYTES_PER_MS = 8.0

ECHO_CODE = "echo"
"""The problem that the line above the panes tells, and no toast beside it."""


class Live:
    """The session on the screen.

    Attributes:
        state: the fold of every envelope so far.
        store: its events.
        runs: the inspector's rows over them.
        trace: the latest cells and their last seconds.
        draft: what the person has set.
        scripts: what the virtual microphone was given to say.
        refusal: the last refused update, until the hand moves again.
        header: the first line of the session's log.
        path: the session's folder.
        faults: what went wrong outside the session's log.
        gone: the worker's end, while it has not been started again.
        sessions: how many sessions began.
        cards: the sound cards as the worker saw them last; None while it has not said.
        talk_is_held: whether the talk key is held down, rather than switched on.
        notices: what a line above the panes ought to say.
    """

    def __init__(
        self, plan: ConnectPlan, plans: Mapping[str, ConnectPlan] | None, clock: Clock
    ) -> None:
        self.draft = Draft(plan)
        self.plans = plans or {plan.provider: plan}
        self.faults: tuple[Problem, ...] = ()
        self.gone: WorkerGone | None = None
        self.sessions = 0
        self.cards: CardsSeen | None = None
        self.talk_is_held = False
        self._told = plan
        self._again: set[str] = set()
        self._clock = clock
        self._edited_at: float | None = None
        self._fresh({}, "")

    def _fresh(self, header: dict[str, Any], path: str) -> None:
        self.state = SessionState()
        self.dialect = Dialect(header.get("dialect", Dialect.GA))
        self.store = EventStore(self.dialect)
        self.runs = Runs()
        self.trace = Trace()
        self.refusal: RefusedUpdate | None = None
        self.scripts: tuple[CallerSaid, ...] = ()
        self.notices = Notices()
        self.header = header
        self.path = path

    @property
    def is_connected(self) -> bool:
        """Whether a session is open or on its way."""
        return self.gone is None and self.state.connection.phase in ("connecting", "open")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What went wrong, the session's own after the rest."""
        return (*self.faults, *self.state.problems)

    @property
    def now(self) -> float:
        """Session seconds as far as anything has told them."""
        cells = self.trace.cells
        return max(self.state.last_at, cells.at if cells else 0.0)

    @property
    def input_bytes_per_ms(self) -> float:
        """How much audio a millisecond takes on this session's wire."""
        known = self.state.settings.echoed or self.state.settings.asked
        is_g711 = known.input_format in ("pcmu", "pcma")
        return G711_BYTES_PER_MS if is_g711 else PCM16_BYTES_PER_MS

    def take(self, message: Message) -> Problem | None:
        """Take in what the worker says; a problem that is worth a toast comes back."""
        match message:
            case SessionBegan():
                self.sessions += 1
                self._fresh(message.header, message.path)
            case LogLine():
                try:
                    return self._fold(message.line)
                except StudioError as error:
                    return self.fault(error.title, error.message, error.hint)
            case Fault():
                return self.fault(message.title, message.message, message.hint)
            case CardsSeen():
                self.cards = message
            case WorkerGone():
                self.gone = message
        return None

    def _fold(self, line: str) -> Problem | None:
        envelope = read_line(line, self.dialect)
        before = self.state
        self.state = reduce(before, envelope).state
        self.runs.append(len(self.store), self.store.append(line))
        self.notices.take(envelope, self.state)
        if isinstance(envelope.event, CallerSaid):
            self.scripts = (*self.scripts, envelope.event)
        refused = self.state.settings.refused
        if refused is not None and refused is not before.settings.refused:
            self.draft = self.draft.refused(refused, self.state.settings.asked)
            self.refusal = refused
            self._edited_at = None
        if self.state.problems is before.problems or not self.state.problems:
            return None
        problem = self.state.problems[-1]
        is_quiet = problem.benign or problem.severity == "info" or problem.code == ECHO_CODE
        return None if is_quiet else problem

    def fault(self, title: str, message: str, hint: str) -> Problem:
        """Note what went wrong outside the session's log."""
        problem = Problem(
            seq=0, at=self.now, severity="error", title=title, message=message, hint=hint
        )
        self.faults = (*self.faults, problem)
        return problem

    def edit(self, path: str, value: object) -> None:
        """Change a row of the config pane; the same card again is opened anew.

        Raises:
            StudioError: the value is not one the setting takes.
        """
        draft = self.draft.edited(path, value, self.plans)
        if draft is self.draft and path in CARD_PATHS:
            self._again.add(path)
        self._moved(draft)

    def undo(self) -> None:
        """Take the last change back."""
        self._moved(self.draft.undone())

    def _moved(self, draft: Draft) -> None:
        self.refusal = None
        if draft.settings is not self.draft.settings:
            self._edited_at = self._clock.monotonic()
        self.draft = draft

    def wish_due(self) -> SettingsAsked | None:
        """The changed settings, once, when the hand has rested."""
        if self._edited_at is None or self._clock.monotonic() - self._edited_at < SETTLE_S:
            return None
        self._edited_at = None
        return SettingsAsked(settings=self.draft.settings) if self.is_connected else None

    def begin(self) -> ConnectPlan:
        """The plan of a session that is begun now."""
        self._told = self.draft.plan
        self._again.clear()
        return self._told

    def sound_due(self) -> SoundWanted | None:
        """What of microphone, speaker and cleaning the open session has not been told, once."""
        if not self.is_connected:
            return None
        plan, told = self.draft.plan, self._told
        due: dict[str, Any] = {
            path: plan_value(plan, path)
            for path in CARD_PATHS
            if path in self._again or plan_value(plan, path) != plan_value(told, path)
        }
        if plan.cleaning != told.cleaning:
            due["cleaning"] = plan.cleaning
        self._told = plan
        self._again.clear()
        return SoundWanted(**due) if due else None

    def restarted(self) -> None:
        """The worker lives again."""
        self.gone = None
        self.state = replace(self.state, connection=replace(self.state.connection, phase="idle"))

    def session_plan(self) -> Mapping[str, str | bool]:
        """Provider, model and sound asked of the open session, by row; empty where none is open."""
        if not self.is_connected:
            return {}
        known, sound = self.state.connection, self.state.sound
        held: dict[str, str | bool] = {
            "provider": known.provider,
            "model": known.model or self.draft.plan.model,
            "cleaning.echo": sound.cleaning.echo,
            "cleaning.noise_suppression": sound.cleaning.noise_suppression,
            "cleaning.gain_control": sound.cleaning.gain_control,
        }
        cards = {"microphone": sound.microphone, "speaker": sound.speaker}
        return held | {path: name for path, name in cards.items() if name}

    def notice(self, restart_key: str, echo_key: str) -> Notice | None:
        """What the line above the panes says; None for nothing."""
        if self.gone is None:
            return self.notices.line(self.now, echo_key) if self.is_connected else None
        status = self.gone.status
        how = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
        log = one_line(str(self.gone.log_path))
        words = f"The voice worker stopped ({how}). The session so far is kept. Its log: {log}"
        return Notice(f"{words}   {restart_key} starts it again", "error", "app.restart")
