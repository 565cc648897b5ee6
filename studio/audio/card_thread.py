"""The one thread that calls a sound library.

A sound server that froze answers no call, not even those that abort or close a stream: whoever
makes one waits until the server is back. Here that is a thread which nobody waits for longer than
they want to, and which does not keep the process from ending.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from studio.core.errors import StudioError

Answer = TypeVar("Answer")

PATIENCE_S = 5.0
"""How long opening a card may take; a Bluetooth headset takes its time."""


class CardThread:
    """Calls in a thread of its own, one after the other.

    Args:
        prepare: is called first in the thread. What it asks of the system for the thread holds for
            those that the library starts from it, too.
    """

    def __init__(self, prepare: Callable[[], None] = lambda: None) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._overdue: Future[Any] | None = None
        self.begin(prepare)
        Thread(target=self._work, name="sound cards", daemon=True).start()

    @property
    def is_stuck(self) -> bool:
        """Whether a call that was waited for in vain has still not returned."""
        return self._overdue is not None and not self._overdue.done()

    def begin(self, job: Callable[[], Answer]) -> Future[Answer]:
        """Have it called after all that was begun before."""
        answer: Future[Answer] = Future()

        def work() -> None:
            try:
                answer.set_result(job())
            except Exception as failure:  # noqa: BLE001 - it is raised where the answer is read
                answer.set_exception(failure)

        self._jobs.put(work)
        return answer

    def answer(self, job: Callable[[], Answer], patience_s: float = PATIENCE_S) -> Answer:
        """What the call returns.

        Raises:
            StudioError: it did not return in time, or an earlier one has not.
            Exception: its own.
        """
        if self.is_stuck:
            raise _silent()
        answer = self.begin(job)
        try:
            return answer.result(patience_s)
        except TimeoutError:
            if answer.done():
                raise
            self._overdue = answer
            raise _silent() from None

    def _work(self) -> None:
        while True:
            self._jobs.get()()


def _silent() -> StudioError:
    return StudioError(
        "The sound system does not answer.",
        title="No real sound",
        hint="Restart the sound server, then start a new session.",
    )
