"""What is to be said of one moment of a take: its sound, two settings, and what is true."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING

from studio.core.text import one_line
from studio.core.units import VAD_FRAME_MS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.lab.labels import Label, Truth
    from studio.lab.reading import Reading, Stretch
    from studio.ui.present.tuning_picture import TuningPicture

_FRAME_S = VAD_FRAME_MS / 1000


def facts_at(shown: TuningPicture, at: float, cell_s: float) -> Iterable[tuple[str, str]]:
    """What is known of a moment: a name and words for each."""
    begin_ms = (at - cell_s / 2) * 1000
    if shown.sound is not None:
        peak = float(shown.sound.peaks(begin_ms, cell_s * 1000, 1)[0])
        if not math.isnan(peak):
            db = f"{20 * math.log10(peak):.0f} dB".replace("-", "−") if peak > 0 else "silent"
            yield "sound", db
    frame = int(at / _FRAME_S + 1e-9)
    if shown.a is not None and 0 <= frame < shown.a.probabilities.size:
        value, rules = float(shown.a.probabilities[frame]), shown.a.rules
        if not math.isnan(value):
            heard = "speech" if value >= rules.voiced_from else "decides nothing"
            heard = "silence" if value < rules.silent_below else heard
            yield "vad", f"{value:.2f} {heard}"
    for name, reading in (("A", shown.a), ("B", shown.b)):
        if reading is not None:
            yield name, _standing(reading, at * 1000)
    label = label_at(shown.truth, at * 1000)
    if label is not None:
        left = label.end_ms / 1000 - at
        yield label.kind, f"{one_line(label.words, 24)} {left:.2f} s before its end".strip()


def _standing(reading: Reading, at_ms: float) -> str:
    """Where a setting stands at a moment."""
    each = stretch_at(reading, at_ms)
    if each is None:
        return "no turn"
    if at_ms < each.speech_ms:
        return "padding"
    if at_ms < each.silent_ms:
        return f"speech for {(at_ms - each.speech_ms) / 1000:.2f} s"
    wait_ms = reading.wait_ms(each.silent_ms)
    return f"silent for {at_ms - each.silent_ms:.0f} of {wait_ms:,} ms"


def stretch_at(reading: Reading, at_ms: float) -> Stretch | None:
    """The predicted turn at a moment; where two overlap, the one that speaks."""
    stretches = reading.stretches
    last = bisect_right(stretches, at_ms, key=lambda each: each.start_ms) - 1
    holding = [each for each in stretches[max(0, last - 1) : last + 1] if at_ms <= each.end_ms]
    speaking = [each for each in holding if each.speech_ms <= at_ms]
    found = speaking or holding
    return found[-1] if found else None


def label_at(truth: Truth | None, at_ms: float) -> Label | None:
    """The label at a moment: a turn's before a noise's; None where there is none."""
    if truth is None:
        return None
    held = (each for each in truth.labels if each.begin_ms <= at_ms <= each.end_ms)
    return min(held, key=lambda each: each.kind != "turn", default=None)
