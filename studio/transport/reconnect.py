"""How long to keep knocking where nobody listens yet, as a value.

Only the first connect is retried, and only while it is refused: a session that broke cannot be
resumed on this protocol, so it is never reconnected behind the person's back.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The pauses between attempts, in seconds; none means one attempt."""

    delays_s: tuple[float, ...] = ()


ONCE = RetryPolicy()

WHILE_STARTING = RetryPolicy(delays_s=(0.1, 0.2, 0.3, 0.4))
"""One second in all, for a server of our own that is still starting."""
