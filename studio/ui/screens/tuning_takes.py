"""The takes of the lab's screen: listing, choosing, hearing them through and dropping."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from studio.audio.shape import Shape
from studio.core.errors import StudioError
from studio.session.curves import TrackCurves
from studio.ui.present.take_rows import TakeRow
from studio.ui.present.verdicts import verdict_rows
from studio.ui.screens.tuning_base import TuningBase
from studio.ui.session_subject import session_subject
from studio.ui.tuning import PutAway, Relabelled, Subject
from studio.ui.widgets.take_list import TakeLine, TakeList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio.lab.labels import Truth
    from studio.ui.desk import Desk
    from studio.ui.shown import Shown
    from studio.ui.takes import TakeEntry, Takes
    from studio.vad.segmenter import SegmenterSettings
    from studio.vad.whole import Probabilities

_LOOK_EVERY_S = 0.5


class TuningTakes(TuningBase):
    """The list of takes, the session first, and what is heard of each."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._list = TakeList()
        self._line = TakeLine()
        self._entries: Sequence[TakeEntry] = ()
        self._looked = False
        self._wanted = ""
        self._name: str | None = None
        self._goes_to_s: float | None = None
        self._passes: dict[str, tuple[Probabilities, Truth | None]] = {}
        self._tracks = TrackCurves()
        self._tracks_of: Shown | None = None
        self._is_reading = False
        self._is_set = False

    def is_heard(self, name: str) -> bool:
        """Whether a take is on the screen and was heard through."""
        subject = self._subject
        return subject is not None and subject.name == name and subject.share >= 1

    # The list

    @property
    def _names(self) -> list[str]:
        """What can be chosen, as listed: the session has no name."""
        words = self._wanted.lower().split()
        fitting = [
            each.name for each in self._entries if all(word in _searched(each) for word in words)
        ]
        return fitting if words else ["", *fitting]

    def _row(self, name: str) -> TakeRow:
        entry = next((each for each in self._entries if each.name == name), None)
        if entry is None:
            live = self._live
            is_stored = live is not None and live.is_recording
            subject = self._subject
            is_here = subject is not None and not subject.name
            note = "live" if live is not None and live.is_connected and not is_stored else ""
            return TakeRow(
                "this recording" if is_stored else "this session",
                subject.duration_ms if is_here and subject is not None else 0.0,
                note=note,
                is_session=True,
            )
        if entry.fault:
            return TakeRow(entry.name, entry.duration_ms, note="broken", is_fault=True)
        held = self._passes.get(entry.name)
        if held is None:
            return TakeRow(entry.name, entry.duration_ms, note="…", is_shipped=entry.is_shipped)
        if held[1] is None:
            return TakeRow(entry.name, entry.duration_ms, note="no labels")
        counts = self._tuning.counts(held[0], held[1])
        if counts is None:  # words decide, and nobody asked for those of this take
            note = "no words"
            return TakeRow(entry.name, entry.duration_ms, note=note, is_shipped=entry.is_shipped)
        return TakeRow(entry.name, entry.duration_ms, counts, is_shipped=entry.is_shipped)

    def _look_again(self) -> None:
        if self.is_current and (takes := self._takes) is not None:
            self._work(lambda: self._read(takes), "list")

    async def _read(self, takes: Takes) -> None:
        self._entries = await takes.entries()
        self._looked = True
        known = {each.name for each in self._entries}
        if self._name and self._name not in known:
            self._say(f"{self._name} is gone.")
            self._name = None
        if self._name is None:
            self._choose_first()
        self.again()
        for entry in self._entries:  # the verdicts beside the names, one after the other
            if entry.name not in self._passes and not entry.fault:
                await self._hear_aside(takes, entry.name)

    async def _hear_aside(self, takes: Takes, name: str) -> None:
        try:
            take = await takes.load(name)
            async for heard in takes.hear(take):
                if heard.share >= 1:
                    self._passes[name] = heard.probabilities, take.truth
        except StudioError:
            return  # the list says so when one looks at it
        self.again()

    def _choose_first(self) -> None:
        """The session where something was said in it, else the first take."""
        live = self._live
        has_sound = live is not None and (live.is_connected or live.whole.speech.sent_bytes > 0)
        names = self._names
        first = next((name for name in names if name), "")
        self._choose("" if has_sound or not first else first)

    def show_take(
        self, name: str, at_s: float, a: SegmenterSettings, b: SegmenterSettings | None = None
    ) -> None:
        """Show a take under one or two settings, from a moment on as soon as it is heard."""
        self._tuning.lay(a, b)
        self._is_set = True
        self._choose(name)
        self._goes_to_s = at_s

    def _choose(self, name: str) -> None:
        """Show a take, or the session."""
        self._name, self._goes_to_s = name, None
        self._lanes.forget()
        self.workers.cancel_group(self, "take")
        if not name:
            self._tuning.subject = Subject()
            self._is_reading = False
            self.again()
            return
        self._tuning.subject = Subject(name)
        if (takes := self._takes) is not None:
            self._work(lambda: self._load(takes, name), "take")
        self.again()

    async def _load(self, takes: Takes, name: str) -> None:
        take = await takes.load(name)
        shape = await asyncio.to_thread(Shape, take.audio, take.audio_format)
        subject = Subject(name, take.duration_ms, shape, np.zeros(0), 0.0, take.truth, take)
        self._tuning.subject = subject
        self.again()
        async for heard in takes.hear(take):
            now = self._subject or subject
            if now.name != name:
                return
            self._tuning.subject = replace(
                now, probabilities=heard.probabilities, share=heard.share
            )
            if heard.share >= 1:
                self._passes[name] = heard.probabilities, now.truth
            self.again()
        self._begin()

    def _begin(self) -> None:
        """A take that was heard through is looked at from what goes wrong first."""
        reading = self._tuning.reading()
        rows = verdict_rows(reading, None)
        first = next((row for row in rows if row.is_problem), rows[0] if rows else None)
        if self._goes_to_s is not None or (first is not None and not self._lanes.cursor):
            at_s = self._goes_to_s if self._goes_to_s is not None else first.at if first else 0.0
            self._lanes.go(at_s)
            self.again()

    def _go_on(self) -> None:
        """Hear on what something that lay over the screen interrupted."""
        self._is_reading = False
        subject = self._subject
        if subject is not None and subject.name and subject.share < 1:
            self._choose(subject.name)

    # The session

    def _follow_session(self, live: Shown) -> None:
        """Have the tracks of the session read while it is looked at."""
        desk = self._studio.desk
        if desk is None or (self._tracks_of is live and self._is_reading):
            return
        if self._tracks_of is not live:
            self._tracks_of, self._tracks = live, TrackCurves()
        self._is_reading = True
        self._work(lambda: self._read_tracks(desk, live), "take")

    async def _read_tracks(self, desk: Desk, live: Shown) -> None:
        path = ""
        while self.is_current and self._name == "":
            path = live.path
            tracks = await desk.curves(path) if path else TrackCurves()
            if path == live.path:
                self._tracks = tracks
            if tracks.is_whole:
                if live.is_recording and tracks.probability.size:
                    return
                await asyncio.sleep(_LOOK_EVERY_S)

    def _session(self, live: Shown) -> Subject:
        return session_subject(live, self._tracks)

    # What a person does with takes

    def action_take(self, steps: int) -> None:
        """Go to another take."""
        names = self._names
        if not names:
            return
        place = names.index(self._name) if self._name in names else -1
        name = names[min(max(place + steps, 0), len(names) - 1)]
        if name != self._name:
            self._choose(name)

    def on_take_list_chosen(self, event: TakeList.Chosen) -> None:
        """A take was clicked."""
        names = self._names
        if event.place < len(names) and names[event.place] != self._name:
            self._choose(names[event.place])

    def action_delete(self) -> None:
        """Put the chosen take away."""
        takes, name = self._takes, self._name
        if takes is None or not name:
            return
        names = self._names
        if self._tried(lambda: takes.delete(name)):
            self._tuning.note(PutAway(name))
            back = self._studio.key_of("tuning.undo")
            self._say(f"{name} is in the trash. {back} brings it back.")
            place = names.index(name) if name in names else 0
            rest = [each for each in names if each != name]
            self._entries = [each for each in self._entries if each.name != name]
            self._choose(rest[min(place, len(rest) - 1)] if rest else "")
            self._look_again()

    def action_undo(self) -> None:
        """Take back the last change of a slider, a label or a take."""
        deed = self._tuning.undo()
        if deed is None:
            self._say("Nothing to take back.")
        elif isinstance(deed, Relabelled):
            self._work(lambda: self._relabel(deed.take, deed.truth), "label")
        elif isinstance(deed, PutAway) and (takes := self._takes) is not None:
            self._work(lambda: self._bring_back(takes), "add")
        self.again()

    async def _bring_back(self, takes: Takes) -> None:
        name = takes.undelete()
        self._entries = await takes.entries()
        if name:
            self._choose(name)
        self._look_again()

    async def _relabel(self, name: str, truth: Truth | None) -> None:
        """Keep other labels, and show them."""
        takes = self._takes
        if takes is None:
            return
        await takes.label(name, truth)
        held = self._passes.get(name)
        if held is not None:
            self._passes[name] = held[0], truth
        subject = self._subject
        if subject is not None and subject.name == name:
            self._tuning.subject = replace(subject, truth=truth)
        self.again()


def _searched(entry: TakeEntry) -> str:
    return f"{entry.name} {entry.origin} {' '.join(entry.tags)}".lower()
