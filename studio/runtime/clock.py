"""The machine's clock: the only place in the program that reads the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Real time."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; the zero point means nothing."""
        return time.monotonic()

    def wall(self) -> datetime:
        """The date and time of day in UTC."""
        return datetime.now(UTC)
