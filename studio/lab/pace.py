"""When the next session of a trial may begin: later, where a service said that it was too much.

One refusal holds back all, for services count what an account does and not what a session does.
Where a service says how long to wait, that is what is waited; else ever longer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from studio.core.errors import StudioError

if TYPE_CHECKING:
    from studio.core.clock import Clock

FIRST_PAUSE_S = 4.0
LONGEST_PAUSE_S = 60.0
"""Of pauses that no service asked for: each is twice as long as the one before."""
MOST_ATTEMPTS = 6
"""How often one session is begun before it counts as failed."""
MOST_PATIENCE_S = 900.0
"""A service that asks for more is not waited for."""

_STEP_S = 0.25


class TooMuchError(StudioError):
    """There was no session, only because it was too much at once.

    Args:
        message: what the service said.
        wait_s: how long it asks to wait; None where it does not say.
    """

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message, title="Too much at once")
        self.wait_s = wait_s


class Pace:
    """Holds sessions back.

    Args:
        clock: tells how long was waited.
        sleep: waits for some of its seconds.
        tell: is given what happens, in sentences.
    """

    def __init__(
        self,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]],
        tell: Callable[[str], None] = lambda _words: None,
    ) -> None:
        self._clock, self._sleep, self._tell = clock, sleep, tell
        self._opens_at = clock.monotonic()
        self._refusals = 0

    @property
    def now(self) -> float:
        """Seconds of its clock."""
        return self._clock.monotonic()

    async def wait(self, wants_end: Callable[[], bool]) -> None:
        """Wait until the next session may begin, or all is given up."""
        while (left_s := self._opens_at - self.now) > 0 and not wants_end():
            await self._sleep(min(left_s, _STEP_S))

    def went_well(self, began_at: float) -> None:
        """A session was held that began after the last pause: what comes is another refusal."""
        if began_at >= self._opens_at:
            self._refusals = 0

    def refused(self, failure: TooMuchError, began_at: float, what: str) -> bool:
        """Hold everything back; whether that is worth it.

        Args:
            failure: what was said.
            began_at: when the session was begun: of several that were begun before the same pause,
                only the first makes the next one longer.
            what: the session's name.
        """
        told_s = failure.wait_s
        if told_s is not None and told_s > MOST_PATIENCE_S:
            self._tell(f"{what}: {failure.message} {_asked(told_s)}; that is not waited for.")
            return False
        is_known = began_at < self._opens_at
        if not is_known:
            self._refusals += 1
        own_s = min(FIRST_PAUSE_S * 2 ** max(0, self._refusals - 1), LONGEST_PAUSE_S)
        is_again = self._refusals > 1
        pause_s = own_s if told_s is None else max(told_s, own_s if is_again else 0.0)
        opens_at = self.now + pause_s
        if is_known and opens_at <= self._opens_at:
            return True
        self._opens_at = max(self._opens_at, opens_at)
        why = f"{_asked(told_s)}; " if told_s is not None else ""
        self._tell(f"{what}: {failure.message} {why}nothing is begun for {pause_s:,.1f} s.".strip())
        return True


def _asked(wait_s: float) -> str:
    return f"It asks to wait {wait_s:,.1f} s"
