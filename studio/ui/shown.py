"""A session as the screens draw it: its state at a position, its events, and what is said of both.

`ui.live.Live` makes one from what the worker says, `ui.replayed.Replayed` from a stored session. A
screen that reads nothing but this draws both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.session.speech import input_format
from studio.ui.present.replay_line import Landmarks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from studio.protocol.dialect import Dialect
    from studio.runtime.messages import WorkerGone
    from studio.session.curves import Curves
    from studio.session.local import CallerSaid
    from studio.session.order import Order
    from studio.session.state import Problem, RefusedUpdate, SessionState
    from studio.storage.store import EventStore
    from studio.ui.draft import Draft
    from studio.ui.notices import Notice
    from studio.ui.recording import Recording
    from studio.ui.trace import Trace

_NO_LANDMARKS = Landmarks()


class Shown:
    """What is known of the session on the screen.

    Attributes:
        state: the fold of the first `position` events.
        dialect: of its wire.
        order: what of them came late or out of order.
        store: all its events that are known, also those after `position`.
        trace: the latest cells and their last seconds.
        draft: the plan of the next session, or of the one that was recorded.
        scripts: what the virtual microphone was given to say.
        refusal: the refused update that the config pane speaks of.
        header: the first line of the session's log.
        path: the session's folder.
        faults: what went wrong outside the session's log.
        gone: the worker's end, while it has not been started again.
        sessions: another number for each session that is shown.
        talk_is_held: whether the talk key is held down, rather than switched on.
        curves: levels and speech over time, as far as they are read; None where nobody asked.
        recording: how a stored session is played; None where the session is live.
    """

    state: SessionState
    dialect: Dialect
    order: Order
    store: EventStore
    trace: Trace
    draft: Draft
    header: dict[str, Any]
    path: str
    faults: tuple[Problem, ...] = ()
    refusal: RefusedUpdate | None = None
    gone: WorkerGone | None = None
    sessions: int = 0
    talk_is_held: bool = False
    recording: Recording | None = None
    curves: Curves | None = None

    @property
    def position(self) -> int:
        """How many of the store's events are folded."""
        return len(self.store)

    @property
    def whole(self) -> SessionState:
        """The fold of all events that are known, as far as it has come."""
        return self.state

    @property
    def landmarks(self) -> Landmarks:
        """What is marked on the time line of a recording."""
        return _NO_LANDMARKS

    @property
    def scripts(self) -> Sequence[CallerSaid]:
        """What the virtual microphone was given to say."""
        raise NotImplementedError

    @property
    def is_recording(self) -> bool:
        """Whether this is a stored session, with which nobody can talk."""
        return self.recording is not None

    @property
    def is_connected(self) -> bool:
        """Whether a session is open or on its way, as of `position`."""
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
        return input_format(self.state).bytes_per_ms

    def session_plan(self) -> Mapping[str, str | bool]:
        """Provider, model and sound asked of the open session, by row; empty where none is open."""
        if not self.is_connected and not self.is_recording:
            return {}
        known, sound = self.state.connection, self.state.sound
        held: dict[str, str | bool] = {
            "model": known.model or self.draft.plan.model,
            "cleaning.echo": sound.cleaning.echo,
            "cleaning.noise_suppression": sound.cleaning.noise_suppression,
            "cleaning.gain_control": sound.cleaning.gain_control,
        }
        told = {
            "provider": known.provider,
            "microphone": sound.microphone,
            "speaker": sound.speaker,
        }
        return held | {path: name for path, name in told.items() if name}

    def notice(self, restart_key: str, echo_key: str) -> Notice | None:
        """What the line above the panes says; None for nothing."""
        raise NotImplementedError
