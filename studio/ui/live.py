"""The live session on the screen: folded as the worker tells it, with the settings under edit.

No Textual here: the app feeds it messages and asks it what to draw.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from typing_extensions import override

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.protocol.dialect import Dialect
from studio.protocol.settings import apply
from studio.runtime.messages import (
    CardsSeen,
    Fault,
    LogLine,
    RecordingHeard,
    SessionBegan,
    WorkerGone,
)
from studio.session.local import CallerSaid, SettingsAsked, SoundWanted
from studio.session.order import Order
from studio.session.reduce import reduce
from studio.session.state import Problem, SessionState
from studio.storage.folders import LOG_NAME
from studio.storage.lines import read_line
from studio.storage.store import EventStore
from studio.ui.draft import Draft
from studio.ui.fields import CARD_PATHS, plan_value
from studio.ui.notices import Notice, Notices
from studio.ui.shown import Shown
from studio.ui.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio.core.clock import Clock
    from studio.protocol.settings import SessionSettings
    from studio.runtime.link import Message
    from studio.runtime.plan import ConnectPlan

SETTLE_S = 0.25
"""How long the hand must rest before changed settings are sent."""

ECHO_CODE = "echo"
"""The problem that the line above the panes tells, and no toast beside it."""


class Live(Shown):
    """The session that the worker lives.

    All events are folded as they come. A refusal is the last one, until the hand moves again.

    Attributes:
        plans: a plan for each provider that can be chosen, by its name.
        cards: the sound cards as the worker saw them last; None while it has not said.
        notices: what a line above the panes ought to say.
    """

    def __init__(
        self, plan: ConnectPlan, plans: Mapping[str, ConnectPlan] | None, clock: Clock
    ) -> None:
        self.draft = Draft(plan)
        self.plans = plans or {plan.provider: plan}
        self.cards: CardsSeen | None = None
        self._told = plan
        self._again: set[str] = set()
        self._clock = clock
        self._edited_at: float | None = None
        self._fresh({}, "")

    def _fresh(self, header: dict[str, Any], path: str) -> None:
        self.state = SessionState()
        self.dialect = Dialect(header.get("dialect", Dialect.GA))
        self.order = Order()
        self.store = EventStore(self.dialect, Path(path) / LOG_NAME if path else None)
        self.trace = Trace()
        self.curves = None
        self.refusal = None
        self._scripts: tuple[CallerSaid, ...] = ()
        self.notices = Notices()
        self.header = header
        self.path = path

    @property
    @override
    def scripts(self) -> Sequence[CallerSaid]:
        return self._scripts

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
            case RecordingHeard():
                pass
        return None

    def _fold(self, line: str) -> Problem | None:
        envelope = read_line(line, self.dialect)
        self.order.take(envelope)
        before = self.state
        self.state = reduce(before, envelope).state
        self.store.append(line)
        self.notices.take(envelope, self.state)
        if isinstance(envelope.event, CallerSaid):
            self._scripts = (*self._scripts, envelope.event)
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

    def adopt(self, plan: ConnectPlan) -> None:
        """Take another plan's settings over, and its provider where it can be chosen."""
        peer = self.plans.get(plan.provider, self.draft.plan)
        changes: dict[str, object] = {
            name: getattr(peer, name) for name in ("provider", "url", "key_env", "dialect", "model")
        }
        if plan.provider in self.plans:
            changes |= {"model": plan.model, "dialect": plan.dialect}
        changed = self.draft.plan.model_copy(update={**changes, "settings": plan.settings})
        self._moved(self.draft.with_plan(changed))

    def lay_over(self, settings: SessionSettings) -> bool:
        """Lay what these settings state over the draft's; whether that changed anything."""
        before = self.draft
        laid = apply(before.settings, settings)
        self._moved(before.with_plan(before.plan.model_copy(update={"settings": laid})))
        return self.draft is not before

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

    @override
    def notice(self, restart_key: str, echo_key: str) -> Notice | None:
        if self.gone is None:
            return self.notices.line(self.now, echo_key) if self.is_connected else None
        status = self.gone.status
        how = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
        log = one_line(str(self.gone.log_path))
        words = f"The voice worker stopped ({how}). The session so far is kept. Its log: {log}"
        return Notice(f"{words}   {restart_key} starts it again", "error", "app.restart")
