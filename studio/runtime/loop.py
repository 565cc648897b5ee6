"""The loop: stamp, append to the log, fold, publish, perform, and again.

Storage comes before the fold, so that what is known is always on disk. What performing an effect
makes happen is folded before anything else that waits, so that a step and its consequences stand
together in the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.runtime.inbox import Happening
from studio.session.envelope import Envelope
from studio.session.reduce import reduce
from studio.session.state import SessionState

if TYPE_CHECKING:
    from studio.runtime.inbox import Inbox
    from studio.runtime.perform import Performer
    from studio.runtime.sending import Sending
    from studio.storage.writer import SessionWriter


class Loop:
    """Folds what comes out of the inbox until the session is over.

    Args:
        inbox: what happens.
        log: where it is kept.
        publish: who else wants each line of the log.
        performer: what effects act on.
    """

    def __init__(
        self, inbox: Inbox, log: SessionWriter, publish: Callable[[str], None], performer: Performer
    ) -> None:
        self.state = SessionState()
        self.performer = performer
        self._inbox = inbox
        self._log = log
        self._publish = publish
        self._next: deque[Happening] = deque()

    async def run(self, sending: Sending) -> None:
        """Fold until the connection has ended."""
        while self.state.connection.phase not in ("closed", "failed"):
            taken = await self._inbox.next()
            if isinstance(taken, Happening):
                self.fold(taken)
            else:
                for happening in sending.sent(taken, self.state, self.performer):
                    self.fold(happening)

    def fold(self, happening: Happening) -> None:
        """Fold one happening and all that follows from it."""
        self._next.append(happening)
        while self._next:
            self._step(self._next.popleft())

    def _step(self, happening: Happening) -> None:
        # What waited while a step was performed arrived before what that step made happen.
        arrived_at = happening.arrived_at
        if arrived_at is None:
            arrived_at = self._inbox.now()
        envelope = Envelope(
            seq=self.state.last_seq + 1,
            at=max(self.state.last_at, arrived_at),
            origin=happening.origin,
            event=happening.event,
            raw=happening.raw,
        )
        line = self._log.append(envelope)
        step = reduce(self.state, envelope)
        self.state = step.state
        self._publish(line)
        for effect in step.effects:
            self._next.extend(self.performer.perform(effect))
