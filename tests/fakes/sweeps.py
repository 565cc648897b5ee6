"""Sweeps over takes in memory, which stop halfway until somebody lets them go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.lab.augment import variants_of
from studio.lab.by_words import count_words, eagernesses_of, weigh_words
from studio.lab.grid import grid_of
from studio.lab.refs import Held
from studio.lab.semantic import SemanticTwin
from studio.lab.sweep import Plan, sweep
from studio.lab.verdicts import Found, Lost, doubts, lost
from studio.lab.weighing import weigh
from studio.ui.desk import Progress
from studio.ui.sweeps import SweepFile, SweepWish, TakeSet
from studio.vad.segmenter import SegmenterSettings
from tests.fakes.takes import coughing, hesitating, level_twin

REFS = (
    *(Held(hesitating(f"take {at}", 5 + at % 8)) for at in range(16)),
    Held(coughing()),
)


@cache
def found_by(threshold: str, silence: str, prefix: str, eagerness: str = "") -> Found:
    plan = Plan(grid_of(threshold, silence, prefix))
    *_, last = sweep(REFS, plan, level_twin())
    weighed = weigh(last)
    assert weighed is not None
    places = doubts(REFS, last, level_twin(), weighed.chosen, weighed.neighbours)
    names = tuple(each.name for each in REFS)
    eagernesses = eagernesses_of(eagerness)
    if not eagernesses:
        return Found(weighed, tuple(places), names)
    words = SemanticTwin(hesitates, "fake")
    tally = count_words(REFS, plan, level_twin(), words, eagernesses, by_turn=last.by_turn)
    assert tally is not None
    return Found(weighed, tuple(places), names, weigh_words(weighed, eagernesses, tally))


def hesitates(audio: bytes, audio_format: AudioFormat) -> str:
    """The first piece of a turn wants more, the whole of it does not."""
    return "so um" if audio_format.bytes_to_ms(len(audio)) < 1_500 else "So um, what time is it?"


@dataclass
class FakeSweeps:
    """A `Sweeps` in memory.

    Attributes:
        wishes: what was asked for.
        waits: whether a sweep waits halfway, for `going_on` or a stop.
        fault: raised in place of a sweep.
        written: files that were asked for.
    """

    wishes: list[SweepWish] = field(default_factory=list)
    waits: bool = False
    going_on: asyncio.Event = field(default_factory=asyncio.Event)
    fault: StudioError | None = None
    written: list[tuple[SweepFile, str]] = field(default_factory=list)
    _stopped: bool = False
    _plan: Plan = field(default_factory=Plan)

    async def sets(self) -> Sequence[TakeSet]:
        return (
            TakeSet((), "yours", "17 takes"),
            TakeSet(("shipped/*",), "shipped", "12 takes"),
            TakeSet(("tag:phone",), "tag phone", "3 takes"),
        )

    async def run(self, wish: SweepWish, progress: Progress) -> Found | None:
        self.wishes.append(wish)
        self._stopped = False
        if self.fault is not None:
            raise self.fault
        self._plan = Plan(
            grid_of(wish.threshold, wish.silence, wish.prefix), variants_of(wish.changes)
        )
        progress(0.5, "8 of 17 takes")
        if self.waits:
            await self.going_on.wait()
        if self._stopped:
            return None
        threshold, silence = wish.threshold or "0.3,0.5,0.7", wish.silence or "100:500:100"
        return found_by(threshold, silence, wish.prefix, wish.eagerness)

    def stop(self) -> None:
        self._stopped = True
        self.going_on.set()

    async def lost(self, settings: SegmenterSettings) -> Sequence[Lost]:
        return lost(REFS, self._plan, level_twin(), settings, 5)

    async def write(self, to: SweepFile, file: str) -> str:
        if file.startswith("/nowhere"):
            raise StudioError("It cannot be written.", title="Not written", hint="Elsewhere.")
        self.written.append((to, file))
        return f"Written: {file}"
