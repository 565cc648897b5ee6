"""A stored session on the screen, shown at any of its positions: at its end, or wherever one goes.

`ui.reading` takes it in; here is where one is in it, and how one goes about. No Textual here, and
no time but that of the clock that is passed in.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from typing_extensions import override

from studio.protocol.dialect import Dialect
from studio.session.state import Problem
from studio.ui.draft import Draft
from studio.ui.notices import Notice
from studio.ui.reading import Reading
from studio.ui.recording import PlayHead, Recording
from studio.ui.shown import Shown
from studio.ui.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.core.clock import Clock
    from studio.export.placed import Placement
    from studio.runtime.messages import RecordingHeard
    from studio.runtime.plan import ConnectPlan
    from studio.session.curves import Curves
    from studio.session.local import CallerSaid
    from studio.session.state import SessionState
    from studio.ui.desk import Recorded
    from studio.ui.present.replay_line import Landmarks

_DRAW_EVERY_S, _DRAWN_SHARE = 0.5, 4
"""While the rest is folded, the end of what is folded is drawn no sooner than after this time, and
when a quarter more is there: what a long session takes to draw grows with it."""


class Replayed(Shown):
    """A stored session, first at its end as far as it is read, then wherever one goes.

    Args:
        recorded: the session.
        plan: of which the recording's settings are laid over, for the config pane.
        clock: what passes while it plays.
    """

    def __init__(self, recorded: Recorded, plan: ConnectPlan, clock: Clock) -> None:
        self.recorded = recorded
        self.header = dict(recorded.header)
        self.dialect = Dialect(self.header.get("dialect", Dialect.GA))
        self.path = recorded.path
        self.store = recorded.store
        self.trace = Trace()
        self.head = PlayHead(clock)
        self.curves: Curves | None = None
        self.sound = ""
        """Why it is silent; empty where it sounds."""
        self._reading = Reading(recorded, clock)
        self.order = self._reading.order
        self._clock = clock
        named = {name: self.header.get(name) for name in ("provider", "model")}
        self._plan = plan.model_copy(update={name: each for name, each in named.items() if each})
        self._scripts: Sequence[CallerSaid] = ()
        self._drawn_at = clock.monotonic() - _DRAW_EVERY_S
        self._drawn = 0
        self._follows = True
        self._position = 0
        self._goal: float | None = None
        self._held: object = None
        self._settle()

    @property
    @override
    def position(self) -> int:
        return self._position

    @property
    @override
    def whole(self) -> SessionState:
        return self._reading.whole

    @property
    @override
    def scripts(self) -> Sequence[CallerSaid]:
        return self._scripts

    @property
    @override
    def now(self) -> float:
        return self.head.at

    @override
    def notice(self, restart_key: str, echo_key: str) -> Notice | None:
        words = "  ".join(each.message for each in self.faults)
        return Notice(words, "warning", "app.problems") if words else None

    @property
    def end(self) -> float:
        """Session seconds of the last event that is known."""
        return self._reading.end

    @property
    def is_ready(self) -> bool:
        """Whether all that is known can be jumped to."""
        return self._reading.is_ready

    @property
    @override
    def landmarks(self) -> Landmarks:
        return self._reading.landmarks

    def placement(self) -> Placement:
        """Where the tracks lie on the time line, as far as the session is folded."""
        return self._reading.placement()

    def work(self) -> None:
        """Read and fold on for a moment, and let the time pass that is played."""
        self._reading.work()
        if len(self.recorded.problems) != len(self.faults):
            self.faults = tuple(_fault(each) for each in self.recorded.problems)
        is_news = self.is_ready or self._is_to_draw()
        if is_news:
            self._drawn_at, self._drawn = self._clock.monotonic(), self._reading.folded
            self._reading.mark()
        self._pass(is_news=is_news)

    def _is_to_draw(self) -> bool:
        """Whether the end of what is folded is another one by now, for the eye."""
        grown = self._reading.folded - self._drawn
        is_time = self._clock.monotonic() - self._drawn_at >= _DRAW_EVERY_S
        return is_time and grown * _DRAWN_SHARE >= self._drawn

    def _pass(self, *, is_news: bool) -> None:
        """Be where the play-head is by now, or at the end of what is folded."""
        reading = self._reading
        if self._goal is not None and is_news:
            self.seek(self._goal)
        elif self.head.is_playing:
            position = self.place(min(self.head.at, self.end))
            if position > reading.folded:
                position = reading.folded
                self.head.follow(reading.moment(position))
            elif self.head.at >= self.end and self.is_ready:
                self.head.follow(self.end)
                self._follows = reading.is_written
                if not reading.is_written:
                    self.head.stop()
            self._be(position)
        elif is_news and self._follows and self._position != reading.folded:
            self.head.go(reading.moment(reading.folded))
            self._be(reading.folded)
        else:
            self._tell()

    def _be(self, position: int) -> None:
        if position != self._position:
            self._position = position
            self._settle()
        else:
            self._tell()

    def _settle(self) -> None:
        """Everything that follows from the position."""
        state = self.state = self._reading.state_at(self._position)
        self._scripts = self._reading.scripts_at(self._position)
        self.refusal = state.settings.refused
        held = (state.connection, state.settings.asked, state.sound)
        if held != self._held:
            self._held = held
            self.draft = Draft(recorded_plan(self._plan, state))
        self._tell()

    def _tell(self) -> None:
        """What the play-head says of itself, and what sounds there."""
        self.recording = Recording(
            at=self.head.at,
            end=self.end,
            speed=self.head.speed,
            is_playing=self.head.is_playing,
            is_written=self._reading.is_written,
            follows=self._follows,
            sound=self.sound,
            ready=self._reading.ready,
        )
        self.trace.replay(self.head.at, self.state, self.curves)

    # Going about

    def place(self, at: float) -> int:
        """How many events there were at a session second."""
        return self._reading.place(at)

    def go(self, position: int) -> None:
        """Show the session after so many events, as far as that is folded."""
        position = min(max(position, 0), self._reading.folded)
        self._goal = None
        self._follows = position == len(self.store) and not self.head.is_playing
        self.head.go(self._reading.moment(position))
        self._be(position)

    def seek(self, at: float) -> None:
        """Show the session as it was at a session second; as soon as that is folded, if it is not.

        Until then the end of what is folded shows.
        """
        at = min(max(at, 0.0), self.end)
        place = self.place(at)
        self.go(place)
        if place <= self._reading.folded:
            self.head.go(at)
            self._tell()
        else:
            self._goal = at

    def step(self, events: int) -> None:
        """Stop, and go by so many events."""
        self.head.stop()
        self.go(self._position + events)

    def step_turns(self, turns: int) -> None:
        """Go to the beginning of the next turn, or of the one before."""
        starts = [self.place(at) for at in self.landmarks.turns]
        if turns > 0:
            after = starts[bisect_right(starts, self._position) :]
            self.go(after[0] if after else len(self.store))
        else:
            before = starts[: bisect_left(starts, self._position)]
            self.go(before[-1] if before else 0)

    def play(self) -> None:
        """Play, from the beginning where it is at the end; or stop."""
        if self.head.is_playing:
            self.head.stop()
        else:
            if self.head.at >= self.end and not self._reading.is_written:
                self.seek(0.0)
            self._follows = False
            self.head.play()
        self._tell()

    def hasten(self, steps: int) -> None:
        """Faster, or slower."""
        self.head.hasten(steps)
        self._tell()

    def go_to_end(self) -> None:
        """Be at the end, and stay there while it moves on."""
        self.head.stop()
        self.go(len(self.store))
        self._follows = True
        self._tell()

    def heard(self, heard: RecordingHeard) -> None:
        """The ear is at this session second: the play-head follows it."""
        if self.head.is_playing and not heard.is_over:
            self.head.follow(heard.at)


def _fault(message: str) -> Problem:
    return Problem(seq=0, at=0.0, severity="warning", title="The recording", message=message)


def recorded_plan(plan: ConnectPlan, state: SessionState) -> ConnectPlan:
    """A plan with what a session was asked to be."""
    known, sound = state.connection, state.sound
    held: dict[str, object] = {
        "provider": known.provider,
        "model": known.model,
        "microphone": sound.microphone,
        "speaker": sound.speaker,
    }
    return plan.model_copy(
        update={
            **{name: value for name, value in held.items() if value},
            "settings": state.settings.asked,
            "cleaning": sound.cleaning,
            "dialect": known.dialect,
        }
    )
