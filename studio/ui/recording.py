"""How a stored session is played: where it is, how fast, and whether it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.core.clock import Clock

SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 4.0, 8.0, 16.0, 50.0)
"""How fast a recording can be played."""

PATIENCE_S = 2.0
"""How long the play-head waits for the first sound of a speaker that is being opened."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A look at the playing of a stored session.

    Attributes:
        at: session seconds of the play-head.
        end: session seconds of the last event that is known.
        speed: seconds of the session that pass in one.
        is_playing: whether it goes on.
        is_written: whether somebody still writes it.
        follows: whether it stays at the end while that moves on.
        sound: why it is silent, in a word or two; empty where it sounds.
        ready: how much of what is known can be jumped to, from 0 to 1.
    """

    at: float = 0.0
    end: float = 0.0
    speed: float = 1.0
    is_playing: bool = False
    is_written: bool = False
    follows: bool = False
    sound: str = ""
    ready: float = 1.0


class PlayHead:
    """Session seconds that pass at some speed by a clock, until they are stopped.

    Attributes:
        is_playing: whether they pass.
        leaps: how often it was put elsewhere, stopped, begun or made faster by hand.
    """

    def __init__(self, clock: Clock) -> None:
        self.is_playing = False
        self.leaps = 0
        self._clock = clock
        self._speed = 1.0
        self._at = 0.0
        self._since = 0.0
        self._waits_until = 0.0

    @property
    def speed(self) -> float:
        """Seconds of the session that pass in one."""
        return self._speed

    @property
    def at(self) -> float:
        """Session seconds."""
        if not self.is_playing:
            return self._at
        since = max(self._since, self._waits_until)
        return self._at + max(0.0, self._clock.monotonic() - since) * self._speed

    def go(self, at: float) -> None:
        """Be at this second, and go on from it where it plays."""
        self._leap(at)

    def play(self) -> None:
        """Go on."""
        self._leap(self.at)
        self.is_playing = True

    def stop(self) -> None:
        """Stay."""
        self._leap(self.at)
        self.is_playing = False

    def hasten(self, steps: int) -> None:
        """The next faster or slower speed, by so many steps."""
        self._leap(self.at)
        place = min(max(SPEEDS.index(self._speed) + steps, 0), len(SPEEDS) - 1)
        self._speed = SPEEDS[place]

    def wait(self) -> None:
        """Sound is on its way: stay until it is heard, if that is soon."""
        self._at, self._since = self.at, self._clock.monotonic()
        self._waits_until = self._since + PATIENCE_S

    def follow(self, at: float) -> None:
        """The ear, or the end of what there is, is at this second."""
        self._at, self._since, self._waits_until = at, self._clock.monotonic(), 0.0

    def _leap(self, at: float) -> None:
        self.leaps += 1
        self._at, self._since, self._waits_until = at, self._clock.monotonic(), 0.0
