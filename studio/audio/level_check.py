"""What a second or two of a microphone's sound says of its level, in words with a next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from studio.audio.level import FLOOR_DB, Level

CLIPPING_DB = -0.1
"""A peak from here on is taken for one that was cut off."""

_QUIET_DB = -40.0
_NOISY_DB = 15.0
_STEADY_DB = 8.0
_LOUD, _FLOOR = 95, 10

Heard = Literal["fine", "quiet", "noisy", "clipping", "silence", "nobody"]


@dataclass(frozen=True, slots=True)
class LevelCheck:
    """What was heard.

    Attributes:
        heard: what it comes to; `nobody` where the level stays the same, as a room's does.
        speech_db: level of the loudest twentieth of the blocks, in dBFS.
        floor_db: the noise floor: a tenth of the blocks are below it, in dBFS.
        peak_db: the highest peak, in dBFS.
    """

    heard: Heard
    speech_db: float = FLOOR_DB
    floor_db: float = FLOOR_DB
    peak_db: float = FLOOR_DB

    @property
    def is_fine(self) -> bool:
        """Whether nothing needs to be changed."""
        return self.heard == "fine"

    @property
    def words(self) -> str:
        """What was heard, and what to do about it."""
        speech, floor = f"{self.speech_db:.0f} dBFS", f"{self.floor_db:.0f} dBFS"
        match self.heard:
            case "fine":
                return f"Fine: speech at {speech}, the room at {floor}."
            case "quiet":
                return f"Too quiet, {speech}: move closer, or turn the input level up."
            case "noisy":
                return f"Noisy: speech at {speech}, the room at {floor}. Move closer."
            case "clipping":
                return "Too loud: it clips. Turn the input level down."
            case "silence":
                return (
                    "Only digital silence: is it muted, or may the terminal not use the microphone?"
                )
            case "nobody":
                return f"Nobody speaks: only the room, at {floor}. Say something."


def checked_level(blocks: Sequence[Level]) -> LevelCheck:
    """What the levels of equally long, short blocks (20 ms) come to; without any, silence."""
    if not blocks:
        return LevelCheck("silence")
    levels = np.array([each.rms_db for each in blocks])
    speech_db, floor_db = (float(np.percentile(levels, share)) for share in (_LOUD, _FLOOR))
    peak_db = max(each.peak_db for each in blocks)
    return LevelCheck(_heard(speech_db, floor_db, peak_db), speech_db, floor_db, peak_db)


def _heard(speech_db: float, floor_db: float, peak_db: float) -> Heard:
    if peak_db <= FLOOR_DB:
        return "silence"
    if peak_db >= CLIPPING_DB:
        return "clipping"
    if speech_db - floor_db < _STEADY_DB:
        return "nobody"
    if speech_db < _QUIET_DB:
        return "quiet"
    return "noisy" if speech_db - floor_db < _NOISY_DB else "fine"
