"""What time it is, as a value that is passed in: nothing below the runtime reads a clock itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of time: monotonic seconds for intervals, and the wall for dates."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; the zero point means nothing."""
        ...

    def wall(self) -> datetime:
        """The date and time of day, with a time zone."""
        ...


@dataclass(slots=True)
class ManualClock:
    """A clock that moves only when told to, for tests and for drawing pictures."""

    now_s: float = 0.0
    epoch: datetime = field(default_factory=lambda: datetime(2026, 1, 1, 12, 0, tzinfo=UTC))

    def monotonic(self) -> float:
        """Seconds advanced so far."""
        return self.now_s

    def wall(self) -> datetime:
        """The epoch plus the seconds advanced so far."""
        return self.epoch + timedelta(seconds=self.now_s)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self.now_s += seconds
