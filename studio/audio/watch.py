"""What a card does that no error tells: silence, clipping, or another pace than it says.

Pure: fed with figures, it tells each thing once, in words. Whoever asks makes a watch of its own
for each opened card; virtual sound needs none.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studio.audio.level import FLOOR_DB

if TYPE_CHECKING:
    from studio.audio.level import Level

Kind = Literal["silence", "clipping", "rate"]

SILENT_FOR_S = 3.0
CLIPPED_DB = -0.1
CLIPPED_SHARE, CLIPPED_WITHIN_S = 0.25, 2.0
PACE_OFF, PACE_OVER_S = 0.02, 5.0

_GAP_S = 0.2
_SETTLING_S = 0.5  # a card first fetches as much as its buffer holds


@dataclass(frozen=True, slots=True)
class SoundDoubt:
    """Something about a card that a person should know."""

    kind: Kind
    title: str
    message: str
    hint: str


class InputWatch:
    """Watches what a microphone delivers.

    Args:
        name: the card's.
        rate_hz: the rate of the samples that are counted.
    """

    def __init__(self, name: str, rate_hz: int) -> None:
        self._name = name
        self._rate_hz = rate_hz
        self._silent_s: float | None = 0.0
        self._heard_s = 0.0
        self._clipped: deque[tuple[float, float]] | None = deque()
        """Blocks that were clipped lately: after how much sound they began, how long they are."""
        self._pace: _Pace | None = _Pace(rate_hz)

    def block(self, n_samples: int, level: Level, at: float) -> tuple[SoundDoubt, ...]:
        """Take in a block.

        Args:
            n_samples: how many samples it has.
            level: its level.
            at: when its last sample was recorded, in seconds (`Block.captured_at`).
        """
        seconds = n_samples / self._rate_hz
        doubts = (
            self._silence(level, seconds),
            self._clipping(level, seconds),
            self._rate(n_samples, at),
        )
        return tuple(doubt for doubt in doubts if doubt is not None)

    def _silence(self, level: Level, seconds: float) -> SoundDoubt | None:
        if self._silent_s is None:
            return None
        if level.peak_db > FLOOR_DB:  # a microphone that is allowed to be heard always rustles
            self._silent_s = None
            return None
        self._silent_s += seconds
        if self._silent_s < SILENT_FOR_S:
            return None
        self._silent_s = None
        return SoundDoubt(
            "silence",
            "The microphone is silent",
            f"{self._name} has delivered nothing but digital silence for {SILENT_FOR_S:.0f} s: "
            "it is muted, or this program may not hear it.",
            "Look for a mute switch, then for the microphone's permission for this terminal "
            "in the system's privacy settings, or choose another microphone.",
        )

    def _clipping(self, level: Level, seconds: float) -> SoundDoubt | None:
        if self._clipped is None:
            return None
        if level.peak_db >= CLIPPED_DB:
            self._clipped.append((self._heard_s, seconds))
        self._heard_s += seconds
        while self._clipped and self._clipped[0][0] < self._heard_s - CLIPPED_WITHIN_S:
            self._clipped.popleft()
        clipped_s = sum(lasting for _, lasting in self._clipped)
        if clipped_s < CLIPPED_SHARE * CLIPPED_WITHIN_S:
            return None
        self._clipped = None
        return SoundDoubt(
            "clipping",
            "The microphone is too loud",
            f"{self._name} is at full scale most of the time that somebody speaks; "
            "what is clipped cannot be understood well.",
            "Turn its level down in the system's sound settings, or speak from farther away.",
        )

    def _rate(self, n_samples: int, at: float) -> SoundDoubt | None:
        if self._pace is None:
            return None
        ratio = self._pace.after(n_samples, at)
        if ratio is None:
            return None
        self._pace = None
        return SoundDoubt(
            "rate",
            "The microphone's rate is wrong",
            f"{self._name} delivers {_percent(ratio)} sound than it says: about "
            f"{round(self._rate_hz * ratio, -2)} samples a second for {self._rate_hz}. "
            "Voices sound too high or too low to the service.",
            "Choose another device, or set this one to 48000 Hz in the system's sound settings.",
        )


class OutputWatch:
    """Watches how fast a card plays.

    Args:
        name: the card's.
        rate_hz: the rate that it is opened at.
    """

    def __init__(self, name: str, rate_hz: int) -> None:
        self._name = name
        self._rate_hz = rate_hz
        self._consumed = 0
        self._pace: _Pace | None = _Pace(rate_hz)

    def look(self, consumed_samples: int, at: float) -> tuple[SoundDoubt, ...]:
        """Take in how many samples were fetched until now (`Speaker.consumed_samples`)."""
        if self._pace is None:
            return ()
        if consumed_samples < self._consumed:  # it was begun again
            self._pace = _Pace(self._rate_hz)
            self._consumed = 0
        fetched, self._consumed = consumed_samples - self._consumed, consumed_samples
        ratio = self._pace.after(fetched, at)
        if ratio is None:
            return ()
        self._pace = None
        return (
            SoundDoubt(
                "rate",
                "The sound card plays at the wrong pace",
                f"{self._name} plays {_percent(ratio)} sound than it should in the same time: "
                "voices drag or rush, and answers end late or early.",
                "Choose another device, or restart the sound system.",
            ),
        )


class _Pace:
    """Counts samples against the clock, anew after each gap.

    A window that is off may have had a hiccup in it, so two in a row have to be off alike.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._begin: float | None = None
        self._last = 0.0
        self._samples = 0
        self._settled_at: float | None = None
        self._before = 1.0

    def after(self, n_samples: int, at: float) -> float | None:
        """The true share of the rate, once it is known to be off."""
        if self._settled_at is None:
            self._settled_at = at + _SETTLING_S
        if at < self._settled_at:
            return None
        has_gap = self._begin is not None and at - self._last - n_samples / self._rate_hz > _GAP_S
        self._last = at
        if self._begin is None or has_gap:
            self._begin, self._samples, self._before = at, 0, 1.0
            return None
        self._samples += n_samples
        elapsed_s = at - self._begin
        if elapsed_s < PACE_OVER_S / 2:
            return None
        ratio = self._samples / self._rate_hz / elapsed_s
        before, self._before = self._before, ratio
        self._begin, self._samples = at, 0
        deviations = sorted((before - 1, ratio - 1), key=abs)
        is_alike = deviations[0] * deviations[1] > 0
        return (before + ratio) / 2 if is_alike and abs(deviations[0]) > PACE_OFF else None


def _percent(ratio: float) -> str:
    return f"{abs(ratio - 1) * 100:.0f} % {'more' if ratio > 1 else 'less'}"
