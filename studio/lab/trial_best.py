"""Which of a trial's settings did best: what a sweep asks, answered by what the server did."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.core.units import VAD_FRAME_MS
from studio.lab.front import BUDGET, Objectives, best

if TYPE_CHECKING:
    from studio.lab.trial_result import ArmResult, TrialResult
    from studio.lab.trials import Arm


@dataclass(frozen=True, slots=True)
class Winner:
    """The best of a trial's settings.

    Attributes:
        words: why, in a sentence.
        doubts: why to be careful, in sentences.
    """

    arm: Arm
    words: str
    doubts: tuple[str, ...] = ()


def winner_of(result: TrialResult, budget: float = BUDGET) -> Winner | None:
    """The best, by the rule of a sweep; None where not every setting was held whole with labels."""
    arms = result.arms
    if len(arms) < 2 or not all(arm.repeats and arm.repeats[0].turns for arm in arms):
        return None
    turns = arms[0].repeats[0].turns
    delays_ms = [_delay_ms(arm) for arm in arms]
    aims = Objectives(
        np.array([_lost(arm) / len(arm.repeats) for arm in arms]),
        np.array(delays_ms),
        np.array([sum(each.ghosts for each in arm.repeats) / len(arm.repeats) for arm in arms]),
        turns,
    )
    if not math.isfinite(min(delays_ms)):
        return None
    at = int(np.flatnonzero(best(aims, budget))[0])
    near = np.flatnonzero(best(aims, budget, VAD_FRAME_MS))
    rivals = ", ".join(arms[each].arm.name for each in near if each != at)
    return Winner(arms[at].arm, _words(arms[at], delays_ms[at]), tuple(_doubts(result, rivals)))


def _lost(arm: ArmResult) -> int:
    return sum(each.cut_off + each.missed + each.merged for each in arm.repeats)


def _delay_ms(arm: ArmResult) -> float:
    found = arm.delay_ms(0.5)
    return math.inf if found is None else found


def _words(arm: ArmResult, delay_ms: float) -> str:
    turns = sum(each.turns for each in arm.repeats)
    after = f", and ends the others after {delay_ms:,.0f} ms" if math.isfinite(delay_ms) else ""
    return f"it loses {_lost(arm)} of {turns} turns{after}"


def _doubts(result: TrialResult, rivals: str) -> list[str]:
    doubts = [f"As good within {VAD_FRAME_MS} ms: {rivals}."] if rivals else []
    if min(len(arm.repeats) for arm in result.arms) == 1:
        doubts.append("Held once: what tells them apart may be chance.")
    return doubts
